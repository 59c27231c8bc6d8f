import Testing

@testable import Gateway

@Suite("Rules of models")
struct NameRuleTests {
  static let names: [(list: [String], name: String, verdict: RuleVerdict)] = [
    ([], "gpt-4o", .notListed),
    (["gpt-4o"], "gpt-4o", .allowed(by: "gpt-4o")),
    (["gpt-4o"], "gpt-4o-mini", .notListed),
    (["gpt-*"], "gpt-4o-mini", .allowed(by: "gpt-*")),
    (["gpt-*", "!gpt-4o"], "gpt-4o", .denied(by: "!gpt-4o")),
    (["!gpt-4*", "gpt-4o"], "gpt-4o", .denied(by: "!gpt-4*")),
    (["!gpt-4o"], "gpt-5", .allowed(by: nil)),
    (["!gpt-4o"], "gpt-4o", .denied(by: "!gpt-4o")),
    (["*"], "anything", .allowed(by: "*")),
  ]

  @Test(arguments: names)
  func decidesOnNames(list: [String], name: String, verdict: RuleVerdict) throws {
    #expect(try NameRule(list).verdict(on: name) == verdict)
  }

  static let models: [(list: [String], provider: String, model: String, verdict: RuleVerdict)] = [
    (["gpt-4o"], "openai", "gpt-4o", .allowed(by: "gpt-4o")),
    (["openai/gpt-4o"], "openai", "gpt-4o", .allowed(by: "openai/gpt-4o")),
    (["openai/gpt-4o"], "azure", "gpt-4o", .notListed),
    (["openai/*"], "openai", "gpt-4o", .allowed(by: "openai/*")),
    (["openai/*"], "open", "ai/gpt-4o", .notListed),
    (["*/gpt-4o"], "azure", "gpt-4o", .allowed(by: "*/gpt-4o")),
    (["openai/gpt*mini"], "openai", "gpt-4o-mini", .allowed(by: "openai/gpt*mini")),
    // An entry without a slash is no name of a provider.
    (["open*"], "openai", "gpt-4o", .notListed),
    (["meta/llama-3"], "router", "meta/llama-3", .allowed(by: "meta/llama-3")),
    (["meta/*"], "router", "meta/llama-3", .allowed(by: "meta/*")),
    (["router/meta/llama-3"], "router", "meta/llama-3", .allowed(by: "router/meta/llama-3")),
    (["!gpt-4o"], "openai", "gpt-4o", .denied(by: "!gpt-4o")),
    (["*", "!openai/*"], "openai", "gpt-4o", .denied(by: "!openai/*")),
    (["*", "!openai/*"], "azure", "gpt-4o", .allowed(by: "*")),
    ([], "openai", "gpt-4o", .notListed),
  ]

  @Test(arguments: models)
  func decidesOnModels(
    list: [String], provider: String, model: String, verdict: RuleVerdict
  ) throws {
    #expect(try NameRule(list).verdict(on: model, of: provider) == verdict)
  }

  @Test(arguments: ["", "!", "a*b*", "!**"])
  func namesTheEntryThatIsWrong(_ entry: String) {
    #expect(throws: RuleEntryError(entry: entry)) { try NameRule(["a", entry]) }
  }

  /// The text that is not made would say the same.
  @Test func aPatternMatchesWithoutJoining() throws {
    for pattern in ["a/b", "a/*", "*", "*/b", "a*b", "a/b*", "*a/b", "aa/b", "a/bb", ""] {
      let pattern = try #require(NamePattern(pattern))
      for (provider, model) in [("a", "b"), ("aa", "b"), ("a", "bb"), ("", ""), ("a", "")] {
        #expect(
          pattern.matches(model, of: provider) == pattern.matches("\(provider)/\(model)"),
          "\(pattern.text) \(provider)/\(model)")
      }
    }
  }
}
