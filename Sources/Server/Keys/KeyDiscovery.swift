import Gateway
import JSON
import Log
import Network
import Providers
import Store

/// Lets keys that clients brought join the pool, where operator and user agree to that.
///
/// A key that was seen working is known by its fingerprint, checked against its provider in the
/// background, and stored as a record with its owner: pending or active, as the operator chose. One
/// that its owner has withdrawn does not come back by itself.
final class KeyDiscovery: Sendable {
  private static let period = Duration.seconds(1)
  /// Keys that one user may have contributed, withdrawn ones among them.
  private static let keysOfUserMax = 32

  private let loop: EventLoop
  private let sightings: KeySightings
  private let probe: KeyProbe
  private let administration: Administration
  private let log: EventLog

  init(
    loop: EventLoop, sightings: KeySightings, probe: KeyProbe, administration: Administration,
    log: EventLog
  ) {
    self.loop = loop
    self.sightings = sightings
    self.probe = probe
    self.administration = administration.acting(
      as: AuditActor(origin: .appliance, userID: nil, processID: nil, name: nil),
      doing: "key.contribute")
    self.log = log
  }

  func start() {
    Task.detached(executorPreference: loop) { [self] in
      while true {
        await loop.wait(until: loop.now + Self.period)
        for sighting in sightings.take() { look(at: sighting) }
      }
    }
  }

  private func look(at sighting: KeySighting) {
    let snapshot = administration.snapshot
    guard let provider = snapshot.provider(id: sighting.providerID),
      Self.mayJoin(sighting, snapshot)
    else { return }
    let key = Key(own: sighting.key, at: provider)
    // On a thread of the pool, which may wait for the disk.
    // Where no more checks fit in, a later sighting asks again.
    _ = probe.ask(provider, key) { [self] findings in
      guard findings.verdict == .valid else {
        return refuse(sighting, provider, findings.verdict.rawValue)
      }
      join(sighting, provider, findings)
    }
  }

  /// Whether a key may join: both agree, it is new here, and its user has room for it.
  static func mayJoin(_ sighting: KeySighting, _ snapshot: Snapshot) -> Bool {
    guard snapshot.settings.keyDiscovery != .off, let user = snapshot.user(id: sighting.userID),
      user.isActive, user.contributesKeys,
      let provider = snapshot.provider(id: sighting.providerID), provider.profile.auth != .none
    else { return false }
    let isKnown = provider.keys.contains {
      $0.fingerprint == sighting.key.fingerprint || $0.secret == sighting.key.secret
    }
    let owned = snapshot.allProviders.reduce(0) { sum, provider in
      sum + provider.keys.count { $0.ownerID == user.id }
    }
    return !isKnown && owned < keysOfUserMax
  }

  private func join(_ sighting: KeySighting, _ provider: Provider, _ findings: KeyFindings) {
    let label = Self.label(sighting)
    var status = ""
    do throws(OperationFailure) {
      // Looked at again where nobody else writes.
      let check = { (snapshot: Snapshot) throws(OperationFailure) in
        guard Self.mayJoin(sighting, snapshot) else {
          throw OperationFailure(code: "conflict", message: "It may no longer join.")
        }
      }
      try administration.apply(checking: check) { snapshot in
        status = snapshot.settings.keyDiscovery == .active ? "active" : "pending"
        let key: JSONValue = [
          "provider": .string(snapshot.provider(id: sighting.providerID)?.name ?? ""),
          "label": .string(label),
          "secret": .string(String(decoding: sighting.key.secret.bytes, as: UTF8.self)),
          "status": .string(status),
          "owner": .string(snapshot.user(id: sighting.userID)?.name ?? ""),
          "fingerprint": .string(sighting.key.fingerprint),
        ]
        return ["keys": [key]]
      }
    } catch {
      return refuse(sighting, provider, error.code)
    }
    let snapshot = administration.snapshot
    if let newer = snapshot.provider(id: provider.id),
      let made = newer.keys.first(where: { $0.label == label })
    {
      let now = Moment(nanoseconds: MonotonicTime.now().nanoseconds)
      newer.probeResult(made, findings, now: now)
    }
    note("key.contributed", sighting, provider, status)
  }

  private static func label(_ sighting: KeySighting) -> String {
    "found-" + sighting.key.fingerprint.prefix(8)
  }

  /// The key does not join: the audit says so and why.
  private func refuse(_ sighting: KeySighting, _ provider: Provider, _ reason: String) {
    note("key.not_contributed", sighting, provider, reason)
    let owner = administration.snapshot.user(id: sighting.userID)?.name ?? sighting.userID
    do throws(StoreError) {
      try administration.installation.records.note(
        AuditEntry(
          atMilliseconds: wallClockMilliseconds(), actor: administration.actor,
          operation: administration.operation, kind: .key, recordID: "",
          name: "\(provider.name)/\(Self.label(sighting))", change: .refused, before: nil,
          after: [
            "provider": .string(provider.name), "label": .string(Self.label(sighting)),
            "owner": .string(owner), "reason": .string(reason),
          ]))
    } catch {
      log.log(.error, "audit.not_stored") { $0.text("reason", error.message) }
    }
  }

  private func note(
    _ event: StaticString, _ sighting: KeySighting, _ provider: Provider, _ what: String
  ) {
    let owner = administration.snapshot.user(id: sighting.userID)?.name ?? ""
    log.log(.info, event) { line in
      line.field("provider", provider.name)
      line.field("user", owner)
      line.field("fingerprint", String(sighting.key.fingerprint.prefix(8)))
      line.field("as", what)
    }
  }
}
