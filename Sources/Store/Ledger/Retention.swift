import Gateway

/// How long rows are kept that nobody needs for ever, and their removal in small steps.
///
/// Sums of usage stay: the roll-ups are not touched. The file does not shrink, but what is freed is
/// used again before it grows.
package struct Retention: Equatable, Sendable {
  /// Rows of requests older than this go.
  package var requestDays: Int
  /// While the database is larger than this the oldest rows of requests go.
  package var databaseBytesMax: Int64

  /// Rows of one kind in a step: about 5 ms of the writer's time.
  package static let rowsAtOnce = 500
  /// A node that was away longer than this starts anew from another: no tombstone is needed then.
  package static let tombstoneDays: Int64 = 30
  private static let dayMilliseconds: Int64 = 86_400_000

  package init(requestDays: Int, databaseBytesMax: Int64) {
    self.requestDays = requestDays
    self.databaseBytesMax = databaseBytesMax
  }

  /// What a step has removed.
  package struct Removed: Equatable, Sendable {
    package var requests = 0
    package var ids = 0
    package var tombstones = 0
    /// Cells of spend that were put together.
    package var spendCells = 0

    package init() {}

    /// Whether there may be more to remove at once.
    package var isFull: Bool { max(requests, ids, spendCells) >= Retention.rowsAtOnce }
  }

  /// Removes a few rows whose time is over; in the caller's transaction.
  package func step(
    nowMilliseconds: Int64, in database: Database
  ) throws(StoreError) -> Removed {
    var removed = Removed()
    let (age, overflow) = Int64(requestDays).multipliedReportingOverflow(by: Self.dayMilliseconds)
    if !overflow, age < nowMilliseconds {
      removed.requests = try Ledger.purge(
        finishedBefore: nowMilliseconds - age, rowsMax: Self.rowsAtOnce, in: database)
    }
    if removed.requests == 0, try Self.usedBytes(of: database) > databaseBytesMax {
      removed.requests = try Ledger.purge(
        finishedBefore: .max, rowsMax: Self.rowsAtOnce, in: database)
    }
    removed.ids = try OwnedIDs.purge(
      expiredBefore: nowMilliseconds, rowsMax: Self.rowsAtOnce, in: database)
    removed.tombstones = try RecordStore.purgeTombstones(
      before: nowMilliseconds - Self.tombstoneDays * Self.dayMilliseconds, in: database)
    removed.spendCells = try SpendCells.fold(
      before: SpendQuarter.number(at: nowMilliseconds) - SpendCells.keptQuarters,
      rowsMax: Self.rowsAtOnce, in: database)
    return removed
  }

  /// What the pages in use take; two numbers of the file's header.
  package static func usedBytes(of database: Database) throws(StoreError) -> Int64 {
    let pages = try database.integer("PRAGMA page_count")
    let free = try database.integer("PRAGMA freelist_count")
    return (pages - free) * (try database.integer("PRAGMA page_size"))
  }
}
