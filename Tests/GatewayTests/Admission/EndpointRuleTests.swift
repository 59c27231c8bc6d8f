import Providers
import Testing

@testable import Gateway

@Suite("Rules of endpoints")
struct EndpointRuleTests {
  static let cases: [(list: [String], endpoint: Endpoint, verdict: RuleVerdict)] = [
    ([], .chatCompletions, .notListed),
    (["chat/completions"], .chatCompletions, .allowed(by: "chat/completions")),
    (["/v1/chat/completions"], .chatCompletions, .allowed(by: "/v1/chat/completions")),
    (["/v1beta/models:*"], .streamGenerateContent, .allowed(by: "/v1beta/models:*")),
    (["audio/*"], .audioSpeech, .allowed(by: "audio/*")),
    (["audio/*", "!audio/speech"], .audioSpeech, .denied(by: "!audio/speech")),
    (["audio/*"], .chatCompletions, .notListed),
    (["*"], .passthrough, .allowed(by: "*")),
    (["!embeddings"], .chatCompletions, .allowed(by: nil)),
    (["!embeddings"], .embeddings, .denied(by: "!embeddings")),
    // Passthrough reaches everything, so it is never allowed by silence.
    (["!embeddings"], .passthrough, .notListed),
    (["passthrough"], .passthrough, .allowed(by: "passthrough")),
  ]

  @Test(arguments: cases)
  func decides(list: [String], endpoint: Endpoint, verdict: RuleVerdict) throws {
    #expect(try EndpointRule(list).verdict(on: endpoint) == verdict)
  }

  @Test(arguments: ["", "!", "horoscopes", "chat", "a*b*"])
  func namesTheEntryThatMeansNothing(_ entry: String) {
    #expect(throws: RuleEntryError(entry: entry)) { try EndpointRule(["embeddings", entry]) }
  }
}
