/// What was learned of one key, whatever the model.
struct KeyHealth: Sendable {
  enum Validity: Sendable {
    case good
    /// A provider refused it to a client's request; a validation of ours decides.
    case suspect
    /// A validation of ours found it refused.
    case invalid
  }

  let keyID: String
  let incarnation: UInt64
  var validity = Validity.good
  var isOutOfMoney = false
  var circuit = Circuit()
  var failuresInARow = 0
  var failureDoubtUntil = Moment.distantPast
  var successes: UInt64 = 0
  var failures: UInt64 = 0
  /// Nil: no validation is wanted.
  private(set) var validationDueAt: Moment?
  private var validationsInARow = 0
  private var validatedAt = Moment.distantPast

  init(_ key: Key) {
    keyID = key.id
    incarnation = key.incarnation
  }

  /// No model of the key may be used before.
  var blockedUntil: Moment {
    validity == .invalid || isOutOfMoney ? .distantFuture : circuit.blockedUntil
  }

  /// Other keys go first until then.
  var doubtUntil: Moment {
    validity == .suspect ? .distantFuture : failureDoubtUntil
  }

  mutating func succeeded() {
    successes &+= 1
    failuresInARow = 0
    failureDoubtUntil = .distantPast
    circuit.succeeded()
    if validity == .suspect { validity = .good }
    if validity == .good && !isOutOfMoney {
      validationDueAt = nil
      validationsInARow = 0
    }
  }

  mutating func providerFailed(
    isProbe: Bool, retryAfter: Duration?, now: Moment, policy: HealthPolicy, random: UInt64
  ) {
    failures &+= 1
    let doubt = Jitter.doubled(policy.doubtFirst, times: failuresInARow, limit: policy.doubtMax)
    failuresInARow += 1
    let stated = min(retryAfter ?? .zero, policy.doubtMax)
    failureDoubtUntil = max(failureDoubtUntil, now + max(doubt, stated))
    circuit.failed(isProbe: isProbe, now: now, policy: policy.keyCircuit, random: random)
  }

  /// The provider answered, if only to refuse: it does not fail.
  mutating func refused() {
    failures &+= 1
    failuresInARow = 0
    circuit.succeeded()
  }

  mutating func becameSuspect(now: Moment, policy: HealthPolicy) {
    refused()
    guard validity == .good else { return }
    validity = .suspect
    wantValidation(now: now, first: .zero, policy: policy)
  }

  mutating func ranOutOfMoney(now: Moment, policy: HealthPolicy) {
    refused()
    guard !isOutOfMoney else { return }
    isOutOfMoney = true
    wantValidation(now: now, first: policy.moneyGapFirst, policy: policy)
  }

  /// Whether a validation is due; if so, none is due again before the next gap is over.
  mutating func takeValidation(now: Moment, policy: HealthPolicy) -> Bool {
    guard let due = validationDueAt, due <= now else { return false }
    validatedAt = now
    validationsInARow += 1
    validationDueAt = now + gap(policy)
    return true
  }

  mutating func validated(_ result: KeyValidation, now: Moment, policy: HealthPolicy) {
    switch result {
    case .valid:
      validity = .good
      isOutOfMoney = false
      failureDoubtUntil = .distantPast
      validationDueAt = nil
    case .invalid:
      validity = .invalid
    case .outOfMoney:
      isOutOfMoney = true
      if validity == .suspect { validity = .good }
    case .undecided:
      break
    }
    if validity != .good || isOutOfMoney, validationDueAt == nil {
      validationDueAt = now + gap(policy)
    }
  }

  /// A key that is validated again and again, because clients' requests throw suspicion on it,
  /// waits for its gap like any other.
  private mutating func wantValidation(now: Moment, first: Duration, policy: HealthPolicy) {
    let earliest = validationsInARow == 0 ? now : validatedAt + gap(policy)
    validationDueAt = max(now + first, earliest)
  }

  private func gap(_ policy: HealthPolicy) -> Duration {
    let times = max(0, validationsInARow - 1)
    return isOutOfMoney
      ? Jitter.doubled(policy.moneyGapFirst, times: times, limit: policy.moneyGapMax)
      : Jitter.doubled(policy.validationGapFirst, times: times, limit: policy.validationGapMax)
  }
}

/// What a validation of ours found out about a key.
package enum KeyValidation: Sendable, CaseIterable {
  case valid
  case invalid
  case outOfMoney
  /// The provider could not be asked, or its answer says nothing of the key.
  case undecided
}

/// What the appliance knows of a key, for lists and pages.
package struct KeyStatus: Sendable, Equatable {
  package enum State: String, Sendable, CaseIterable {
    case ready
    /// Some model rests on it.
    case cooling
    /// Out of money, or its circuit is open.
    case resting
    case suspect
    case invalid
  }

  package var keyID: String
  package var state: State
  /// Nil for a ready key.
  package var reason: String?
  /// When it may serve again, where that is known.
  package var until: Moment?
  package var successes: UInt64
  package var failures: UInt64
  package var cooling: [Cooling]

  package struct Cooling: Sendable, Equatable {
    package var model: String
    package var until: Moment
    /// False: it is remembered that the key cannot do the model.
    package var isRateLimited: Bool
  }
}

extension KeyStatus {
  init(_ health: KeyHealth, cooling: [Cooling], now: Moment) {
    let (state, reason, until) = Self.state(health, cooling: cooling, now: now)
    self.init(
      keyID: health.keyID, state: state, reason: reason, until: until,
      successes: health.successes, failures: health.failures, cooling: cooling)
  }

  private static func state(
    _ health: KeyHealth, cooling: [Cooling], now: Moment
  ) -> (State, String?, Moment?) {
    if health.validity == .invalid {
      return (.invalid, "the provider refuses the key", health.validationDueAt)
    }
    if health.isOutOfMoney { return (.resting, "out of money", health.validationDueAt) }
    if health.circuit.blockedUntil > now {
      return (.resting, "the provider keeps failing with it", health.circuit.blockedUntil)
    }
    if health.validity == .suspect {
      return (.suspect, "the provider refused it once", health.validationDueAt)
    }
    guard let first = cooling.first else { return (.ready, nil, nil) }
    let reason =
      first.isRateLimited ? "rate limited for \(first.model)" : "cannot do \(first.model)"
    return (.cooling, reason, first.until)
  }
}
