/// How a simulator behaves, unless a request's model says otherwise.
package struct SimulatorOptions: Sendable {
  /// What each request meets, before its own directives.
  package var behaviour = Behaviour()
  /// Failures by key, the first that matches.
  package var keyRules: [KeyRule] = []
  /// Failures of a share of the requests.
  package var rateRule: RateRule?
  /// Where the random choices of `rateRule` begin.
  package var seed: UInt64 = 1

  package init() {}

  /// What requests with certain keys meet: `SUBSTRING:DIRECTIVES`.
  package struct KeyRule: Equatable, Sendable {
    package let substring: String
    package let behaviour: Behaviour

    /// Nil for what is not `SUBSTRING:DIRECTIVES`, as `sk-bad:429,retry-after=2`.
    package init?(_ text: String) {
      guard let colon = text.lastIndex(of: ":"), colon != text.startIndex else { return nil }
      var behaviour = Behaviour()
      guard behaviour.apply(directives: text[text.index(after: colon)...], separator: ",") else {
        return nil
      }
      substring = String(text[..<colon])
      self.behaviour = behaviour
    }
  }

  /// What a share of the requests meets: `SHARE:DIRECTIVES`, as `0.1:500`.
  package struct RateRule: Equatable, Sendable {
    /// 0 to 1.
    package let share: Double
    package let behaviour: Behaviour

    package init?(_ text: String) {
      let parts = text.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, let share = Double(parts[0]), (0...1).contains(share) else {
        return nil
      }
      var behaviour = Behaviour()
      guard behaviour.apply(directives: parts[1], separator: ",") else { return nil }
      self.share = share
      self.behaviour = behaviour
    }
  }
}
