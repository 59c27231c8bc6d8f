package import Gateway
import Network
package import Store

/// Keeps the accounts in step with the records: what the ledger holds of a subject is there before
/// its limits are in force.
///
/// The ledger is read on the writer's thread, between two batches: what is stored later is told to
/// the accounts when it is, so that nothing is counted twice or missed. Every call blocks.
package struct AccountKeeper: Sendable {
  private let accounts: Accounts
  private let writer: Writer

  package init(accounts: Accounts, writer: Writer) {
    self.accounts = accounts
    self.writer = writer
  }

  /// Fills the accounts of all that a first snapshot holds.
  package func load(_ snapshot: Snapshot) throws(StoreError) {
    try load(snapshot.allowances.filter(\.needsHistory))
  }

  /// Follows a change of records; before the snapshot that holds it is published.
  func follow(
    _ changes: [Record], from before: Snapshot, to after: Snapshot
  ) throws(StoreError) {
    var changed: [Allowance] = []
    for change in changes {
      let (old, new): (Allowance?, Allowance?)
      switch change.kind {
      case .user:
        (old, new) = (before.user(id: change.id)?.allowance, after.user(id: change.id)?.allowance)
      case .token:
        (old, new) = (before.token(id: change.id)?.allowance, after.token(id: change.id)?.allowance)
      case .provider, .key, .model, .price, .setting: continue
      }
      if let new, new.needsHistory { changed.append(new) }
      if let old, new == nil { accounts.forget(old.key) }
    }
    try load(changed)
  }

  private func load(_ allowances: [Allowance]) throws(StoreError) {
    guard !allowances.isEmpty else { return }
    let accounts = accounts
    try writer.performAndWait { database throws(StoreError) in
      let wall = wallClockMilliseconds()
      // A quarter more than a day: the oldest may reach into it.
      let daysFrom = SpendQuarter.number(at: wall) - 97
      for allowance in allowances {
        let days = allowance.countsDays || allowance.countsModelDays
        let known = try SpendCells.known(
          allowance.key.id, spendFrom: allowance.firstQuarter(wall: wall),
          daysFrom: days ? daysFrom : nil, modelsToo: allowance.countsModelDays, in: database)
        accounts.load(
          allowance, known, now: MonotonicTime.now().nanoseconds / 1_000_000, wall: wall)
      }
    }
  }
}
