import HTTP
package import Providers

/// Writes how a caller stands with its limits into the header of an answer, in its dialect.
package enum RateLimitFields {
  /// Appends the lines; none where nothing limits.
  ///
  /// OpenAI's names and durations (`6m0s`), which Gemini's clients get too; Anthropic's names and
  /// times. `now` is a wall time in Unix milliseconds.
  package static func append(
    _ standings: RateStandings, dialect: Dialect, nowMilliseconds now: Int64,
    into out: inout [UInt8]
  ) {
    switch dialect {
    case .openai, .gemini:
      if let requests = standings.requests {
        append(requests, openAIRequests, duration(requests.resetMilliseconds), to: &out)
      }
      if let tokens = standings.tokens {
        append(tokens, openAITokens, duration(tokens.resetMilliseconds), to: &out)
      }
    case .anthropic:
      if let requests = standings.requests { append(requests, anthropicRequests, now, to: &out) }
      if let tokens = standings.tokens { append(tokens, anthropicTokens, now, to: &out) }
      if let input = standings.inputTokens { append(input, anthropicInput, now, to: &out) }
      if let output = standings.outputTokens { append(output, anthropicOutput, now, to: &out) }
    }
  }

  private typealias Names = (limit: StaticString, remaining: StaticString, reset: StaticString)

  private static let openAIRequests: Names = (
    "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"
  )
  private static let openAITokens: Names = (
    "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"
  )
  private static let anthropicRequests: Names = (
    "anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining",
    "anthropic-ratelimit-requests-reset"
  )
  private static let anthropicTokens: Names = (
    "anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-tokens-reset"
  )
  private static let anthropicInput: Names = (
    "anthropic-ratelimit-input-tokens-limit", "anthropic-ratelimit-input-tokens-remaining",
    "anthropic-ratelimit-input-tokens-reset"
  )
  private static let anthropicOutput: Names = (
    "anthropic-ratelimit-output-tokens-limit", "anthropic-ratelimit-output-tokens-remaining",
    "anthropic-ratelimit-output-tokens-reset"
  )

  private static func append(
    _ standing: RateStandings.Standing, _ names: Names, _ now: Int64, to out: inout [UInt8]
  ) {
    // To the second, and not before it is true.
    let (time, overflow) = now.addingReportingOverflow(standing.resetMilliseconds + 999)
    append(
      standing, names, Timestamp.text((overflow ? now : time) / 1_000 * 1_000), to: &out)
  }

  private static func append(
    _ standing: RateStandings.Standing, _ names: Names, _ reset: String, to out: inout [UInt8]
  ) {
    ResponseHeadWriter.appendField(names.limit, Int(standing.limit), to: &out)
    ResponseHeadWriter.appendField(names.remaining, Int(standing.remaining), to: &out)
    ResponseHeadWriter.appendField(names.reset, reset, to: &out)
  }

  /// `20ms`, `59.7s`, `6m0s`, `23h59m59.2s`: as OpenAI writes durations.
  static func duration(_ milliseconds: Int64) -> String {
    guard milliseconds >= 1_000 || milliseconds <= 0 else { return "\(milliseconds)ms" }
    let whole = max(0, milliseconds) / 1_000
    let tenths = max(0, milliseconds) % 1_000 / 100
    let seconds = tenths == 0 ? "\(whole % 60)s" : "\(whole % 60).\(tenths)s"
    if whole < 60 { return seconds }
    if whole < 3_600 { return "\(whole / 60)m\(seconds)" }
    return "\(whole / 3_600)h\(whole / 60 % 60)m\(seconds)"
  }
}
