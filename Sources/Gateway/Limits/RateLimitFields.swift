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
      if let requests = standings.requests { append(requests, "requests", to: &out) }
      if let tokens = standings.tokens { append(tokens, "tokens", to: &out) }
    case .anthropic:
      if let requests = standings.requests { append(requests, "requests", now, to: &out) }
      if let tokens = standings.tokens { append(tokens, "tokens", now, to: &out) }
      if let input = standings.inputTokens { append(input, "input-tokens", now, to: &out) }
      if let output = standings.outputTokens { append(output, "output-tokens", now, to: &out) }
    }
  }

  private static func append(
    _ standing: RateStandings.Standing, _ what: String, to out: inout [UInt8]
  ) {
    line("x-ratelimit-limit-", what, "", String(standing.limit), to: &out)
    line("x-ratelimit-remaining-", what, "", String(standing.remaining), to: &out)
    line("x-ratelimit-reset-", what, "", duration(standing.resetMilliseconds), to: &out)
  }

  private static func append(
    _ standing: RateStandings.Standing, _ what: String, _ now: Int64, to out: inout [UInt8]
  ) {
    // To the second, and not before it is true.
    let (time, overflow) = now.addingReportingOverflow(standing.resetMilliseconds + 999)
    let reset = Timestamp.text((overflow ? now : time) / 1_000 * 1_000)
    line("anthropic-ratelimit-", what, "-limit", String(standing.limit), to: &out)
    line("anthropic-ratelimit-", what, "-remaining", String(standing.remaining), to: &out)
    line("anthropic-ratelimit-", what, "-reset", reset, to: &out)
  }

  private static func line(
    _ start: StaticString, _ what: String, _ end: StaticString, _ value: String,
    to out: inout [UInt8]
  ) {
    out.append(contentsOf: start.description.utf8)
    out.append(contentsOf: what.utf8)
    out.append(contentsOf: end.description.utf8)
    out.append(contentsOf: ": ".utf8)
    out.append(contentsOf: value.utf8)
    out.append(contentsOf: "\r\n".utf8)
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
