/// What was learned of one key, whatever the model.
///
/// What every request reads or writes stands first, side by side: among a thousand keys each is out
/// of the cache by the time its turn comes.
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
  /// Nothing is left of its quota until then.
  private var emptyUntil = Moment.distantPast
  var successes: UInt64 = 0
  private(set) var recent = RecentAttempts()
  /// Nil: no validation is wanted.
  private(set) var validationDueAt: Moment?
  private var validationsInARow = 0
  /// Of limits that count all of its models.
  var quota: Quota? { didSet { emptyUntil = quota?.emptyUntil ?? .distantPast } }
  var failures: UInt64 = 0
  private(set) var lastCheck: KeyCheck?
  /// When a healthy key is looked at again; nil: not known yet.
  private var routineDueAt: Moment?
  private var validatedAt = Moment.distantPast

  init(_ key: Key) {
    keyID = key.id
    incarnation = key.incarnation
  }

  /// What lanes must know of it, and not a copy of all the rest.
  struct Rest: Equatable {
    let blockedUntil: Moment
    let doubtUntil: Moment
    let isFailing: Bool
  }

  @inline(__always)
  var rest: Rest {
    Rest(blockedUntil: blockedUntil, doubtUntil: doubtUntil, isFailing: isFailing)
  }

  /// Its latest attempt failed as the provider's failure.
  @inline(__always)
  var isFailing: Bool { failuresInARow > 0 }

  /// No model of the key may be used before.
  @inline(__always)
  var blockedUntil: Moment {
    validity == .invalid || isOutOfMoney ? .distantFuture : circuit.blockedUntil
  }

  /// Other keys go first until then.
  @inline(__always)
  var doubtUntil: Moment {
    guard validity != .suspect else { return .distantFuture }
    return max(failureDoubtUntil, emptyUntil)
  }

  mutating func succeeded(now: Moment) {
    successes &+= 1
    recent.note(served: true, now: now)
    works()
  }

  /// The provider took the key, but not for this model.
  mutating func couldNotServe(now: Moment) {
    noteFailure(now)
    works()
  }

  private mutating func works() {
    failuresInARow = 0
    failureDoubtUntil = .distantPast
    circuit.succeeded()
    if validity == .suspect { validity = .good }
    if validity == .good && !isOutOfMoney {
      validationDueAt = nil
      validationsInARow = 0
    }
  }

  /// What was noted as served when its content began to flow is about to be noted as failed: it
  /// is one attempt.
  mutating func takeBackSuccess(now: Moment) {
    if successes > 0 { successes -= 1 }
    recent.takeBackServed(now: now)
  }

  /// With no good key beside it (`isAlone`), what fails is the provider, which has circuits of its
  /// own: it counts once against the key, which is as good as any when the provider is back.
  mutating func providerFailed(
    isProbe: Bool, isAlone: Bool, retryAfter: Duration?, now: Moment, policy: HealthPolicy,
    random: UInt64
  ) {
    noteFailure(now)
    let doubt = isAlone ? policy.doubtFirst : nextDoubt(policy)
    failuresInARow = isAlone ? max(failuresInARow, 1) : failuresInARow + 1
    let stated = min(retryAfter ?? .zero, policy.doubtMax)
    failureDoubtUntil = max(failureDoubtUntil, now + max(doubt, stated))
    guard isAlone else {
      return circuit.failed(isProbe: isProbe, now: now, policy: policy.keyCircuit, random: random)
    }
    if isProbe { circuit.releaseProbe(now: now) }
  }

  /// One request at a time tries a failing key: the others see it in doubt until the trial has
  /// ended, and after one that its client left as long as after a failure.
  mutating func beginTrial(now: Moment, policy: HealthPolicy) {
    failureDoubtUntil = max(failureDoubtUntil, now + nextDoubt(policy))
  }

  private func nextDoubt(_ policy: HealthPolicy) -> Duration {
    Jitter.doubled(policy.doubtFirst, times: failuresInARow, limit: policy.doubtMax)
  }

  /// The provider answered, if only to refuse: it does not fail.
  mutating func refused(now: Moment) {
    noteFailure(now)
    failuresInARow = 0
    circuit.succeeded()
  }

  private mutating func noteFailure(_ now: Moment) {
    failures &+= 1
    recent.note(served: false, now: now)
  }

  mutating func becameSuspect(now: Moment, policy: HealthPolicy) {
    refused(now: now)
    guard validity == .good else { return }
    validity = .suspect
    wantValidation(now: now, first: .zero, policy: policy)
  }

  mutating func ranOutOfMoney(now: Moment, policy: HealthPolicy) {
    refused(now: now)
    guard !isOutOfMoney else { return }
    isOutOfMoney = true
    wantValidation(now: now, first: policy.moneyGapFirst, policy: policy)
  }

  // MARK: - Validation

  /// Whether a validation is due, for a reason or as a routine; if so, none is due again before the
  /// next gap is over.
  mutating func takeValidation(
    now: Moment, policy: HealthPolicy, interval: Duration? = nil, random: UInt64 = 0
  ) -> Bool {
    if let due = validationDueAt, due <= now {
      validatedAt = now
      validationsInARow += 1
      validationDueAt = now + Jitter.lengthened(gap(policy), by: random)
      planRoutine(now, interval, random)
      return true
    }
    guard let interval, validationDueAt == nil else { return false }
    // A shorter interval is not waited for at the pace of the longer one before.
    guard let due = routineDueAt, due <= now + interval * 2 else {
      planRoutine(now, interval, random)
      return false
    }
    guard due <= now else { return false }
    planRoutine(now, interval, random)
    return true
  }

  /// Between half an interval and one and a half: keys that were made together part ways.
  private mutating func planRoutine(_ now: Moment, _ interval: Duration?, _ random: UInt64) {
    guard let interval else { return routineDueAt = nil }
    let parts = Int64(truncatingIfNeeded: random >> 54)  // 0...1023
    routineDueAt = now + interval / 2 + interval * Int(parts) / 1_024
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
    if validity != .good || isOutOfMoney {
      validationDueAt = validationDueAt ?? now + gap(policy)
    } else {
      validationDueAt = nil
    }
    let models = result == .valid ? nil : lastCheck?.models
    lastCheck = KeyCheck(verdict: result, at: now, models: models)
  }

  /// What a whole list of models said, or that the last one no longer counts.
  mutating func showsModels(_ models: Set<String>?) {
    lastCheck?.models = models
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
