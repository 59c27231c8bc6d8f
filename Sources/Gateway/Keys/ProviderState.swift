/// What all loops share of a provider while they use it: the health of its keys and pools.
///
/// Guarded by one mutex, held for a scan over plain numbers and never across I/O. Carried over
/// from snapshot to snapshot with the provider.
package final class ProviderState: Sendable {
  private let health: Guarded<ProviderHealth>

  package init(policy: HealthPolicy = HealthPolicy()) {
    health = Guarded(ProviderHealth(policy: policy))
  }

  /// A state of its own that knows what this one knows.
  init(copying other: ProviderState) {
    health = Guarded(other.health.withLock { $0 })
  }

  func choose(_ request: KeyRequest, roster: Roster, now: Moment) -> KeyAnswer {
    health.withLock { $0.choose(request, roster: roster, now: now) }
  }

  func report(_ grant: Grant, _ end: AttemptEnd, now: Moment, random: UInt64) {
    health.withLock { $0.report(grant, end, now: now, random: random) }
  }

  func join(
    level: Int, model: String, roster: Roster, deadline: Moment, now: Moment
  ) -> UInt64? {
    health.withLock {
      $0.join(level: level, model: model, roster: roster, deadline: deadline, now: now)
    }
  }

  func leave(ticket: UInt64, level: Int, model: String) {
    health.withLock { $0.leave(ticket: ticket, level: level, model: model) }
  }

  func takeValidations(roster: Roster, now: Moment) -> [Key] {
    health.withLock { $0.takeValidations(roster: roster, now: now) }
  }

  func validated(_ key: Key, _ result: KeyValidation, now: Moment) {
    health.withLock { $0.validated(key, result, now: now) }
  }

  /// What is known of each key that has been used or waits for it, by place in the roster.
  package func status(now: Moment) -> [KeyStatus] {
    health.withLock { $0.status(now: now) }
  }
}

extension Provider {
  /// Keys whose validation is due; each is given out once, until its next gap is over.
  ///
  /// The shell asks the provider about each, in the background and never with a client's request,
  /// and tells `validated`.
  package func keysNeedingProbe(now: Moment) -> [Key] {
    state.takeValidations(roster: roster, now: now)
  }

  /// Takes note of what a validation found.
  package func probeResult(_ key: Key, _ result: KeyValidation, now: Moment) {
    state.validated(key, result, now: now)
  }
}
