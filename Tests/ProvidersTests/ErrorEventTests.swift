import JSON
import Testing

@testable import Providers

@Suite("Ends of cut streams")
struct ErrorEventTests {
  private func event(
    _ dialect: Dialect, _ endpoint: Endpoint, _ framing: ErrorEvent.Framing
  ) -> String? {
    ErrorEvent.bytes(
      dialect: dialect, endpoint: endpoint, framing: framing, refusal: .upstreamTimeout,
      requestID: "req-1"
    ).map { String(decoding: $0, as: UTF8.self) }
  }

  private func body(_ dialect: Dialect) -> String {
    String(
      decoding: Refusal.upstreamTimeout.body(dialect: dialect, requestID: "req-1"), as: UTF8.self)
  }

  @Test(arguments: [
    Endpoint.chatCompletions, .completions, .audioTranscriptions, .imagesGenerations, .audioSpeech,
  ])
  func openAI(_ endpoint: Endpoint) {
    #expect(
      event(.openai, endpoint, .sse(isInsideEvent: false, nextNumber: 5))
        == "data: \(body(.openai))\n\n")
  }

  @Test(arguments: [Endpoint.responses, .response, .responsesCompact], [0, 41])
  func responses(_ endpoint: Endpoint, number: Int64) throws {
    let text = try #require(
      event(.openai, endpoint, .sse(isInsideEvent: false, nextNumber: number)))
    #expect(text.hasPrefix("event: error\ndata: {"))
    #expect(text.hasSuffix("}\n\n"))
    let value = try JSONValue(parsing: String(text.dropFirst(19).dropLast(2)))
    #expect(value["type"]?.string == "error")
    #expect(value["code"]?.string == "upstream_timeout")
    #expect(value["message"]?.string == Refusal.upstreamTimeout.message)
    #expect(value["param"]?.isNull == true)
    #expect(value["sequence_number"]?.int == number)
    #expect(value["error"] == (try JSONValue(parsing: body(.openai)))["error"])
  }

  @Test func anthropic() {
    #expect(
      event(.anthropic, .messages, .sse(isInsideEvent: false))
        == "event: error\ndata: \(body(.anthropic))\n\n")
  }

  @Test func geminiEvents() {
    #expect(
      event(.gemini, .streamGenerateContent, .sse(isInsideEvent: false))
        == "data: \(body(.gemini))\n\n")
  }

  @Test(arguments: [
    (ErrorEvent.ArrayState.nothing, ""), (.opened, "["), (.afterElement, "[{\"a\":1}"),
    (.afterComma, "[{\"a\":1}\n,\n"),
  ])
  func geminiArray(_ state: ErrorEvent.ArrayState, _ sent: String) throws {
    let text = try #require(event(.gemini, .streamGenerateContent, .array(state)))
    let whole = try JSONValue(parsing: sent + text)
    #expect(whole.array?.last == (try JSONValue(parsing: body(.gemini))))
    #expect(whole.array?.count == (sent.contains("{") ? 2 : 1))
  }

  @Test func lines() {
    #expect(event(.openai, .chatCompletions, .lines(isInsideLine: false)) == body(.openai) + "\n")
    #expect(
      event(.openai, .chatCompletions, .lines(isInsideLine: true)) == "\n" + body(.openai) + "\n")
  }

  /// Then the connection is aborted, so that the answer cannot look whole.
  @Test func saysNothingWhereTheFramingHasNothing() {
    #expect(event(.openai, .audioSpeech, .other) == nil)
    #expect(event(.openai, .chatCompletions, .sse(isInsideEvent: true)) == nil)
    #expect(event(.gemini, .streamGenerateContent, .array(.insideElement)) == nil)
  }
}
