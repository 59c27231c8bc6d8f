import JSON
import Testing

@testable import Simulator

@Suite("Simulated content of Gemini")
struct GenerateContentTests {
  private static let body: JSONValue = [
    "contents": [["role": "user", "parts": [["text": "hello"]]]]
  ]

  private func send(
    _ method: String, _ body: JSONValue = body, _ directives: String = ""
  ) throws -> SimulatedAnswer {
    answer(
      to: try call(
        "POST /v1beta/models/sim-small:\(method)", body: body, fields: ["x-goog-api-key: k"]),
      behaviour: try behaviour(directives))
  }

  private func text(_ chunks: [JSONValue]) -> String {
    chunks.compactMap { $0["candidates"]?[0]?["content"]?["parts"]?[0]?["text"]?.string }.joined()
  }

  @Test func streamsInBothForms() throws {
    let whole = try send("generateContent").json
    let sse = try send("streamGenerateContent?alt=sse").data
    #expect(text(sse) == text([whole]))
    #expect(sse.last?["usageMetadata"] == whole["usageMetadata"])
    let array = try send("streamGenerateContent")
    #expect(array.contentType.hasPrefix("application/json"))
    #expect(text(try JSONValue(parsing: array.text).array ?? []) == text([whole]))
  }

  @Test func tellsThoughtsApart() throws {
    let usage = try send("generateContent", Self.body, "reasoning=10;chunks=2").json[
      "usageMetadata"]
    #expect(usage?["thoughtsTokenCount"] == 10)
    #expect(usage?["totalTokenCount"] == 18)
  }

  @Test func callsAFunction() throws {
    let body = Self.body.adding(
      "tools", [["functionDeclarations": [["name": "f", "parameters": ["type": "OBJECT"]]]]]
    ).adding("toolConfig", ["functionCallingConfig": ["mode": "ANY"]])
    let part = try send("generateContent", body).json["candidates"]?[0]?["content"]?["parts"]?[0]
    #expect(part?["functionCall"] == ["name": "f", "args": [:]])
  }

  @Test func countsAndEmbeds() throws {
    #expect(try send("countTokens").json["totalTokens"] == 5)
    let embedded = try send("embedContent", ["content": ["parts": [["text": "a"]]]]).json
    #expect(embedded["embedding"]?["values"]?.array?.count == 8)
    let many = try send(
      "batchEmbedContents", ["requests": [["content": [:]], ["content": [:]]]]
    ).json
    #expect(many["embeddings"]?.array?.count == 2)
  }

  @Test func listsModels() throws {
    let json = answer(to: try call("GET /v1beta/models?key=k", fields: [])).json
    #expect(json["models"]?[0]?["name"] == "models/sim-small")
  }
}
