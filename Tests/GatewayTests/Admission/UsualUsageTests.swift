import Providers
import Testing

@testable import Gateway

@Suite("What a request is taken to use")
struct UsualUsageTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var endpoint = Endpoint.chatCompletions
    var cap: Int64?
    var choices = 1
    let input: Int64
    let output: Int64
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "a chat without a cap", input: 100, output: 256),
    Case(name: "a small cap", cap: 7, input: 100, output: 7),
    Case(name: "a large cap", cap: .max, input: 100, output: 256),
    Case(name: "a cap below 0", cap: -1, input: 100, output: 0),
    Case(name: "choices", cap: 7, choices: 3, input: 100, output: 21),
    Case(name: "choices without end", choices: .max, input: 100, output: 32_768),
    Case(name: "no text", endpoint: .moderations, input: 0, output: 0),
  ]

  @Test(arguments: cases)
  func isAQuarterOfItsBytesAndAShortAnswer(_ example: Case) {
    var facts = RequestFacts()
    facts.outputTokensMax = example.cap
    facts.choiceCount = example.choices
    let usage = Admission.usualUsage(endpoint: example.endpoint, facts: facts, bodyBytes: 403)
    #expect(usage.inputTokens == example.input)
    #expect(usage.outputTokens == example.output)
  }
}
