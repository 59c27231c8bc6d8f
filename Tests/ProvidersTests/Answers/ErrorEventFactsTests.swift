import Testing

@testable import Providers

@Suite("Errors inside an answer of status 200")
struct ErrorEventFactsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var contentType = AnswerSamples.events
    var kind = AnswerReader.Kind.chat
    let body: String
    /// Status, type, code, message.
    let error: [String?]
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "OpenAI",
      body: AnswerSamples.stream(#"{"error":{"message":"No","type":"server_error","code":null}}"#),
      error: [nil, "server_error", nil, "No"]),
    Case(
      name: "Responses, flat", kind: .responses,
      body: AnswerSamples.stream(
        #"{"type":"error","code":"rate_limit_exceeded","message":"Slow","param":null}"#),
      error: [nil, nil, "rate_limit_exceeded", "Slow"]),
    Case(
      name: "Responses, failed", kind: .responses,
      body: AnswerSamples.stream(
        #"{"type":"response.created","response":{"error":null}}"#,
        #"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"No"}}}"#
      ),
      error: [nil, nil, "server_error", "No"]),
    Case(
      name: "Responses, failed, as a body", contentType: AnswerSamples.json, kind: .responses,
      body:
        #"{"id":"r","status":"failed","error":{"code":"server_error","message":"No"},"output":[]}"#,
      error: [nil, nil, "server_error", "No"]),
    Case(
      name: "Anthropic", kind: .messages,
      body: "event: error\n"
        + AnswerSamples.stream(
          #"{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}"#),
      error: [nil, "overloaded_error", nil, "Busy"]),
    Case(
      name: "Gemini, in the array", contentType: AnswerSamples.json, kind: .generate,
      body: #"[{"error":{"code":503,"message":"Busy","status":"UNAVAILABLE"}}]"#,
      error: ["503", "UNAVAILABLE", "503", "Busy"]),
    Case(
      name: "Groq",
      body: AnswerSamples.stream(
        #"{"error":{"message":"No","code":"tool_use_failed","status_code":400}}"#),
      error: ["400", nil, "tool_use_failed", "No"]),
    Case(
      name: "a text alone",
      body: AnswerSamples.stream(#"{"error":"out of memory","error_type":"oom"}"#),
      error: [nil, "oom", nil, "out of memory"]),
    Case(
      name: "a name and no JSON", body: "event: error\ndata: it broke\n\n",
      error: [nil, nil, nil, nil]),
    Case(
      name: "the name after the data",
      body: "data: {\"error\":{\"message\":\"No\"}}\nevent: error\n\n",
      error: [nil, nil, nil, "No"]),
    Case(
      name: "Cohere",
      body: AnswerSamples.stream(
        #"{"type":"message-end","delta":{"error":"No room","finish_reason":"ERROR"}}"#),
      error: [nil, nil, nil, "No room"]),
  ]

  @Test(arguments: cases, [1, 2, 3, 1000])
  func reads(_ example: Case, chunkBytes: Int) throws {
    let outcome = AnswerSamples.read(
      example.body, kind: example.kind, contentType: example.contentType, chunkBytes: chunkBytes)
    let error = try #require(outcome.errorEvent)
    #expect(
      [error.status.map(String.init), error.type, error.code, error.message] == example.error)
    #expect(error.cameBeforeContent)
    #expect(outcome.phase == .holding)
    #expect(outcome.bytesBeforeFlow == nil)
    #expect(outcome.facts.errorEvent == error)
  }

  @Test(arguments: [
    #"{"error":null,"choices":[]}"#, #"{"error":{},"choices":[]}"#, #"{"error":"","choices":[]}"#,
    #"{"message":"Hello","code":"fine"}"#,
  ])
  func whatIsNoError(_ body: String) {
    #expect(
      AnswerSamples.read(body, contentType: AnswerSamples.json, chunkBytes: 3).errorEvent == nil)
  }
}
