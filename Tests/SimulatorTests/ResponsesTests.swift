import JSON
import Testing

@testable import Simulator

@Suite("Simulated responses")
struct ResponsesTests {
  private let state = SimulatorState(options: .init(), port: 1)

  private func send(
    _ line: String, _ body: JSONValue? = nil, key: String = "k"
  ) throws -> SimulatedAnswer {
    answer(
      to: try call(line, body: body, fields: ["authorization: Bearer \(key)"]), state: state)
  }

  @Test func liveOnTheirKey() throws {
    let made = try send("POST /v1/responses", ["model": "sim", "input": "hello"]).json
    let id = try #require(made["id"]?.string)
    #expect(try send("GET /v1/responses/\(id)").json == made)
    #expect(try send("GET /v1/responses/\(id)", key: "other").status == 404)
    let next: JSONValue = [
      "model": "sim", "input": "more", "previous_response_id": .string(id),
    ]
    #expect(try send("POST /v1/responses", next).status == 200)
    let refused = try send("POST /v1/responses", next, key: "other")
    #expect(refused.status == 400)
    #expect(refused.json["error"]?["code"] == "previous_response_not_found")
    #expect(try send("DELETE /v1/responses/\(id)").json["deleted"] == true)
    #expect(try send("GET /v1/responses/\(id)").status == 404)
  }

  @Test func areMadeInTheBackground() throws {
    let ask: JSONValue = ["model": "sim", "input": "hello", "background": true]
    let queued = try send("POST /v1/responses", ask).json
    let id = try #require(queued["id"]?.string)
    #expect(queued["status"] == "queued" && queued["background"] == true)
    #expect(queued["usage"] == .null && queued["output"] == [])
    let begun = try send("GET /v1/responses/\(id)").json
    #expect(begun["status"] == "in_progress" && begun["usage"] == .null)
    #expect(try send("GET /v1/responses/\(id)", key: "other").status == 404)
    for _ in 1...2 {
      let done = try send("GET /v1/responses/\(id)").json
      #expect(done["status"] == "completed" && done["id"]?.string == id)
      #expect((done["usage"]?["output_tokens"]?.int ?? 0) > 0)
    }
    let streamed = try send("POST /v1/responses", ask.adding("stream", true)).data
    #expect((streamed.last?["response"]?["usage"]?["input_tokens"]?.int ?? 0) > 0)
    let streamedID = try #require(streamed.last?["response"]?["id"]?.string)
    #expect(try send("GET /v1/responses/\(streamedID)").json["status"] == "completed")
  }

  @Test func areCancelledAndTellWhatTheyWereAsked() throws {
    let ask: JSONValue = ["model": "sim", "input": "hello"]
    let whole = try #require(try send("POST /v1/responses", ask).json["id"]?.string)
    #expect(try send("POST /v1/responses/\(whole)/cancel").status == 400)
    let queued = try send("POST /v1/responses", ask.adding("background", true)).json
    let id = try #require(queued["id"]?.string)
    #expect(try send("POST /v1/responses/\(id)/cancel", key: "other").status == 404)
    for line in ["POST /v1/responses/\(id)/cancel", "GET /v1/responses/\(id)"] {
      let told = try send(line).json
      #expect(told["status"] == "cancelled" && told["id"]?.string == id)
      #expect((told["usage"]?["input_tokens"]?.int ?? 0) > 0)
    }
    let items = try send("GET /v1/responses/\(id)/input_items").json
    #expect(items["object"] == "list" && items["data"]?.array?.count == 1)
    #expect(try send("GET /v1/responses/\(id)/input_items", key: "other").status == 404)
    #expect(try send("GET /v1/responses/\(id)/other").status == 404)
  }

  @Test func streamAsNumberedEvents() throws {
    let data = try send("POST /v1/responses", ["model": "sim", "input": "hello", "stream": true])
      .data
    #expect(data.first?["type"] == "response.created")
    #expect(data.last?["type"] == "response.completed")
    #expect(data.map { $0["sequence_number"]?.int ?? -1 } == (0..<Int64(data.count)).map { $0 })
    let text = data.filter { $0["type"] == "response.output_text.delta" }
      .compactMap { $0["delta"]?.string }.joined()
    let whole = data.last?["response"]
    #expect(whole?["output"]?[0]?["content"]?[0]?["text"] == .string(text))
    #expect(whole?["usage"]?["output_tokens"]?.int == Int64(TokenCounter.count(text)))
  }

  @Test func streamAToolCall() throws {
    let tool: JSONValue = [
      "type": "function", "name": "f", "parameters": ["properties": ["a": ["type": "string"]]],
    ]
    let data = try send(
      "POST /v1/responses",
      ["model": "sim", "input": "x", "stream": true, "tools": [tool], "tool_choice": "required"]
    ).data
    let arguments = data.compactMap { $0["delta"]?.string }.joined()
    #expect(arguments == #"{"a":"sim"}"#)
  }

  @Test func countAndCompact() throws {
    let counted = try send("POST /v1/responses/input_tokens", ["model": "m", "input": "a b"]).json
    #expect(counted["input_tokens"] == 2)
    let compacted = try send("POST /v1/responses/compact", ["model": "m", "input": "a b"]).json
    #expect(compacted["object"] == "response.compaction")
    #expect(compacted["usage"]?["input_tokens"] == 2)
  }
}
