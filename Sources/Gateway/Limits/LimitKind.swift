/// What a limit counts, and in what time; the raw value is its name in records and options.
package enum LimitKind: String, Sendable, CaseIterable {
  case rpm, tpm, itpm, otpm
  case rpd, tpd, itpd, otpd
  /// Requests under way at the same time.
  case concurrent

  package enum Metric: Sendable {
    case requests
    /// Input and output together.
    case tokens
    case inputTokens
    case outputTokens
    case concurrent

    /// What a request counts that has so many tokens.
    func amount(input: Int64, output: Int64) -> Int64 {
      switch self {
      case .requests, .concurrent: return 1
      case .tokens:
        let (sum, overflow) = input.addingReportingOverflow(output)
        return overflow ? .max : sum
      case .inputTokens: return input
      case .outputTokens: return output
      }
    }
  }

  package var metric: Metric {
    switch self {
    case .rpm, .rpd: .requests
    case .tpm, .tpd: .tokens
    case .itpm, .itpd: .inputTokens
    case .otpm, .otpd: .outputTokens
    case .concurrent: .concurrent
    }
  }

  package var isDaily: Bool {
    switch self {
    case .rpd, .tpd, .itpd, .otpd: true
    case .rpm, .tpm, .itpm, .otpm, .concurrent: false
    }
  }

  package var windowMilliseconds: Int64 { isDaily ? 86_400_000 : 60_000 }

  package var countsTokens: Bool {
    switch metric {
    case .tokens, .inputTokens, .outputTokens: true
    case .requests, .concurrent: false
    }
  }

  /// `60 requests a minute`, as refusals say it.
  package func text(max: Int64) -> String {
    let what =
      switch metric {
      case .requests, .concurrent: "request"
      case .tokens: "token"
      case .inputTokens: "input token"
      case .outputTokens: "output token"
      }
    let span = self == .concurrent ? "at a time" : isDaily ? "a day" : "a minute"
    return "\(max) \(what)\(max == 1 ? "" : "s") \(span)"
  }
}
