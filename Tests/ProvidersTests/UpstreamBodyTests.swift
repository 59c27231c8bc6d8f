import JSON
import Testing

@testable import Providers

@Suite("Bodies to providers")
struct UpstreamBodyTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var path = "/v1/chat/completions"
    var body: String
    var model = "m"
    /// Nil: unchanged.
    var expected: String?
    var testDescription: String { name }
  }

  static let usage = #""stream_options":{"include_usage":true}"#

  static let cases: [Case] = [
    Case(name: "nothing to do", body: #"{"model":"m","messages":[]}"#),
    Case(
      name: "another model", body: #" { "model" : "m" , "a":1}"#, model: "n\"",
      expected: #" { "model" : "n\"" , "a":1}"#),
    Case(
      name: "another model, last and escaped", body: #"{"a":{"model":"x"},"mo\u0064el":"\u006d"}"#,
      model: "n", expected: #"{"a":{"model":"x"},"mo\u0064el":"n"}"#),
    Case(name: "the same model, escaped", body: #"{"model":"\u006d"}"#),
    Case(
      name: "usage asked for", body: #"{"model":"m","stream":true}"#,
      expected: #"{"stream_options":{"include_usage":true},"model":"m","stream":true}"#),
    Case(
      name: "usage and model", body: #"{ "stream":true,"model":"m"}"#, model: "n",
      expected: #"{"stream_options":{"include_usage":true}, "stream":true,"model":"n"}"#),
    Case(
      name: "usage already asked for",
      body: #"{"model":"m","stream":true,"stream_options":{"include_usage":true}}"#),
    Case(
      name: "usage refused by the client",
      body: #"{"model":"m","stream":true,"stream_options":{"include_usage": false }}"#,
      expected: #"{"model":"m","stream":true,"stream_options":{"include_usage": true }}"#),
    Case(
      name: "empty options", body: #"{"model":"m","stream":true,"stream_options":{ }}"#,
      expected: #"{"model":"m","stream":true,"stream_options":{"include_usage":true }}"#),
    Case(
      name: "other options",
      body: #"{"model":"m","stream":true,"stream_options":{"include_obfuscation":false}}"#,
      expected: #"{"model":"m","stream":true,"stream_options":"#
        + #"{"include_usage":true,"include_obfuscation":false}}"#),
    Case(
      name: "options of null", body: #"{"model":"m","stream":true,"stream_options":null}"#,
      expected: #"{"model":"m","stream":true,"stream_options":{"include_usage":true}}"#),
    Case(
      name: "options that are none", body: #"{"model":"m","stream":true,"stream_options":7}"#),
    Case(name: "no stream, no question", body: #"{"model":"m","stream":false}"#),
    Case(
      name: "completions too", path: "/v1/completions", body: #"{"model":"m","stream":true}"#,
      expected: #"{"stream_options":{"include_usage":true},"model":"m","stream":true}"#),
    Case(
      name: "responses state usage anyway", path: "/v1/responses",
      body: #"{"model":"m","stream":true}"#),
    Case(
      name: "a deployment's model is put in", path: "/openai/deployments/d/chat/completions",
      body: #"{"messages":[]}"#, model: "d", expected: #"{"model":"d","messages":[]}"#),
    Case(
      name: "a deployment's model replaces another", path: "/openai/deployments/d/embeddings",
      body: #"{"model":"x"}"#, model: "d", expected: #"{"model":"d"}"#),
    Case(
      name: "a deployment's empty body", path: "/openai/deployments/d/embeddings", body: "{}",
      model: "d", expected: #"{"model":"d"}"#),
    Case(
      name: "a default model stays away", path: "/v1/moderations", body: #"{"input":"a"}"#,
      model: "omni-moderation-latest"),
    Case(
      name: "a mapped default is put in", path: "/v1/moderations", body: #"{"input":"a"}"#,
      expected: #"{"model":"m","input":"a"}"#),
    Case(name: "a passthrough is left alone", path: "/passthrough/p/x", body: #"{"model":"z"}"#),
  ]

  @Test(arguments: cases)
  func edits(_ example: Case) throws {
    let sample = try Sample("POST \(example.path)", body: example.body)
    #expect(sample.upstreamBody(try .openAI(), model: example.model) == example.expected)
  }

  @Test func asksNoUsageOfAProviderThatNeverTells() throws {
    let profile = try ProviderProfile(
      name: "p", dialect: "openai", baseURL: "https://a.b", streamUsage: "never")
    let sample = try Sample("POST /v1/chat/completions", body: #"{"model":"m","stream":true}"#)
    #expect(sample.upstreamBody(profile) == nil)
  }

  @Test func leavesADeploymentsModelInThePath() throws {
    let sample = try Sample(
      "POST /openai/deployments/d/chat/completions", body: #"{"messages":[]}"#)
    #expect(sample.upstreamBody(try .azure(), model: "other") == nil)
  }

  @Test func asksNoUsageOfOtherDialects() throws {
    let anthropic = try Sample("POST /v1/messages", body: #"{"model":"m","stream":true}"#)
    #expect(anthropic.upstreamBody(try .anthropic()) == nil)
    let gemini = try Sample("POST /v1beta/models/g:streamGenerateContent", body: "{}")
    #expect(gemini.upstreamBody(try .gemini(), model: "other") == nil)
  }

  @Test func renamesEveryModelThatGoogleWantsToAgree() throws {
    let batch = try Sample(
      "POST /v1beta/models/e:batchEmbedContents",
      body: #"{"requests":[{"model":"models/e","a":1}, {"model":"e"},{}]}"#)
    #expect(
      batch.upstreamBody(try .gemini(), model: "f")
        == #"{"requests":[{"model":"models/f","a":1}, {"model":"f"},{}]}"#)
    let count = try Sample(
      "POST /v1beta/models/e:countTokens",
      body: #"{"generateContentRequest":{"model":"models/e","contents":[]}}"#)
    #expect(
      count.upstreamBody(try .gemini(), model: "f")
        == #"{"generateContentRequest":{"model":"models/f","contents":[]}}"#)
    let embed = try Sample(
      "POST /v1beta/models/e:embedContent", body: #"{"model":"models/e","content":{}}"#)
    #expect(
      embed.upstreamBody(try .gemini(), model: "f") == #"{"model":"models/f","content":{}}"#)
    #expect(embed.upstreamBody(try .gemini(), model: "e") == nil)
  }

  private func form(_ parts: [(String, String)]) -> String {
    parts.map { "--b\r\nContent-Disposition: form-data; name=\($0.0)\r\n\r\n\($0.1)\r\n" }.joined()
      + "--b--\r\n"
  }

  @Test func replacesAFormsModelWhereverItStands() throws {
    for place in 0...2 {
      var parts = [("\"file\"; filename=\"a\"", "\u{0}model\r\n-bx"), ("language", "de")]
      parts.insert(("\"model\"", "m"), at: place)
      let sample = try Sample(
        "POST /v1/audio/transcriptions", ["Content-Type: multipart/form-data; boundary=b"],
        body: form(parts))
      #expect(sample.facts.model == "m")
      #expect(sample.upstreamBody(try .openAI()) == nil)
      parts[place].1 = "whisper-1"
      #expect(sample.upstreamBody(try .openAI(), model: "whisper-1") == form(parts))
    }
  }

  @Test func putsAModelIntoAFormThatHasNone() throws {
    let sample = try Sample(
      "POST /v1/images/edits", ["Content-Type: multipart/form-data; boundary=b"],
      body: form([("prompt", "x")]))
    #expect(sample.facts.model == "dall-e-2")
    #expect(sample.upstreamBody(try .openAI()) == nil)
    #expect(
      sample.upstreamBody(try .openAI(), model: "n")
        == form([("\"model\"", "n"), ("prompt", "x")]))
  }

  /// Whatever stands around the two members, it goes up byte for byte.
  @Test(arguments: 0..<200)
  func leavesEveryOtherByteAlone(_ seed: Int) throws {
    var random = SplitMix(seed: UInt64(seed))
    let values = [
      "1", "-0.5e3", "\"\\u0041\\n\\\"\"", "\"ä漢😀\"", "[ 1 ,\t{\"model\":\"x\"}]", "{}", "null",
      "{\"stream\":true,\"include_usage\":1}", "true", "\"model\"",
    ]
    var members = (0..<Int.random(in: 0...6, using: &random)).map { index in
      "\"a\(index)\"\(random.blank()):\(random.blank())\(values.randomElement(using: &random) ?? "1")"
    }
    let model = "\"model\"\(random.blank()):\(random.blank())"
    members.insert(model + "\"m\"", at: Int.random(in: 0...members.count, using: &random))
    let isStream = Bool.random(using: &random)
    members.insert("\"stream\":\(isStream)", at: Int.random(in: 0...members.count, using: &random))
    let blanks = members.map { _ in (random.blank(), random.blank()) }
    func text(_ members: [String]) -> String {
      zip(members, blanks).map { $1.0 + $0 + $1.1 }.joined(separator: ",")
    }
    let (before, after) = (random.blank(), random.blank())
    let sample = try Sample(
      "POST /v1/chat/completions", body: before + "{" + text(members) + "}" + after)
    let renamed = members.map { $0.hasPrefix(model) ? model + "\"other\"" : $0 }
    let expected =
      before + "{" + (isStream ? Self.usage + "," : "") + text(renamed) + "}" + after
    #expect(sample.upstreamBody(try .openAI(), model: "other") == expected, "seed \(seed)")
    #expect((sample.upstreamBody(try .openAI()) == nil) == !isStream, "seed \(seed)")
    #expect(throws: Never.self) { try JSONValue(parsing: expected) }
  }
}

extension SplitMix: RandomNumberGenerator {
  /// White space as JSON has it, mostly none.
  fileprivate mutating func blank() -> String {
    ["", "", "", " ", "\n", "\t ", "\r\n"].randomElement(using: &self) ?? ""
  }
}
