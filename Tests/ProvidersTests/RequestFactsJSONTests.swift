import Testing

@testable import Providers

@Suite("Members that are acted on")
struct RequestFactsJSONTests {
  /// Names near those that are acted on may stand as often as they like.
  @Test(arguments: [
    "Model", "models", "model ", "mode", "N", "nn", "streams", "maxTokens", "inputs", "modél",
  ])
  func leavesOtherMembersAlone(_ name: String) throws {
    let sample = try Sample(
      "POST /v1/chat/completions", body: #"{"\#(name)":1,"model":"a","\#(name)":"b"}"#)
    #expect(sample.facts.model == "a")
  }

  @Test func remembersWhereThingsStand() throws {
    let body = #" {"a":1, "model" : "m", "stream_options" : {"x":1}}"#
    let facts = try Sample("POST /v1/chat/completions", body: body).facts
    #expect(facts.rootBrace == 1)
    #expect(!facts.isRootEmpty)
    let place = try #require(facts.modelValue)
    #expect(String(decoding: Array(body.utf8)[place], as: UTF8.self) == "\"m\"")
    let brace = Array(body.utf8).lastIndex(of: UInt8(ascii: "{"))
    #expect(facts.streamOptions == .object(brace: brace ?? 0, isEmpty: false))
  }

  @Test func tellsKindsOfErrorsApart() {
    let refusal = Refusal.malformed("x")
    #expect(RequestBodyError.repeated(refusal).refusal == refusal)
    #expect(RequestBodyError.unreadable(refusal).refusal == refusal)
  }

  /// A name longer than every name with all its characters escaped cannot be one.
  @Test func bearsEndlessEscapes() throws {
    let name = String(repeating: "\\u006d", count: 10_000)
    let sample = try Sample("POST /v1/chat/completions", body: #"{"\#(name)":1,"model":"a"}"#)
    #expect(sample.facts.model == "a")
  }
}
