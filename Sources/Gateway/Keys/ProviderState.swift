import Locks
import Providers

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

  func report(
    _ grant: Grant, _ end: AttemptEnd, quota: QuotaReading? = nil, now: Moment, random: UInt64
  ) {
    health.withLock { $0.report(grant, end, quota: quota, now: now, random: random) }
  }

  func join(
    level: Int, model: String, roster: Roster, _ stay: Stay, now: Moment
  ) -> UInt64? {
    health.withLock {
      $0.join(level: level, model: model, roster: roster, stay, now: now)
    }
  }

  func leave(ticket: UInt64, level: Int, model: String) {
    health.withLock { $0.leave(ticket: ticket, level: level, model: model) }
  }

  func takeValidations(
    roster: Roster, _ checks: KeyCheckPolicy, now: Moment, random: UInt64
  ) -> [Key] {
    health.withLock { $0.takeValidations(roster: roster, checks, now: now, random: random) }
  }

  func validated(_ key: Key, _ findings: KeyFindings, roster: Roster, now: Moment) {
    health.withLock { $0.validated(key, findings, roster: roster, now: now) }
  }

  /// What is known of each key that has been used or waits for it, by place in the roster; for one
  /// model, without what keeps the key from others alone.
  package func status(for model: String? = nil, now: Moment) -> [KeyStatus] {
    health.withLock { $0.status(for: model, now: now) }
  }

  /// The last validation of a key that is not in use; nil: none since this process began.
  package func check(ofUnused keyID: String) -> KeyCheck? {
    health.withLock { $0.otherChecks[keyID] }
  }
}

extension Provider {
  /// Keys whose validation is due; each is given out once, until its next gap is over.
  ///
  /// The shell asks the provider about each, in the background and never with a client's request,
  /// and tells `probeResult`. `random` spreads the next ones.
  package func keysNeedingProbe(
    _ checks: KeyCheckPolicy, now: Moment, random: UInt64
  ) -> [Key] {
    state.takeValidations(roster: roster, checks, now: now, random: random)
  }

  /// Takes note of what a validation found.
  package func probeResult(_ key: Key, _ findings: KeyFindings, now: Moment) {
    state.validated(key, findings, roster: roster, now: now)
  }
}
