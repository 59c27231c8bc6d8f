import JSON
import Testing

@testable import Providers

@Suite("Lowered caps in bodies to providers")
struct UpstreamBodyCapTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var path = "/v1/chat/completions"
    let body: String
    let expected: String
    var testDescription: String { "\(path) \(body)" }
  }

  @Test(arguments: [
    Case(
      body: #"{"model":"m","max_tokens": 900 ,"a":1}"#,
      expected: #"{"model":"m","max_tokens": 77 ,"a":1}"#),
    Case(
      body: #"{"model":"m","max_tokens":900,"max_completion_tokens":800}"#,
      expected: #"{"model":"m","max_tokens":77,"max_completion_tokens":77}"#),
    Case(
      body: #"{"model":"m","max_tokens":900,"max_completion_tokens":50}"#,
      expected: #"{"model":"m","max_tokens":77,"max_completion_tokens":50}"#),
    Case(
      body: #"{"model":"m","max_tokens":"50"}"#, expected: #"{"model":"m","max_tokens":50}"#),
    Case(
      body: #"{"model":"m","max_tokens":"900"}"#, expected: #"{"model":"m","max_tokens":77}"#),
    Case(body: #"{"model":"m","max_tokens":-5}"#, expected: #"{"model":"m","max_tokens":77}"#),
    Case(
      body: #"{"model":"m","max_output_tokens":5}"#,
      expected: #"{"max_completion_tokens":77,"model":"m","max_output_tokens":5}"#),
    Case(
      path: "/v1beta/models/m:generateContent",
      body: #"{"generationConfig":{"maxOutputTokens":"50"}}"#,
      expected: #"{"generationConfig":{"maxOutputTokens":50}}"#),
    Case(
      body: #"{"model":"m","max_t\u006fkens":null}"#,
      expected: #"{"model":"m","max_t\u006fkens":77}"#),
    Case(body: #"{"model":"m"}"#, expected: #"{"max_completion_tokens":77,"model":"m"}"#),
    Case(
      body: #"{"model":"m","tool":{"max_tokens":5}}"#,
      expected: #"{"max_completion_tokens":77,"model":"m","tool":{"max_tokens":5}}"#),
    Case(
      path: "/v1/completions", body: #"{"model":"m"}"#, expected: #"{"max_tokens":77,"model":"m"}"#),
    Case(
      path: "/v1/responses", body: #"{"model":"m","max_output_tokens":900}"#,
      expected: #"{"model":"m","max_output_tokens":77}"#),
    Case(
      path: "/v1/messages", body: #"{"model":"m","max_tokens":900}"#,
      expected: #"{"model":"m","max_tokens":77}"#),
    Case(
      path: "/v1beta/models/m:generateContent", body: "{}",
      expected: #"{"generationConfig":{"maxOutputTokens":77}}"#),
    Case(
      path: "/v1beta/models/m:generateContent",
      body: #"{"generationConfig":{"maxOutputTokens":900}}"#,
      expected: #"{"generationConfig":{"maxOutputTokens":77}}"#),
    Case(
      path: "/v1beta/models/m:generateContent", body: #"{"generation_config":{"topK":1},"a":1}"#,
      expected: #"{"generation_config":{"maxOutputTokens":77,"topK":1},"a":1}"#),
    Case(
      path: "/v1beta/models/m:generateContent", body: #"{"generationConfig":null}"#,
      expected: #"{"generationConfig":{"maxOutputTokens":77}}"#),
  ])
  func isWrittenWhereTheDialectHasIt(example: Case) throws {
    let sample = try Sample("POST \(example.path)", body: example.body)
    let profile: ProviderProfile =
      example.path.contains("messages")
      ? try .anthropic() : example.path.contains("v1beta") ? try .gemini() : try .openAI()
    let bytes = Array(example.body.utf8)
    let edited = UpstreamRequest.editedBody(
      sample.route, sample.facts, profile: profile, model: "m", injectUsage: false, outputCap: 77,
      body: bytes.span)
    #expect(edited.map { String(decoding: $0, as: UTF8.self) } == example.expected)
    #expect(throws: Never.self) { try JSONValue(parsing: example.expected) }
  }
}
