/// Stops requests to what keeps failing, and lets one at a time see whether it works again.
///
/// A run of failures opens it: one without a success between, none further than `gapMax` from the
/// one before. Any success closes it, whoever had it. Open, it lets nobody pass until its time is
/// up; then exactly one request is the probe, and nobody passes until that has ended.
package struct Circuit: Equatable, Sendable {
  package struct Policy: Sendable {
    package var failuresMin: Int
    package var gapMax: Duration
    /// Doubles each time a probe fails.
    package var openFirst: Duration
    package var openMax: Duration
    /// How long it stays open after a probe that is to be followed by another soon.
    package var openBriefly: Duration = .milliseconds(250)
    /// A probe that is never reported no longer counts after this.
    package var probeLease: Duration = .seconds(60)
  }

  package enum State: Equatable, Sendable {
    case closed
    case open(until: Moment)
    case probing(until: Moment)
  }

  /// For how long a probe that failed opens it again.
  package enum Reopening: Sendable {
    case twiceAsLong
    case asLong
    case briefly
  }

  package enum Verdict: Equatable, Sendable {
    case pass
    /// May pass as the probe: call `beginProbe`.
    case probe
    case blocked(until: Moment)
  }

  package private(set) var state = State.closed
  private var failures = 0
  private var lastFailureAt = Moment.distantPast
  private var openings = 0
  private var isOpenBriefly = false

  package init() {}

  /// Who may hasten (`mayHasten`) does not wait where it is open but briefly.
  package func verdict(now: Moment, mayHasten: Bool = false) -> Verdict {
    switch state {
    case .closed: .pass
    case .open where mayHasten && isOpenBriefly: .probe
    case .open(let until), .probing(let until): until <= now ? .probe : .blocked(until: until)
    }
  }

  /// Whether the last that was heard is a failure.
  package var isFailing: Bool { failures > 0 }

  /// The probe is out; when it ends is not known.
  package var isProbing: Bool {
    if case .probing = state { true } else { false }
  }

  /// The time before which nobody passes; the past where the circuit is closed.
  package var blockedUntil: Moment {
    switch state {
    case .closed: .distantPast
    case .open(let until), .probing(let until): until
    }
  }

  package mutating func beginProbe(now: Moment, policy: Policy) {
    state = .probing(until: now + policy.probeLease)
  }

  /// The probe ended without a verdict: the next request is the probe.
  package mutating func releaseProbe(now: Moment) {
    guard case .probing = state else { return }
    state = .open(until: now)
  }

  package mutating func succeeded() {
    self = Circuit()
  }

  /// Counts a failure.
  ///
  /// Open, only the probe's counts (`isProbe`): others were under way when the circuit opened.
  /// `random` lengthens the time by up to a quarter.
  package mutating func failed(
    isProbe: Bool, reopening: Reopening = .twiceAsLong, now: Moment, policy: Policy, random: UInt64
  ) {
    switch state {
    case .closed:
      failures = lastFailureAt + policy.gapMax < now ? 1 : failures + 1
      lastFailureAt = now
      guard failures >= policy.failuresMin else { return }
    case .open, .probing:
      guard isProbe else { return }
    }
    isOpenBriefly = reopening == .briefly && openings > 0
    if reopening == .twiceAsLong || openings == 0 { openings += 1 }
    let length =
      isOpenBriefly
      ? policy.openBriefly
      : Jitter.doubled(policy.openFirst, times: openings - 1, limit: policy.openMax)
    state = .open(until: now + Jitter.lengthened(length, by: random))
  }
}
