/// How a caller stands with its limits: of each kind the most constrained, for the headers.
package struct RateStandings: Equatable, Sendable {
  package struct Standing: Equatable, Sendable {
    package let limit: Int64
    package let remaining: Int64
    /// Milliseconds until all of it is free again.
    package let resetMilliseconds: Int64

    package init(limit: Int64, remaining: Int64, resetMilliseconds: Int64) {
      self.limit = limit
      self.remaining = remaining
      self.resetMilliseconds = resetMilliseconds
    }
  }

  package private(set) var requests: Standing?
  /// Of the limits on all tokens, on input and on output the most constrained.
  package private(set) var tokens: Standing?
  package private(set) var inputTokens: Standing?
  package private(set) var outputTokens: Standing?

  package init() {}

  package var isEmpty: Bool { requests == nil && tokens == nil }

  package mutating func note(_ metric: LimitKind.Metric, _ standing: Standing) {
    switch metric {
    case .requests: requests = Self.tighter(requests, standing)
    case .tokens: tokens = Self.tighter(tokens, standing)
    case .inputTokens:
      tokens = Self.tighter(tokens, standing)
      inputTokens = Self.tighter(inputTokens, standing)
    case .outputTokens:
      tokens = Self.tighter(tokens, standing)
      outputTokens = Self.tighter(outputTokens, standing)
    case .concurrent: break
    }
  }

  private static func tighter(_ one: Standing?, _ other: Standing) -> Standing {
    guard let one else { return other }
    let order = (one.remaining, -one.resetMilliseconds)
    return order <= (other.remaining, -other.resetMilliseconds) ? one : other
  }
}
