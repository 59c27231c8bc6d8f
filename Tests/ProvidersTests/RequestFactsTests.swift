import HTTP
import Testing

@testable import Providers

@Suite("What a request says of itself")
struct RequestFactsTests {
  private func facts(_ line: String, _ body: String, _ fields: [String] = []) throws -> RequestFacts
  {
    try Sample(line, fields, body: body).facts
  }

  private func chat(_ body: String) throws -> RequestFacts {
    try facts("POST /v1/chat/completions", body)
  }

  @Test func readsAChat() throws {
    let read = try chat(
      #"{"messages":[{"role":"user","content":"model"}],"model":"gpt-4o","stream":true,"n":3,"#
        + #""max_tokens":5,"max_completion_tokens":7.0,"stream_options":{"include_usage":true}}"#)
    #expect(read.bodyKind == .json)
    #expect(read.model == "gpt-4o")
    #expect(read.isStream)
    #expect(read.asksForUsage)
    #expect(read.choiceCount == 3)
    #expect(read.outputTokensMax == 7)
    #expect(read.namedIDs.isEmpty)
    #expect(read.inputCharacters == nil)
  }

  @Test func readsEscapedNames() throws {
    let read = try chat(#"{"mo\u0064el":"\u0067pt","\u0073tream":true,"\u006E":2}"#)
    #expect(read.model == "gpt")
    #expect(read.isStream)
    #expect(read.choiceCount == 2)
  }

  @Test(arguments: [
    (#"{"model":"a","stream":false}"#, false), (#"{"model":"a","stream":null}"#, false),
    (#"{"model":"a"}"#, false), (#"{"stream" : true ,"model":"a"}"#, true),
  ])
  func readsWhetherItStreams(_ body: String, _ isStream: Bool) throws {
    #expect(try chat(body).isStream == isStream)
    #expect(try facts("POST /v1/messages", body).isStream == isStream)
  }

  @Test(
    arguments: [
      ("1e3", 1_000), ("-5", nil), ("0", nil), ("1.5", nil), ("\"7\"", nil), ("null", nil),
      ("9223372036854775807", 9_223_372_036_854_775_807), ("9223372036854775808", nil),
    ] as [(String, Int64?)])
  func readsCaps(_ number: String, _ cap: Int64?) throws {
    #expect(try chat(#"{"model":"a","max_tokens":\#(number)}"#).outputTokensMax == cap)
    #expect(
      try facts("POST /v1/responses", #"{"model":"a","max_output_tokens":\#(number)}"#)
        .outputTokensMax == cap)
  }

  /// A provider may pass over a member that its endpoint does not know.
  @Test(arguments: [
    ("POST /v1/chat/completions", "max_tokens", true),
    ("POST /v1/chat/completions", "max_completion_tokens", true),
    ("POST /v1/chat/completions", "max_output_tokens", false),
    ("POST /v1/completions", "max_tokens", true),
    ("POST /v1/completions", "max_completion_tokens", false),
    ("POST /v1/responses", "max_output_tokens", true),
    ("POST /v1/responses", "max_tokens", false), ("POST /v1/messages", "max_tokens", true),
    ("POST /v1/messages", "max_output_tokens", false),
    ("POST /v1beta/models/a:generateContent", "max_tokens", false),
  ])
  func aCapIsThatOfTheEndpoint(_ line: String, _ name: String, _ isCap: Bool) throws {
    let read = try facts(line, #"{"model":"a","\#(name)":7}"#)
    #expect(read.outputTokensMax == (isCap ? 7 : nil))
  }

  /// Each text is completed by itself, as often as `n` says.
  @Test(arguments: [
    (#""a""#, 1), (#"["a"]"#, 1), (#"["a","b","c"]"#, 3), ("[1,2,3]", 1), ("[[1,2],[3]]", 2),
    ("[]", 1), ("null", 1), (#"["a","b"],"n":3"#, 6), (#"["a","b"],"n":1000000"#, 1_000_000),
  ])
  func countsPrompts(_ prompt: String, _ count: Int) throws {
    let body = #"{"model":"a","prompt":\#(prompt)}"#
    #expect(try facts("POST /v1/completions", body).choiceCount == count)
  }

  @Test func aPromptIsCountedWhereItIsCompleted() throws {
    let body = #"{"model":"a","prompt":["a","b"],"prompt":1}"#
    #expect(try facts("POST /v1/images/generations", body).choiceCount == 1)
    #expect(throws: Refusal.self) { try facts("POST /v1/completions", body) }
  }

  @Test(arguments: [
    ("{\"n\":1e9,\"model\":\"a\"}", 1_000_000), ("{\"n\":-1,\"model\":\"a\"}", 1),
    ("{\"n\":0,\"model\":\"a\"}", 1), ("{\"n\":2,\"best_of\":5,\"model\":\"a\"}", 5),
    ("{\"n\":\"x\",\"model\":\"a\"}", 1), ("{\"n\":\"50\",\"model\":\"a\"}", 50),
    ("{\"n\":50.5,\"model\":\"a\"}", 51), ("{\"n\":\"2.5\",\"model\":\"a\"}", 3),
    ("{\"n\":5.05e1,\"model\":\"a\"}", 1_000_000), ("{\"n\":-0.5,\"model\":\"a\"}", 1),
    ("{\"n\":\"\",\"model\":\"a\"}", 1), ("{\"n\":null,\"model\":\"a\"}", 1),
    ("{\"n\":[7],\"model\":\"a\"}", 1), ("{\"n\":true,\"model\":\"a\"}", 1),
    ("{\"n\":99999999999999999999,\"model\":\"a\"}", 1_000_000),
  ])
  func countsChoices(_ body: String, _ count: Int) throws {
    #expect(try facts("POST /v1/completions", body).choiceCount == count)
  }

  @Test(arguments: ["generationConfig", "generation_config"])
  func readsGeminisConfiguration(_ name: String) throws {
    let read = try facts(
      "POST /v1beta/models/gemini-x:streamGenerateContent?alt=sse",
      #"{"contents":[],"\#(name)":{"maxOutputTokens":9,"candidate_count":"2","a":{"maxOutputTokens":1}}}"#
    )
    #expect(read.model == "gemini-x")
    #expect(read.isStream)
    #expect(read.outputTokensMax == 9)
    #expect(read.choiceCount == 2)
  }

  @Test(arguments: [
    ("/v1/responses", #"{"model":"a","previous_response_id":"resp_1"}"#, ["resp_1"]),
    ("/v1/responses", #"{"model":"a","conversation":"conv_1"}"#, ["conv_1"]),
    ("/v1/responses", #"{"model":"a","conversation":{"id":"conv_\u0031"}}"#, ["conv_1"]),
    (
      "/v1/responses", #"{"previous_response_id":"r","model":"a","conversation":{"id":"c"}}"#,
      ["r", "c"]
    ),
    ("/v1/responses", #"{"model":"a","previous_response_id":null,"conversation":{}}"#, []),
    ("/v1/messages", #"{"model":"a","container":"cont_1"}"#, ["cont_1"]),
    ("/v1/messages", #"{"model":"a","container":{"id":"cont_1","skills":[]}}"#, ["cont_1"]),
    (
      "/v1beta/models/g:generateContent", #"{"cachedContent":"cachedContents/x"}"#,
      ["cachedContents/x"]
    ),
    (
      "/v1beta/models/g:generateContent", #"{"cached_content":"cachedContents/x"}"#,
      ["cachedContents/x"]
    ),
  ])
  func findsTheIDsThatLiveOnAKey(_ path: String, _ body: String, _ ids: [String]) throws {
    #expect(try facts("POST \(path)", body).namedIDs == ids)
  }

  @Test func readsAStoredResponse() throws {
    let read = try facts("GET /v1/responses/resp_1?include=a&stream=true", "")
    #expect(read.namedIDs == ["resp_1"])
    #expect(read.isStream)
    #expect(read.model == nil)
    #expect(try !facts("DELETE /v1/responses/resp_1", "").isStream)
  }

  @Test(
    arguments: [
      ("\"\"", 0), ("\"abc\"", 3), ("\"ä漢😀\"", 3), ("\"\\n\\\"\\\\\\u00e4\"", 4),
      ("\"\\ud83d\\ude00\"", 1), ("\"\\uD83D\\uDE00x\"", 2), ("[\"abc\"]", nil),
    ] as [(String, Int?)])
  func countsTheCharactersOfSpeech(_ input: String, _ count: Int?) throws {
    let body = #"{"model":"tts-1","input":\#(input)}"#
    #expect(try facts("POST /v1/audio/speech", body).inputCharacters == count)
    #expect(try facts("POST /v1/embeddings", body).inputCharacters == nil)
  }

  @Test(arguments: [
    ("/v1/moderations", "omni-moderation-latest"), ("/v1/images/generations", "dall-e-2"),
  ])
  func takesTheProvidersDefaultModel(_ path: String, _ model: String) throws {
    #expect(try facts("POST \(path)", "{}").model == model)
  }

  @Test func takesTheModelOfADeploymentFromThePath() throws {
    let line = "POST /openai/deployments/my-dep/chat/completions?api-version=2024-10-21"
    #expect(try facts(line, #"{"messages":[]}"#).model == "my-dep")
    #expect(try facts(line, #"{"model":"gpt-4o"}"#).model == "my-dep")
  }

  @Test func takesGooglesModelFromThePath() throws {
    let line = "POST /v1beta/models/e:embedContent"
    #expect(try facts(line, #"{"model":"models/e"}"#).model == "e")
    #expect(try facts(line, #"{"model":"e"}"#).model == "e")
    #expect(throws: Refusal.self) { try facts(line, #"{"model":"models/f"}"#) }
  }

  struct Bad: Sendable, CustomTestStringConvertible {
    var name: String
    var path = "/v1/chat/completions"
    var body: String
    var fields: [String] = []
    var word: String
    var testDescription: String { name }
  }

  static let bad: [Bad] = [
    Bad(name: "empty", body: "", word: "empty"),
    Bad(name: "not JSON", body: "model=gpt", word: "JSON"),
    Bad(name: "cut", body: #"{"model":"a""#, word: "JSON"),
    Bad(name: "something behind", body: #"{"model":"a"} {}"#, word: "JSON"),
    Bad(name: "no object", body: #"["model"]"#, word: "object"),
    Bad(name: "a string", body: #""model""#, word: "object"),
    Bad(
      name: "too deep",
      body: #"{"model":"a","b":"# + String(repeating: "[", count: 100_000), word: "deep"),
    Bad(
      name: "too deep and closed",
      body: #"{"model":"a","b":"# + String(repeating: "[", count: 600)
        + String(repeating: "]", count: 600) + "}", word: "deep"),
    Bad(name: "no model", body: #"{"messages":[]}"#, word: "no model"),
    Bad(name: "no model for Anthropic", path: "/v1/messages", body: "{}", word: "no model"),
    Bad(name: "a model nested", body: #"{"a":{"model":"x"}}"#, word: "no model"),
    Bad(name: "a model of 7", body: #"{"model":7}"#, word: "string"),
    Bad(name: "a model of null", body: #"{"model":null}"#, word: "string"),
    Bad(name: "a model of []", body: #"{"model":["a"]}"#, word: "string"),
    Bad(name: "an empty model", body: #"{"model":""}"#, word: "empty"),
    Bad(
      name: "a long model", body: #"{"model":"\#(String(repeating: "a", count: 257))"}"#,
      word: "longer"),
    Bad(name: "a model with a line end", body: #"{"model":"a\nb"}"#, word: "control"),
    Bad(name: "a model with NUL", body: #"{"model":"a\u0000"}"#, word: "control"),
    Bad(name: "a model that climbs", body: #"{"model":"a/../b"}"#, word: "'..'"),
    Bad(
      name: "two models", body: #"{"model":"a","model":"b"}"#, word: "repeats the member 'model'"),
    Bad(name: "the same model twice", body: #"{"model":"a","model":"a"}"#, word: "repeats"),
    Bad(
      name: "two models, one escaped", body: #"{"model":"a","b":1,"\u006dodel":"a"}"#,
      word: "repeats the member 'model'"),
    Bad(
      name: "two streams", body: #"{"model":"a","stream":true,"stream":false}"#, word: "'stream'"),
    Bad(
      name: "two options", body: #"{"model":"a","stream_options":{},"stream_options":{}}"#,
      word: "'stream_options'"),
    Bad(
      name: "two questions for usage",
      body: #"{"model":"a","stream_options":{"include_usage":true,"include_\u0075sage":false}}"#,
      word: "include_usage"),
    Bad(
      name: "two caps", body: #"{"model":"a","max_tokens":1,"max_tokens":9}"#, word: "max_tokens"),
    Bad(name: "two n", body: #"{"model":"a","n":1,"n":9}"#, word: "'n'"),
    Bad(
      name: "two ids", path: "/v1/responses",
      body: #"{"model":"a","previous_response_id":"x","previous_response_id":"y"}"#,
      word: "previous_response_id"),
    Bad(
      name: "one id in both spellings", path: "/v1beta/models/g:generateContent",
      body: #"{"cachedContent":"x","cached_content":"y"}"#, word: "cached_content"),
    Bad(
      name: "two caps of Google's", path: "/v1beta/models/g:generateContent",
      body: #"{"generationConfig":{"maxOutputTokens":1,"max_output_tokens":9}}"#,
      word: "maxOutputTokens"),
    Bad(name: "a stream of text", body: #"{"model":"a","stream":"true"}"#, word: "true or false"),
    Bad(name: "a stream of 1", body: #"{"model":"a","stream":1}"#, word: "true or false"),
    Bad(
      name: "a form where none is taken", body: "x",
      fields: ["Content-Type: multipart/form-data; boundary=b"], word: "JSON"),
    Bad(
      name: "a compressed body", body: "x", fields: ["Content-Encoding: gzip"], word: "compressed"),
  ]

  @Test(arguments: bad)
  func refuses(_ bad: Bad) throws {
    let error = #expect(throws: Refusal.self) {
      try Sample("POST \(bad.path)", bad.fields, body: bad.body)
    }
    #expect(error?.status == 400)
    #expect(error?.message.contains(bad.word) == true, "\(error?.message ?? "")")
  }

  @Test func refusesInvalidUTF8() {
    let body = Array(#"{"model":"a","b":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
    let error = #expect(throws: Refusal.self) {
      try Sample("POST /v1/chat/completions", [], bytes: body)
    }
    #expect(error?.message.contains("UTF-8") == true)
  }

  @Test func readsAnythingInAPassthrough() throws {
    let path = "/passthrough/p/x"
    #expect(try facts("POST \(path)", #"{"model":"a","stream":true}"#).model == "a")
    #expect(try facts("POST \(path)", #"{"model":7}"#).bodyKind == .other)
    #expect(try facts("POST \(path)", "not json").model == nil)
    #expect(try facts("POST \(path)", #"{"model":"a\nb"}"#).model == nil)
    #expect(try facts("GET \(path)", "").bodyKind == .none)
    #expect(
      try facts("POST \(path)", #"{"model":"a"}"#, ["Content-Type: image/png"]).model == nil)
    #expect(
      try facts("POST \(path)", #"{"model":"a"}"#, ["Content-Encoding: gzip"]).model == nil)
    #expect(throws: Refusal.self) { try facts("POST \(path)", #"{"model":"a","model":"b"}"#) }
  }

  @Test(arguments: [
    ("/v1beta/models/g%2Dx:generateContent", "g-x"), ("/openai/deployments/d/embeddings", "d"),
    ("/v1/models/a", "body"), ("/v1/x", "body"), ("/deployments/", "body"),
  ])
  func readsTheModelOfAPassthroughsPath(_ path: String, _ model: String) throws {
    #expect(try facts("POST /passthrough/p\(path)", #"{"model":"body"}"#).model == model)
  }

  @Test func readsListsWithoutABody() throws {
    #expect(try facts("GET /v1/models", "").model == nil)
    #expect(try facts("GET /v1/models/gpt", "").model == "gpt")
  }
}
