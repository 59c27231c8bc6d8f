import Testing

@testable import Providers

@Suite("Forms of error bodies")
struct ErrorSignalsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var body: String
    var type = ""
    var code = ""
    var message = ""
    var reasons: [String] = []
    var retryDelay = ""
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "OpenAI",
      body: #"{"error":{"message":"m","type":"t","param":null,"code":"c"}}"#, type: "t", code: "c",
      message: "m"),
    Case(name: "code of null", body: #"{"error":{"message":"m","code":null}}"#, message: "m"),
    Case(
      name: "OpenRouter", body: #"{"error":{"code":429,"message":"m","metadata":{}}}"#,
      code: "429", message: "m"),
    Case(
      name: "Anthropic",
      body: #"{"type":"error","error":{"type":"t","message":"m"},"request_id":"r"}"#, type: "t",
      message: "m"),
    Case(
      name: "Google",
      body: #"{"error":{"code":400,"message":"m","status":"S","details":[{"reason":"R"},"#
        + #"{"retryDelay":"3s"},{"violations":[{"quotaId":"Q"}]}]}}"#,
      type: "S", code: "400", message: "m", reasons: ["R", "Q"], retryDelay: "3s"),
    Case(
      name: "Google in an array", body: #"[{"error":{"code":400,"status":"S","message":"m"}}]"#,
      type: "S", code: "400", message: "m"),
    Case(
      name: "xAI", body: #"{"code":"invalid-argument","error":"m"}"#, code: "invalid-argument",
      message: "m"),
    Case(name: "Ollama", body: #"{"error":"m"}"#, message: "m"),
    Case(
      name: "Mistral",
      body: #"{"object":"error","message":"m","type":"t","param":null,"code":"1500"}"#, type: "t",
      code: "1500", message: "m"),
    Case(
      name: "Cohere", body: #"{"error_type":"T","id":"i","message":"m"}"#, type: "T", message: "m"),
    Case(
      name: "FastAPI", body: #"{"detail":[{"msg":"m"}]}"#, message: #"[{"msg":"m"}]"#),
    Case(name: "FastAPI, plain", body: #"{"detail":"m"}"#, message: "m"),
    Case(name: "HTML", body: "<html>"), Case(name: "empty", body: ""),
    Case(name: "a number", body: "7"),
  ]

  @Test(arguments: cases)
  func reads(_ example: Case) {
    let bytes = Array(example.body.utf8)
    let signals = ErrorSignals(status: 400, body: bytes.span)
    #expect(signals.type == example.type)
    #expect(signals.code == example.code)
    #expect(signals.message == example.message)
    #expect(signals.reasons == example.reasons)
    #expect(signals.retryDelay == example.retryDelay)
    #expect(signals.status == 400)
  }
}
