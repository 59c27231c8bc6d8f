import JSON
import Testing

@testable import Simulator

@Suite("Simulated messages")
struct MessagesTests {
  private func send(_ more: JSONValue, _ directives: String = "") throws -> SimulatedAnswer {
    answer(
      to: try call("POST /v1/messages", body: ask("hello", more), fields: ["x-api-key: k"]),
      behaviour: try behaviour(directives))
  }

  @Test func leaveTheCacheOutOfTheInput() throws {
    let usage = try send([:], "cached=2").json["usage"]
    #expect(usage?["input_tokens"] == 3)
    #expect(usage?["cache_read_input_tokens"] == 2)
  }

  @Test func streamTheSameText() throws {
    let data = try send(["stream": true]).data
    let text = data.compactMap { $0["delta"]?["text"]?.string }.joined()
    #expect(text == (try send([:]).json["content"]?[0]?["text"]?.string))
    #expect(data.first?["message"]?["usage"]?["output_tokens"] == 1)
    #expect(data.last?["type"] == "message_stop")
    let delta = data.first { $0["type"] == "message_delta" }
    #expect(delta?["usage"]?["output_tokens"]?.int == Int64(TokenCounter.count(text)))
  }

  @Test func useATool() throws {
    let tools: JSONValue = [
      "tools": [["name": "f", "input_schema": ["properties": ["a": ["type": "integer"]]]]],
      "tool_choice": ["type": "any"],
    ]
    let whole = try send(tools).json
    #expect(whole["content"]?[0]?["input"] == ["a": 7])
    #expect(whole["stop_reason"] == "tool_use")
    let data = try send(tools.adding("stream", true)).data
    let arguments = data.compactMap { $0["delta"]?["partial_json"]?.string }.joined()
    #expect(arguments == #"{"a":7}"#)
  }

  @Test func countTokens() throws {
    let json = answer(
      to: try call(
        "POST /v1/messages/count_tokens", body: ask("one two"), fields: ["x-api-key: k"])
    ).json
    #expect(json == ["input_tokens": 6])
  }

  @Test func listModels() throws {
    let fields = ["x-api-key: k", "anthropic-version: 2023-06-01"]
    let json = answer(to: try call("GET /v1/models", fields: fields)).json
    #expect(json["has_more"] == false)
    #expect(json["data"]?[0]?["type"] == "model")
  }
}
