import Testing

@testable import Providers

@Suite("Requests in JSON")
struct RequestFactsJSONTests {
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

  /// What stands in `generationConfig` is known in any spelling, as at the top level.
  @Test(
    arguments: [
      (#"{"maxOutput\u0054okens":7}"#, 7, 1), (#"{"max\u005foutput_tokens":7}"#, 7, 1),
      (#"{"\u006d\u0061\u0078OutputTokens":7}"#, 7, 1), (#"{"maxOutputTokens":7}"#, 7, 1),
      (#"{"candidate\u0043ount":3}"#, nil, 3), (#"{"candidate\u005fcount":3}"#, nil, 3),
      (#"{"candidateCount":2,"candidate\u0043ount":8}"#, nil, 8),
      (#"{"candidateCount":"\u0038"}"#, nil, 8), (#"{"candidateCount":"1\u0032"}"#, nil, 12),
      (#"{"maxOutputTokens":"7"}"#, nil, 1), (#"{"maxOutput\u0074okens":7}"#, nil, 1),
      (#"{"a":{"maxOutput\u0054okens":7,"candidate\u0043ount":3}}"#, nil, 1),
    ] as [(String, Int64?, Int)])
  func readsGeminisConfigurationInAnySpelling(
    _ config: String, _ cap: Int64?, _ choices: Int
  ) throws {
    for name in ["generationConfig", #"generation\u0043onfig"#] {
      let facts = try Sample(
        "POST /v1beta/models/g:generateContent", body: #"{"\#(name)":\#(config)}"#
      ).facts
      #expect(facts.outputTokensMax == cap)
      #expect(facts.choiceCount == choices)
    }
  }

  @Test(arguments: [
    #"{"maxOutputTokens":5,"maxOutputTokens":60000}"#,
    #"{"maxOutputTokens":5,"maxOutput\u0054okens":60000}"#,
    #"{"maxOutput\u0054okens":60000,"maxOutputTokens":5}"#,
    #"{"maxOutput\u0054okens":5,"\u006daxOutputTokens":60000}"#,
    #"{"maxOutputTokens":5,"max\u005foutput_tokens":60000}"#,
    #"{"maxOutputTokens":5,"maxOutputTokens":"60000"}"#,
    #"{"maxOutputTokens":null,"maxOutputTokens":5}"#,
  ])
  func refusesTwoCapsOfGeminis(_ config: String) {
    let error = #expect(throws: Refusal.self) {
      try Sample(
        "POST /v1beta/models/g:generateContent", body: #"{"generationConfig":\#(config)}"#)
    }
    #expect(error?.status == 400)
    #expect(error?.message.contains("generationConfig.maxOutputTokens") == true)
  }

  /// A number in quotes may be written with escapes, and so long that nobody reads it here.
  @Test func countsChoicesInEscapes() throws {
    let long = "\"" + String(repeating: "0", count: 400) + "9\""
    for (value, count) in [
      (#""\u0035\u0030""#, 50), (#""5\u002e5""#, 6), (#""\u0078""#, 1),
      (long, 1_000_000),
    ] {
      let body = #"{"model":"a","n":\#(value)}"#
      #expect(try Sample("POST /v1/chat/completions", body: body).facts.choiceCount == count)
    }
  }

  /// An object that names an id twice could name another user's.
  @Test(arguments: [
    ("/v1/responses", "conversation"), ("/v1/messages", "container"),
    ("/passthrough/p/v1/responses", "conversation"),
  ])
  func refusesAnIDTwice(_ path: String, _ name: String) throws {
    for second in ["id", #"\u0069d"#, #"i\u0064"#] {
      let body = #"{"model":"a","\#(name)":{"id":"mine","\#(second)":"theirs"}}"#
      let error = #expect(throws: Refusal.self) { try Sample("POST \(path)", body: body) }
      #expect(error?.message.contains("'\(name).id'") == true)
    }
    let one = #"{"model":"a","\#(name)":{"i\u0064":"mine"}}"#
    #expect(try Sample("POST \(path)", body: one).facts.namedIDs == ["mine"])
  }

  /// What has more members than are looked at is not sent with an id that nobody looked up.
  @Test func refusesAnObjectThatHidesItsID() {
    let others = (0..<4_096).map { #""a\#($0)":1"# }.joined(separator: ",")
    #expect(throws: Refusal.self) {
      try Sample(
        "POST /v1/responses", body: #"{"model":"a","conversation":{\#(others),"id":"theirs"}}"#)
    }
  }

  /// Models that the provider may answer with instead, which rules must know of.
  @Test(arguments: [
    (#"{"model":"a"}"#, []), (#"{"model":"a","models":null}"#, []),
    (#"{"model":"a","models":[]}"#, []), (#"{"model":"a","models":["b","c\u0064"]}"#, ["b", "cd"]),
    (#"{"model":"a","m\u006fdels":["b"]}"#, ["b"]), (#"{"model":"a","models":"b"}"#, [""]),
    (#"{"model":"a","models":["b",7]}"#, ["b", ""]),
  ])
  func furtherModels(_ body: String, _ models: [String]) throws {
    for path in ["/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/messages"] {
      #expect(try Sample("POST \(path)", body: body).facts.otherModels == models, "\(path)")
    }
  }

  @Test func furtherModelsAreFew() throws {
    func body(_ count: Int) -> String {
      let names = (0..<count).map { "\"m\($0)\"" }.joined(separator: ",")
      return #"{"model":"a","models":["# + names + "]}"
    }
    #expect(try Sample("POST /v1/chat/completions", body: body(32)).facts.otherModels.count == 32)
    #expect(throws: Refusal.self) { try Sample("POST /v1/chat/completions", body: body(33)) }
    #expect(throws: Refusal.self) {
      try Sample(
        "POST /v1/chat/completions", body: #"{"model":"a","models":["b"],"models":[]}"#)
    }
  }
}
