package import Gateway
import JSON
import Providers

/// Writes rows of the request table and their share of the roll-ups; belongs to the owner's
/// connection.
///
/// All of it happens in the caller's transaction, so that a row and its share are there together or
/// not at all. A row costs about 5 µs in batches of 500 if request ids rise with time, and three
/// times that if they are in no order: then each row touches a page of the index of ids that no
/// other does.
package final class Ledger {
  private let database: Database
  private let insert: RequestInsert
  private let find: Statement
  private let cells: UsageCells
  private let spend: SpendCells
  private let places: RowPlaces
  /// Rows that wait to be stored together.
  private var waiting: [RequestInsert.Row] = []
  /// Rows that SQLite would not take since the last time.
  private var lost = 0
  /// A receipt as the journal has it; kept for its room.
  private var entry: [UInt8] = []
  /// A row of before has been changed in this transaction.
  private var hasAmended = false

  /// Longest text of a column, in bytes: what a client sends as a model name can be megabytes.
  package static let textBytesMax = 512
  private static let anomaliesMax = 32

  package convenience init(_ database: Database) throws(StoreError) {
    try self.init(database, subjectsMax: 100_000)
  }

  init(_ database: Database, subjectsMax: Int64) throws(StoreError) {
    self.database = database
    let names = LedgerColumns.all
    insert = try RequestInsert(database)
    find = try database.prepare(
      "SELECT \(names.joined(separator: ", ")) FROM request WHERE request_id = ?1", isKept: true)
    cells = try UsageCells(database, subjectsMax: subjectsMax)
    spend = try SpendCells(database)
    places = RowPlaces(database, cells.subjects)
    waiting.reserveCapacity(RequestInsert.rowsAtOnce)
  }

  /// Adds the rows of requests, and what they add to all sums; those that are there already stay as
  /// they are and count once.
  ///
  /// - Returns: How many SQLite would not take; the others are stored.
  /// - Throws: `StoreError`; the caller's transaction takes all of it back.
  package func add(contentsOf receipts: some Sequence<Receipt>) throws(StoreError) -> Int {
    try wholly { () throws(StoreError) in
      var lost = 0
      for receipt in receipts where !(try take(receipt)) { lost += 1 }
      return lost
    }
  }

  /// Adds the row of a request; one that is there already stays as it is.
  package func add(_ receipt: Receipt) throws(StoreError) {
    try wholly { () throws(StoreError) in try store(receipt) }
  }

  private func wholly<Value>(
    _ body: () throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    do throws(StoreError) {
      let value = try body()
      try flush()
      commit()
      return value
    } catch {
      rollBack()
      throw error
    }
  }

  /// Adds one row of many: `flush` must follow in the same transaction, then `commit` or `rollBack`.
  ///
  /// - Returns: False if SQLite would not take this row.
  /// - Throws: `StoreError`; the caller's transaction must be taken back.
  func take(_ receipt: Receipt) throws(StoreError) -> Bool {
    do throws(StoreError) {
      try store(receipt)
      return true
    } catch {
      guard error.rejectsRow else { throw error }
      return false
    }
  }

  /// Adds the row of an entry of the journal, as `take` does a receipt, but perhaps later: the bytes
  /// must stay until `storeWaiting`.
  ///
  /// - Returns: False if there is no receipt in it.
  func take(entry bytes: UnsafeRawBufferPointer) throws(StoreError) -> Bool {
    guard let account = ReceiptRow(Span(_unsafeBytes: bytes)) else { return false }
    guard account.isPlain, account.textBytesMax <= Self.textBytesMax else {
      return try take(account, of: Array(bytes))
    }
    waiting.append(RequestInsert.Row(account, bytes))
    if waiting.count == RequestInsert.rowsAtOnce { try storeWaiting() }
    return true
  }

  /// Adds a row that needs more of its receipt than its account says.
  ///
  /// Where the detail cannot be read it is left out.
  private func take(_ account: ReceiptRow, of bytes: [UInt8]) throws(StoreError) -> Bool {
    let (receipt, _) = ReceiptCoding.decode(account, of: bytes)
    return try take(receipt)
  }

  /// Stores the rows that wait for others.
  func storeWaiting() throws(StoreError) {
    defer { waiting.removeAll(keepingCapacity: true) }
    if waiting.count == RequestInsert.rowsAtOnce {
      do throws(StoreError) {
        let areNew = try insert.storeTogether(waiting)
        for (index, row) in waiting.enumerated() where areNew?[index] ?? true { try count(row) }
        return
      } catch {
        // One of them may be to blame: none is stored, and each goes by itself.
        guard error.rejectsRow else { throw error }
      }
    }
    for row in waiting {
      do throws(StoreError) {
        if try insert.store(row) { try count(row) }
      } catch {
        guard error.rejectsRow else { throw error }
        lost += 1
      }
    }
  }

  /// How many rows of the journal SQLite would not take since the last time.
  func takeLost() -> Int {
    defer { lost = 0 }
    return lost
  }

  /// Stores what the rows taken add to the sums: spend at once, and the roll-ups too unless
  /// `keepsUsage`, which leaves them for a later transaction.
  func flush(keepsUsage: Bool = false) throws(StoreError) {
    try storeWaiting()
    if keepsUsage, !hasAmended { try cells.count() } else { try cells.write() }
    try spend.write()
    spend.clear()
  }

  /// The transaction has been committed.
  func commit() {
    cells.commit()
    hasAmended = false
  }

  /// The transaction has been taken back.
  func rollBack() {
    waiting.removeAll(keepingCapacity: true)
    lost = 0
    cells.rollBack()
    spend.clear()
    hasAmended = false
  }

  /// How many rows the roll-ups do not hold yet.
  var waitingRows: Int { cells.waitingRows }

  /// Whether the roll-ups may lack anything.
  var isUsageDue: Bool { cells.isDue }

  /// The charges of the rows that were added since the last time; for when they are on disk.
  package func takeCharges() -> [StoredCharge] { spend.takeCharges() }

  /// Corrects how a request ended and what was odd about it, in the roll-ups too; all else of its
  /// row stays; `flush` must follow.
  package func amend(_ receipt: Receipt) throws(StoreError) {
    try storeWaiting()
    guard let old = try stored(receipt.requestID) else { return }
    var new = old
    new.outcome = receipt.outcome
    new.anomalies = receipt.anomalies
    try cells.add(old, isRemoval: true)
    try cells.add(new)
    // Its row may be one that the roll-ups hold already: they must follow with it.
    hasAmended = true
    let update = try database.prepare(
      "UPDATE request SET outcome = ?2, anomalies = ?3 WHERE request_id = ?1")
    try update.bind(1, clipped(receipt.requestID))
    try update.bind(2, receipt.outcome.rawValue)
    try update.bind(3, Self.text(anomalies: receipt.anomalies))
    try update.run()
  }

  /// Stores the row of a receipt by way of the form that the journal has it in.
  private func store(_ receipt: Receipt) throws(StoreError) {
    try storeWaiting()
    var entry: [UInt8] = []
    swap(&entry, &self.entry)
    defer { swap(&entry, &self.entry) }
    entry.removeAll(keepingCapacity: true)
    ReceiptCoding.append(receipt, to: &entry)
    guard let account = ReceiptRow(entry.span) else { throw .damaged("a request without an id") }
    let detailStart = entry.count
    if !account.detail.isThere { ReceiptDetail.append(receipt, to: &entry) }
    let anomaliesStart = entry.count
    entry.append(contentsOf: Self.text(anomalies: receipt.anomalies).utf8)
    let status: Result<Void, StoreError> = entry.withUnsafeBytes { bytes in
      var row = RequestInsert.Row(account, UnsafeRawBufferPointer(rebasing: bytes[..<detailStart]))
      if !account.detail.isThere {
        row.detail = UnsafeRawBufferPointer(rebasing: bytes[detailStart..<anomaliesStart])
      }
      row.anomalies = UnsafeRawBufferPointer(rebasing: bytes[anomaliesStart...])
      do throws(StoreError) {
        guard try insert.store(row) else { return .success(()) }
        return .success(try count(row, possibleNanoUSD: receipt.possibleCostNanoUSD))
      } catch {
        return .failure(error)
      }
    }
    try status.get()
  }

  /// Adds a row that is new to all sums.
  private func count(
    _ row: RequestInsert.Row, possibleNanoUSD: Int64 = 0
  ) throws(StoreError) {
    let index = try places.index(of: row)
    cells.expect(places.nextCell(after: index))
    cells.add(
      row.account, possibleNanoUSD: possibleNanoUSD, subject: places.entries[index].subject,
      &places.entries[index].cell)
    spend.add(row, &places.entries[index].spend)
  }

  private func stored(_ requestID: String) throws(StoreError) -> Receipt? {
    try find.bind(1, clipped(requestID))
    defer { find.reset() }
    return try find.step() ? try LedgerColumns.fullReceipt(of: find) : nil
  }

  /// Removes a few of the oldest rows, and nothing of the roll-ups, which must hold them by now; in
  /// the caller's transaction.
  ///
  /// - Parameters:
  ///   - milliseconds: Rows that finished before this Unix time go.
  ///   - rowsMax: How many at most: a step must not hold the writer up.
  ///   - database: The owner's.
  /// - Returns: How many went.
  /// - Throws: `StoreError.sqlite`.
  package static func purge(
    finishedBefore milliseconds: Int64, rowsMax: Int, in database: Database
  ) throws(StoreError) -> Int {
    let statement = try database.prepare(
      """
      DELETE FROM request WHERE id IN
        (SELECT id FROM request WHERE finished_at < ?1 ORDER BY finished_at LIMIT ?2)
      """)
    try statement.bind(1, milliseconds)
    try statement.bind(2, Int64(rowsMax))
    try statement.run()
    let count = database.changeCount
    // Where the newest rows go too, their numbers are given again.
    let through = try database.prepare(
      """
      UPDATE meta SET value = min(value, (SELECT coalesce(max(id), 0) FROM request))
      WHERE name = 'usage_through'
      """)
    try through.run()
    return count
  }

  private static func text(anomalies: [String]) -> String {
    guard !anomalies.isEmpty else { return "[]" }
    return JSONValue.array(anomalies.prefix(anomaliesMax).map { .string(clipped($0)) }).text
  }
}

/// At most `Ledger.textBytesMax` bytes of a text, cut between characters.
func clipped(_ text: String) -> String {
  guard text.utf8.count > Ledger.textBytesMax else { return text }
  var end = text.utf8.index(text.startIndex, offsetBy: Ledger.textBytesMax)
  while end > text.startIndex, end.samePosition(in: text.unicodeScalars) == nil {
    end = text.utf8.index(before: end)
  }
  return String(text[..<end])
}

private func clipped(_ text: String?) -> String? { text.map { clipped($0) } }
