import Providers
import Testing

@testable import Gateway

@Suite("Rate limits in the header of an answer")
struct RateLimitFieldsTests {
  private func lines(_ dialect: Dialect) -> [String] {
    var standings = RateStandings()
    standings.note(.requests, .init(limit: 60, remaining: 59, resetMilliseconds: 1_500))
    standings.note(.inputTokens, .init(limit: 1_000, remaining: 0, resetMilliseconds: 360_000))
    var out: [UInt8] = []
    RateLimitFields.append(
      standings, dialect: dialect, nowMilliseconds: 1_800_000_000_000, into: &out)
    return String(decoding: out, as: UTF8.self).split(separator: "\r\n").map(String.init)
  }

  @Test(arguments: [Dialect.openai, .gemini])
  func asOpenAIWritesThem(dialect: Dialect) {
    #expect(
      lines(dialect) == [
        "x-ratelimit-limit-requests: 60", "x-ratelimit-remaining-requests: 59",
        "x-ratelimit-reset-requests: 1.5s", "x-ratelimit-limit-tokens: 1000",
        "x-ratelimit-remaining-tokens: 0", "x-ratelimit-reset-tokens: 6m0s",
      ])
  }

  @Test(arguments: [
    (59_999, "59.9s"), (60_000, "1m0s"), (60_001, "1m0s"), (60_100, "1m0.1s"),
  ])
  func aWholeMinuteIsWrittenAsAnyOtherTime(milliseconds: Int64, text: String) {
    var standings = RateStandings()
    standings.note(.requests, .init(limit: 6, remaining: 5, resetMilliseconds: milliseconds))
    var out: [UInt8] = []
    RateLimitFields.append(standings, dialect: .openai, nowMilliseconds: 0, into: &out)
    #expect(
      String(decoding: out, as: UTF8.self).hasSuffix(
        "\r\nx-ratelimit-reset-requests: \(text)\r\n"))
  }

  @Test func asAnthropicWritesThem() {
    #expect(
      lines(.anthropic) == [
        "anthropic-ratelimit-requests-limit: 60", "anthropic-ratelimit-requests-remaining: 59",
        "anthropic-ratelimit-requests-reset: 2027-01-15T08:00:02Z",
        "anthropic-ratelimit-tokens-limit: 1000", "anthropic-ratelimit-tokens-remaining: 0",
        "anthropic-ratelimit-tokens-reset: 2027-01-15T08:06:00Z",
        "anthropic-ratelimit-input-tokens-limit: 1000",
        "anthropic-ratelimit-input-tokens-remaining: 0",
        "anthropic-ratelimit-input-tokens-reset: 2027-01-15T08:06:00Z",
      ])
  }

  @Test(arguments: [
    (0, "0s"), (-5, "0s"), (20, "20ms"), (1_000, "1s"), (59_749, "59.7s"), (360_000, "6m0s"),
    (999, "999ms"), (59_999, "59.9s"), (86_399_200, "23h59m59.2s"),
  ])
  func durations(milliseconds: Int64, text: String) {
    var out: [UInt8] = []
    RateLimitFields.appendDuration(milliseconds, to: &out)
    #expect(String(decoding: out, as: UTF8.self) == text)
  }
}
