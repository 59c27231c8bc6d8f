import HTTP
package import Providers

/// Writes how a caller stands with its limits into the header of an answer, in its dialect.
package enum RateLimitFields {
  /// Appends the lines; none where nothing limits.
  ///
  /// OpenAI's names and durations (`6m0s`), which Gemini's clients get too; Anthropic's names and
  /// times. `now` is a wall time in Unix milliseconds, which durations need none of.
  package static func append(
    _ standings: RateStandings, dialect: Dialect, nowMilliseconds now: @autoclosure () -> Int64,
    into out: inout [UInt8]
  ) {
    switch dialect {
    case .openai, .gemini:
      if let requests = standings.requests { append(requests, openAIRequests, to: &out) }
      if let tokens = standings.tokens { append(tokens, openAITokens, to: &out) }
    case .anthropic:
      let now = now()
      if let requests = standings.requests { append(requests, anthropicRequests, now, to: &out) }
      if let tokens = standings.tokens { append(tokens, anthropicTokens, now, to: &out) }
      if let input = standings.inputTokens { append(input, anthropicInput, now, to: &out) }
      if let output = standings.outputTokens { append(output, anthropicOutput, now, to: &out) }
    }
  }

  /// What stands before each of the three values: the line end of the one before, and the name.
  private typealias Names = (limit: StaticString, remaining: StaticString, reset: StaticString)

  private static let openAIRequests: Names = (
    "x-ratelimit-limit-requests: ", "\r\nx-ratelimit-remaining-requests: ",
    "\r\nx-ratelimit-reset-requests: "
  )
  private static let openAITokens: Names = (
    "x-ratelimit-limit-tokens: ", "\r\nx-ratelimit-remaining-tokens: ",
    "\r\nx-ratelimit-reset-tokens: "
  )
  private static let anthropicRequests: Names = (
    "anthropic-ratelimit-requests-limit: ", "\r\nanthropic-ratelimit-requests-remaining: ",
    "\r\nanthropic-ratelimit-requests-reset: "
  )
  private static let anthropicTokens: Names = (
    "anthropic-ratelimit-tokens-limit: ", "\r\nanthropic-ratelimit-tokens-remaining: ",
    "\r\nanthropic-ratelimit-tokens-reset: "
  )
  private static let anthropicInput: Names = (
    "anthropic-ratelimit-input-tokens-limit: ",
    "\r\nanthropic-ratelimit-input-tokens-remaining: ",
    "\r\nanthropic-ratelimit-input-tokens-reset: "
  )
  private static let anthropicOutput: Names = (
    "anthropic-ratelimit-output-tokens-limit: ",
    "\r\nanthropic-ratelimit-output-tokens-remaining: ",
    "\r\nanthropic-ratelimit-output-tokens-reset: "
  )

  private static func append(
    _ standing: RateStandings.Standing, _ names: Names, _ now: Int64, to out: inout [UInt8]
  ) {
    appendNumbers(standing, names, to: &out)
    // To the second, and not before it is true.
    let (time, overflow) = now.addingReportingOverflow(standing.resetMilliseconds + 999)
    out.append(contentsOf: Timestamp.text((overflow ? now : time) / 1_000 * 1_000).utf8)
    out.append("\r\n")
  }

  private static func append(
    _ standing: RateStandings.Standing, _ names: Names, to out: inout [UInt8]
  ) {
    appendNumbers(standing, names, to: &out)
    // Who has just taken of a minute's limit waits all of it: the usual case.
    if standing.resetMilliseconds == 60_000 { return out.append("1m0s\r\n") }
    appendDuration(standing.resetMilliseconds, to: &out)
    out.append("\r\n")
  }

  private static func appendNumbers(
    _ standing: RateStandings.Standing, _ names: Names, to out: inout [UInt8]
  ) {
    out.append(names.limit)
    out.append(decimal: Int(standing.limit))
    out.append(names.remaining)
    out.append(decimal: Int(standing.remaining))
    out.append(names.reset)
  }

  /// `20ms`, `59.7s`, `6m0s`, `23h59m59.2s`: as OpenAI writes durations.
  static func appendDuration(_ milliseconds: Int64, to out: inout [UInt8]) {
    let milliseconds = Int(max(0, milliseconds))
    guard milliseconds >= 1_000 || milliseconds == 0 else {
      out.append(decimal: milliseconds)
      out.append("ms")
      return
    }
    let whole = milliseconds / 1_000
    let tenths = milliseconds % 1_000 / 100
    if whole >= 3_600 {
      out.append(decimal: whole / 3_600)
      out.append(UInt8(ascii: "h"))
    }
    if whole >= 60 {
      out.append(decimal: whole / 60 % 60)
      out.append(UInt8(ascii: "m"))
    }
    out.append(decimal: whole % 60)
    if tenths > 0 {
      out.append(UInt8(ascii: "."))
      out.append(decimal: tenths)
    }
    out.append(UInt8(ascii: "s"))
  }
}
