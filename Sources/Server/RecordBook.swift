package import Cluster
package import Gateway
import Network
package import Store
import Locks
package import Vault

/// The records of this node, and the only way to change them.
///
/// A change is planned against the newest snapshot, given its version, checked by building the
/// snapshot that would hold it, committed in SQLite, and published; it is acknowledged when every
/// loop has adopted the new snapshot. One change at a time. Every call blocks: never on a loop.
package final class RecordBook: Sendable {
  /// Adopts a snapshot and calls back when it has; must not block.
  package typealias Adopter = @Sendable (Snapshot, @escaping @Sendable () -> Void) -> Void

  private struct State {
    var snapshot: Snapshot
    var clock: HybridClock
    var adopters: [Adopter] = []
  }

  private let state: Guarded<State>
  /// Held while a change is made, disk and all; only administration waits for it.
  private let turn = Guarded<Void>(())
  private let writer: Writer
  private let sealer: Sealer
  private let keeper: AccountKeeper

  package init(
    snapshot: Snapshot, clock: HybridClock, writer: Writer, sealer: Sealer,
    accounts: Accounts = Accounts()
  ) {
    state = Guarded(State(snapshot: snapshot, clock: clock))
    self.writer = writer
    self.sealer = sealer
    keeper = AccountKeeper(accounts: accounts, writer: writer)
  }

  package var snapshot: Snapshot { state.withLock { $0.snapshot } }

  /// Registers a loop; it is given each snapshot from the next change on.
  package func add(_ adopter: @escaping Adopter) {
    state.withLock { $0.adopters.append(adopter) }
  }

  /// Makes one change: all of what `plan` returns, or nothing.
  ///
  /// The audit of it, in the name of `actor`, is stored with it. Returns the snapshot that holds
  /// it.
  @discardableResult
  package func write(
    by actor: AuditActor = .ownProcess, operation: String = "",
    _ plan: (Snapshot) throws(OperationFailure) -> [RecordWrite]
  ) throws(OperationFailure) -> Snapshot {
    try turn.withLock { _ throws(OperationFailure) in
      let before = snapshot
      let writes = try plan(before)
      guard !writes.isEmpty else { return before }
      let records = try versioned(writes)
      let after: Snapshot
      do throws(RecordError) {
        after = try before.applying(records, unseal: unseal)
      } catch {
        throw OperationFailure(code: "invalid", message: error.description)
      }
      let audit = AuditEntry.entries(
        of: writes, before: before, after: after, by: actor, operation: operation,
        atMilliseconds: wallClockMilliseconds())
      do throws(StoreError) {
        _ = try writer.performAndWait { database throws(StoreError) in
          _ = try RecordStore.apply(records, to: database)
          try AuditLog.add(audit, to: database)
        }
      } catch {
        throw OperationFailure(
          code: "storage", message: "The change was not stored: \(error.message)")
      }
      do throws(StoreError) {
        try keeper.follow(records, from: before, to: after)
      } catch {
        throw OperationFailure(
          code: "storage",
          message: "The change is stored but not in force: the ledger cannot be read"
            + " (\(error.message)). Restart the appliance.")
      }
      publish(after)
      return after
    }
  }

  /// Stores what the audit must hold of something that changed no record.
  func note(_ entry: AuditEntry) throws(StoreError) {
    _ = try writer.performAndWait { database throws(StoreError) in
      try AuditLog.add([entry], to: database)
    }
  }

  /// Opens what is sealed in a record, for building snapshots.
  package func unseal(kind: Record.Kind, id: String, field: String, sealed: String) -> [UInt8]? {
    try? sealer.open(sealed, kind: kind.rawValue, id: id, field: field)
  }

  private func versioned(_ writes: [RecordWrite]) throws(OperationFailure) -> [Record] {
    let now = wallClockMilliseconds()
    var records: [Record] = []
    for write in writes {
      let version = state.withLock { $0.clock.tick(nowMilliseconds: now) }
      do throws(VaultError) {
        let record = try write.record(version: version) { secret throws(VaultError) in
          try sealer.seal(
            secret.clear.bytes, kind: write.kind.rawValue, id: write.id, field: secret.field)
        }
        records.append(record)
      } catch {
        throw OperationFailure(code: "sealing", message: error.message)
      }
    }
    return records
  }

  private func publish(_ snapshot: Snapshot) {
    let adopters = state.withLock { state in
      state.snapshot = snapshot
      return state.adopters
    }
    let latch = Latch(adopters.count)
    for adopt in adopters { adopt(snapshot) { latch.countDown() } }
    latch.wait()
  }
}

/// Why an operation of the administration was not done.
package struct OperationFailure: Error, Equatable, Sendable {
  /// A word for scripts: `not_found`, `already_exists`, `invalid`, `conflict`, `storage`.
  package let code: String
  package let message: String

  package init(code: String, message: String) {
    self.code = code
    self.message = message
  }
}
