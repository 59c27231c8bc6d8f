import HTTP
import Testing

@testable import Providers

@Suite("How long to wait")
struct ErrorRetryAfterTests {
  /// The time 2026-08-02T17:44:00Z.
  static let now: Int64 = 1_785_692_640_000

  private func wait(
    _ fields: [String], _ dialect: Dialect = .openai, message: String = "", delay: String = ""
  ) throws -> Duration? {
    var signals = ErrorSignals(status: 429, message: message)
    signals.retryDelay = delay
    return ErrorRetryAfter.wait(
      dialect: dialect, fields: try responseHead(429, fields).fields, signals: signals,
      nowMilliseconds: Self.now)
  }

  @Test(
    arguments: [
      (["Retry-After: 30"], .seconds(30)), (["retry-after: 0"], .zero),
      (["retry-after: 1.5"], .milliseconds(1_500)), (["retry-after-ms: 250"], .milliseconds(250)),
      (["retry-after-ms: 250", "retry-after: 1"], .milliseconds(250)),
      (["retry-after: 1", "retry-after-ms: 0"], .seconds(1)),
      (["retry-after: Sun, 02 Aug 2026 17:44:20 GMT"], .seconds(20)),
      (["retry-after: Sun, 02 Aug 2026 17:43:20 GMT"], .zero),
      (["retry-after: 99999999999"], .seconds(86_400)),
      (["retry-after: 1e400"], nil), (["retry-after: -5"], nil), (["retry-after: soon"], nil),
      (["retry-after: nan"], nil), (["retry-after: "], nil), ([], nil),
      (
        ["x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-requests: 6m0s"], .seconds(360)
      ),
      (["x-ratelimit-remaining-requests: 1", "x-ratelimit-reset-requests: 6m0s"], nil),
      (
        [
          "x-ratelimit-remaining-requests: 0", "x-ratelimit-reset-requests: 20ms",
          "X-RateLimit-Remaining-Tokens: 0", "X-RateLimit-Reset-Tokens: 1.25s",
        ], .milliseconds(1_250)
      ),
      (["x-ratelimit-remaining: 0", "x-ratelimit-reset: 2"], .seconds(2)),
      (["x-ratelimit-remaining: 0", "x-ratelimit-reset: 1785692645"], .seconds(5)),
      (["x-ratelimit-remaining: 0", "x-ratelimit-reset: 1785692645000"], .seconds(5)),
      (["x-ratelimit-remaining: 0", "x-ratelimit-reset: 1785692635000"], .zero),
      (["x-ratelimit-remaining: 0"], nil),
      (
        [
          "anthropic-ratelimit-requests-remaining: 0",
          "anthropic-ratelimit-requests-reset: 2026-08-02T17:44:07Z",
          "anthropic-ratelimit-tokens-remaining: 5",
          "anthropic-ratelimit-tokens-reset: 2026-08-02T17:50:00Z",
        ], .seconds(7)
      ),
      (
        [
          "retry-after: 2", "x-ratelimit-remaining-requests: 0",
          "x-ratelimit-reset-requests: 6m0s",
        ], .seconds(2)
      ),
    ] as [([String], Duration?)])
  func headers(_ fields: [String], _ expected: Duration?) throws {
    #expect(try wait(fields) == expected)
  }

  @Test(
    arguments: [
      ("Rate limit reached. Please try again in 20s. Visit x", .seconds(20)),
      ("Please try again in 1.5s.", .milliseconds(1_500)),
      ("Please try again in 6m0s", .seconds(360)), ("Try again in 120ms", .milliseconds(120)),
      ("Please retry in 36.429760048s.", .nanoseconds(36_429_760_048)),
      ("Please try again in a while", nil), ("Please try again in 5 minutes", .seconds(5)),
      ("", nil), ("try again in ", nil),
    ] as [(String, Duration?)])
  func messages(_ message: String, _ expected: Duration?) throws {
    let found = try wait([], message: message)
    guard let expected else {
      #expect(found == nil)
      return
    }
    let difference = try #require(found) - expected
    #expect(abs(difference / .nanoseconds(1)) < 100)
  }

  @Test func googlesDelay() throws {
    #expect(try wait([], .gemini, delay: "23s") == .seconds(23))
    #expect(try wait(["retry-after: 5"], .gemini, delay: "23s") == .seconds(5))
    #expect(try wait([], .gemini, delay: "-1s") == nil)
  }

  @Test(
    arguments: [
      ("20ms", .milliseconds(20)), ("6m0s", .seconds(360)), ("1h2m3.5s", .milliseconds(3_723_500)),
      ("1d", .seconds(86_400)), ("0s", .zero), ("250µs", .microseconds(250)), ("7", .seconds(7)),
      ("5ns", .nanoseconds(5)), ("", nil), ("s", nil), ("1x", nil), ("1.2.3s", nil), ("-1s", nil),
      (".5s", nil), ("1s ", nil), (String(repeating: "1s", count: 40), nil),
      ("99999999999999999999999999s", nil),
    ] as [(String, Duration?)])
  func durations(_ text: String, _ expected: Duration?) {
    #expect(ErrorRetryAfter.duration(text) == expected)
  }
}
