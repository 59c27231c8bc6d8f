import JSON
import Testing

@testable import Simulator

@Suite("Simulated chat completions")
struct ChatCompletionsTests {
  private func chat(_ more: JSONValue, _ directives: String = "") throws -> SimulatedAnswer {
    answer(
      to: try call("POST /v1/chat/completions", body: ask("hello", more)),
      behaviour: try behaviour(directives))
  }

  @Test func answersHonestly() throws {
    let json = try chat([:]).json
    let text = json["choices"]?[0]?["message"]?["content"]?.string ?? ""
    #expect(text.hasPrefix("You said: hello"))
    let usage = json["usage"]
    #expect(usage?["prompt_tokens"] == 5)
    #expect(usage?["completion_tokens"]?.int == Int64(TokenCounter.count(text)))
    #expect(usage?["total_tokens"]?.int == 5 + Int64(TokenCounter.count(text)))
  }

  @Test func streamsTheSameText() throws {
    let data = try chat(["stream": true]).data
    let text = data.compactMap { $0["choices"]?[0]?["delta"]?["content"]?.string }.joined()
    #expect(text == (try chat([:]).json["choices"]?[0]?["message"]?["content"]?.string))
    #expect(data.last == "[DONE]")
    #expect(data.allSatisfy { $0["usage"] == nil })
  }

  @Test func tellsUsageInAStreamAsOpenAIDoes() throws {
    let data = try chat(["stream": true, "stream_options": ["include_usage": true]]).data
    let chunks = data.dropLast()
    #expect(chunks.dropLast().allSatisfy { $0["usage"] == .null })
    #expect(chunks.last?["choices"] == [])
    #expect(chunks.last?["usage"]?["prompt_tokens"] == 5)
    let without = try chat(
      ["stream": true, "stream_options": ["include_usage": true]], "usage=none"
    ).data
    #expect(without.allSatisfy { $0["usage"] == nil })
  }

  @Test func streamsAToolCall() throws {
    let data = try chat([
      "stream": true, "tools": [SimulatedTurnTests.tool], "tool_choice": "required",
    ]).data
    let arguments = data.compactMap {
      $0["choices"]?[0]?["delta"]?["tool_calls"]?[0]?["function"]?["arguments"]?.string
    }.joined()
    #expect(arguments.hasPrefix("{\"city\":\"sim\""))
    #expect(try JSONValue(parsing: arguments)["days"] == 7)
    #expect(data.contains { $0["choices"]?[0]?["finish_reason"] == "tool_calls" })
  }

  @Test func answersTheOlderEndpoint() throws {
    let json = answer(
      to: try call("POST /v1/completions", body: ["model": "sim", "prompt": "hello", "n": 2])
    ).json
    #expect(json["object"] == "text_completion")
    #expect(json["choices"]?.array?.count == 2)
  }

  @Test func cutsArgumentsBetweenCharacters() {
    #expect(pieces(of: "12345678é9").joined() == "12345678é9")
    #expect(pieces(of: "").isEmpty)
  }
}
