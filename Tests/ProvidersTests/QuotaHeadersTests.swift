import HTTP
import Testing

@testable import Providers

@Suite("Limits in the headers of answers")
struct QuotaHeadersTests {
  /// 2026-08-19T14:34:00Z.
  static let now: Int64 = 1_787_150_040_000

  static func read(_ headers: [(String, String)]) -> QuotaReading? {
    var fields = HeaderFields()
    for (name, value) in headers { fields.append(name: name, value: value) }
    return QuotaHeaders.read(fields, nowMilliseconds: { now })
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let headers: [(String, String)]
    var kind = QuotaReading.Kind.requests
    var amount = QuotaReading.Amount.none
    var countsAllModels = false
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "OpenAI",
      headers: [
        ("x-ratelimit-limit-requests", "60"), ("x-ratelimit-remaining-requests", "59"),
        ("x-ratelimit-reset-requests", "1s"),
      ], amount: .init(limit: 60, remaining: 59)),
    Case(
      name: "used up, in Go's durations",
      headers: [
        ("X-RateLimit-Remaining-Tokens", "0"), ("X-RateLimit-Reset-Tokens", "6m0s"),
      ], kind: .tokens, amount: .init(remaining: 0, resetMilliseconds: 360_000)),
    Case(
      name: "the reset before what is left",
      headers: [
        ("x-ratelimit-reset-requests", "20ms"), ("x-ratelimit-remaining-requests", "0"),
      ], amount: .init(remaining: 0, resetMilliseconds: 20)),
    Case(
      name: "a reset in bare seconds",
      headers: [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "7")],
      amount: .init(remaining: 0, resetMilliseconds: 7_000)),
    Case(
      name: "Anthropic, a time",
      headers: [
        ("anthropic-ratelimit-input-tokens-limit", "1000"),
        ("anthropic-ratelimit-input-tokens-remaining", "0"),
        ("anthropic-ratelimit-input-tokens-reset", "2026-08-19T14:34:19Z"),
      ], kind: .inputTokens,
      amount: .init(limit: 1_000, remaining: 0, resetMilliseconds: 19_000)),
    Case(
      name: "a reset in the past",
      headers: [
        ("anthropic-ratelimit-output-tokens-remaining", "0"),
        ("anthropic-ratelimit-output-tokens-reset", "2026-08-19T14:33:00Z"),
      ], kind: .outputTokens, amount: .init(remaining: 0, resetMilliseconds: 0)),
    Case(
      name: "Mistral",
      headers: [("x-ratelimit-limit-req-minute", "60"), ("x-ratelimit-remaining-req-minute", "0")],
      amount: .init(limit: 60, remaining: 0)),
    Case(
      name: "Cerebras",
      headers: [
        ("x-ratelimit-remaining-requests-day", "0"), ("x-ratelimit-reset-requests-day", "33011.25"),
      ], amount: .init(remaining: 0, resetMilliseconds: 33_011_250)),
    Case(
      name: "of two windows the one with less",
      headers: [
        ("x-ratelimit-remaining-requests", "5"), ("x-ratelimit-remaining-requests-day", "900"),
      ], amount: .init(remaining: 5)),
    Case(
      name: "of the whole account", headers: [("x-ratelimit-remaining", "3")],
      amount: .init(remaining: 3), countsAllModels: true),
    Case(
      name: "a day at most",
      headers: [("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "300h")],
      kind: .tokens, amount: .init(remaining: 0, resetMilliseconds: 86_400_000)),
    Case(
      name: "no number", headers: [("x-ratelimit-remaining-requests", "many")],
      amount: .none),
    Case(
      name: "a negative number", headers: [("x-ratelimit-remaining-requests", "-1")],
      amount: .none),
    Case(
      name: "too long a number",
      headers: [("x-ratelimit-remaining-requests", "99999999999999999999")], amount: .none),
    Case(
      name: "a reset that is no time",
      headers: [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "soon")],
      amount: .init(remaining: 0)),
  ]

  @Test(arguments: cases)
  func reads(_ example: Case) throws {
    let reading = try #require(Self.read(example.headers))
    #expect(reading[example.kind] == example.amount)
    #expect(reading.countsAllModels == example.countsAllModels)
    #expect(reading.emptyMilliseconds == example.amount.resetMilliseconds)
  }

  @Test(
    arguments: [
      [], [("content-type", "application/json")], [("x-ratelimit-remaining-input-images", "0")],
      [("x-ratelimit-abusepenalty-active", "False")], [("x-request-id", "req-1234567890")],
      [("anthropic-organization-id", "0")], [("anthropic-ratelimit-unified-5h-remaining", "0")],
      [("x-ratelimit-reset-requests", "1s")],
    ] as [[(String, String)]])
  func otherHeadersSayNothing(_ headers: [(String, String)]) {
    #expect(Self.read(headers) == nil)
  }

  @Test func rowsAreToldApart() {
    #expect(Set(QuotaHeaders.rows.map(\.name)).count == QuotaHeaders.rows.count)
    #expect(QuotaHeaders.rows.allSatisfy { $0.name == $0.name.lowercased() })
    #expect(QuotaHeaders.rows.allSatisfy { !$0.source.isEmpty })
  }
}
