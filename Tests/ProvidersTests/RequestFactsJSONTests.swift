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

  @Test func readsWhatPricesAnImage() throws {
    let body = #"{"model":"dall-e-3","size":"1024x1792","qu\u0061lity":"hd","n":2}"#
    let facts = try Sample("POST /v1/images/generations", body: body).facts
    #expect(facts.imageSize == "1024x1792")
    #expect(facts.imageQuality == "hd")
    #expect(facts.choiceCount == 2)
    let odd = #"{"model":"m","size":7,"quality":"\#(String(repeating: "q", count: 40))"}"#
    let other = try Sample("POST /v1/images/generations", body: odd).facts
    #expect(other.imageSize == nil && other.imageQuality == nil)
    // Elsewhere the names mean nothing, and may stand twice.
    let chat = #"{"model":"m","size":"1x1","size":"2x2","quality":1,"quality":2}"#
    #expect(try Sample("POST /v1/chat/completions", body: chat).facts.imageSize == nil)
    #expect(throws: Refusal.self) {
      _ = try Sample(
        "POST /v1/images/generations", body: #"{"model":"m","size":"1x1","size":"2x2"}"#)
    }
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
