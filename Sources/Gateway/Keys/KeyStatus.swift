/// What the appliance knows of a key, for lists and pages.
package struct KeyStatus: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    case ready
    /// Some model rests on it.
    case cooling
    /// Out of money, or its circuit, its pool's or its provider's is open.
    case resting
    case suspect
    case invalid
  }

  package var keyID: String
  package var state: State
  /// Nil for a ready key.
  package var reason: String?
  /// When it may serve again or is looked at again, where that is known.
  package var until: Moment?
  package var successes: UInt64
  package var failures: UInt64
  /// Attempts of the last five to ten minutes, and those of them that served.
  package var recentAll: Int
  package var recentServed: Int
  /// The models that rest on the key, those that come back first before the others.
  package var cooling: [Cooling]
  /// What its provider last said is left of its limits.
  package var left: [Left]
  /// Nil: never validated since this process began.
  package var lastCheck: KeyCheck?

  package struct Cooling: Sendable, Equatable {
    package var model: String
    package var until: Moment
    /// False: it is remembered that the key cannot do the model.
    package var isRateLimited: Bool

    /// Why the model rests, without its name.
    package var reason: String { isRateLimited ? "rate limited" : "cannot do it" }
  }

  /// The share of recent attempts that served; nil where there were none.
  package var successRate: Double? {
    recentAll > 0 ? Double(recentServed) / Double(recentAll) : nil
  }
}

extension KeyStatus {
  /// Why nobody may use the keys of a pool, whatever their own health.
  struct Stop {
    let reason: String
    let until: Moment
  }

  init(
    _ health: KeyHealth, cooling: [Cooling], left: [Left], stop: Stop? = nil, now: Moment
  ) {
    let (state, reason, until) = Self.state(health, cooling, left, stop, now)
    let recent = health.recent.counts(now: now)
    self.init(
      keyID: health.keyID, state: state, reason: reason, until: until,
      successes: health.successes, failures: health.failures, recentAll: recent.all,
      recentServed: recent.served, cooling: cooling, left: left, lastCheck: health.lastCheck)
  }

  private static func state(
    _ health: KeyHealth, _ cooling: [Cooling], _ left: [Left], _ stop: Stop?, _ now: Moment
  ) -> (State, String?, Moment?) {
    if health.validity == .invalid {
      return (.invalid, "the provider refuses the key", health.validationDueAt)
    }
    if health.isOutOfMoney { return (.resting, "out of money", health.validationDueAt) }
    if health.circuit.blockedUntil > now {
      return (.resting, "the provider keeps failing with it", health.circuit.blockedUntil)
    }
    if let stop { return (.resting, stop.reason, stop.until) }
    if health.validity == .suspect {
      return (.suspect, "the provider refused it once", health.validationDueAt)
    }
    if let first = cooling.first {
      let reason =
        first.isRateLimited ? "rate limited for \(first.model)" : "cannot do \(first.model)"
      let others = cooling.count - 1
      let more = others == 0 ? "" : " (and \(others) more \(others == 1 ? "model" : "models"))"
      return (.cooling, reason + more, first.until)
    }
    let empty = left.first { $0.remaining == 0 && $0.resetsAt.map { $0 > now } == true }
    guard let empty else { return (.ready, nil, nil) }
    let what = empty.model.isEmpty ? "" : " for \(empty.model)"
    return (.cooling, "no \(empty.kind.words) left\(what)", empty.resetsAt)
  }
}
