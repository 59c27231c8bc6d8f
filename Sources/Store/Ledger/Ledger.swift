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
  private let insert: Statement
  private let find: Statement
  private let delete: Statement
  private let cells: UsageCells
  private let spend: SpendCells
  private var texts = LentValues()
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
    let values = (1...names.count).map { "?\($0)" }
    // A request that is there already is the same request: a replay doubles nothing.
    insert = try database.prepare(
      """
      INSERT INTO request (\(names.joined(separator: ", ")))
      VALUES (\(values.joined(separator: ", "))) ON CONFLICT (request_id) DO NOTHING
      """, isKept: true)
    find = try database.prepare(
      "SELECT \(names.joined(separator: ", ")) FROM request WHERE request_id = ?1", isKept: true)
    delete = try database.prepare("DELETE FROM request WHERE request_id = ?1", isKept: true)
    cells = try UsageCells(database, subjectsMax: subjectsMax)
    spend = try SpendCells(database)
  }

  /// Adds the rows of requests, and what they add to all sums; those that are there already stay as
  /// they are and count once.
  ///
  /// - Returns: How many SQLite would not take; the others are stored.
  /// - Throws: `StoreError`; the caller's transaction takes all of it back.
  package func add(contentsOf receipts: some Sequence<Receipt>) throws(StoreError) -> Int {
    try wholly { () throws(StoreError) in
      var lost = 0
      for receipt in receipts where !(try take(receipt, detail: nil)) { lost += 1 }
      return lost
    }
  }

  /// Adds the row of a request; one that is there already stays as it is.
  package func add(_ receipt: Receipt) throws(StoreError) {
    try wholly { () throws(StoreError) in try put(receipt) }
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
  /// - Parameters:
  ///   - receipt: The account, whose own plan, trail and bill do not count if there is a detail.
  ///   - detail: A `ReceiptDetail` as the journal has it; nil: it is made of the receipt.
  /// - Returns: False if SQLite would not take this row.
  /// - Throws: `StoreError`; the caller's transaction must be taken back.
  func take(_ receipt: Receipt, detail: ArraySlice<UInt8>?) throws(StoreError) -> Bool {
    do throws(StoreError) {
      try put(receipt, detail: detail)
      return true
    } catch {
      guard error.rejectsRow else { throw error }
      return false
    }
  }

  /// Stores what the rows taken add to the sums: spend at once, and the roll-ups too unless
  /// `keepsUsage`, which leaves them for a later transaction.
  func flush(keepsUsage: Bool = false) throws(StoreError) {
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

  /// Replaces the row of a request by a better account of it, in the roll-ups too; what budgets were
  /// charged for the old one stays.
  package func replace(_ receipt: Receipt) throws(StoreError) {
    try wholly { () throws(StoreError) in
      let old = try stored(receipt.requestID)
      if let old {
        try cells.add(old, isRemoval: true)
        try delete.bind(1, clipped(receipt.requestID))
        try delete.run()
      }
      try put(receipt, charges: old == nil)
    }
  }

  /// Corrects how a request ended and what was odd about it, in the roll-ups too; all else of its
  /// row stays; `flush` must follow.
  package func amend(_ receipt: Receipt) throws(StoreError) {
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

  private func put(
    _ receipt: Receipt, detail: ArraySlice<UInt8>? = nil, charges: Bool = true
  ) throws(StoreError) {
    try bind(receipt, detail, lending: &texts)
    try insert.run(lending: texts)
    guard database.changeCount > 0 else { return }
    try cells.add(receipt)
    if charges { spend.add(receipt) }
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

  /// In the order of `LedgerColumns.all`; the round trip of a test holds the two together.
  private func bind(
    _ receipt: Receipt, _ detail: ArraySlice<UInt8>?, lending texts: inout LentValues
  ) throws(StoreError) {
    func text(_ position: Int, _ text: String?) {
      texts.add(position, text, bytesMax: Self.textBytesMax)
    }
    texts.removeAll()
    text(1, receipt.requestID)
    try insert.bind(2, receipt.startedAtMilliseconds)
    try insert.bind(3, receipt.finishedAtMilliseconds)
    text(4, receipt.user)
    text(5, receipt.token)
    text(6, receipt.dialect?.rawValue)
    text(7, receipt.endpoint?.rawValue)
    text(8, receipt.model)
    text(9, receipt.upstreamModel)
    text(10, receipt.provider)
    text(11, receipt.key)
    try insert.bind(12, receipt.level.map { Int64($0) })
    try insert.bind(13, Int64(receipt.attempts))
    try insert.bind(14, Int64(receipt.status))
    try insert.bind(15, receipt.isStream ? 1 : 0)
    text(16, receipt.outcome.rawValue)
    text(17, receipt.usageSource.rawValue)
    try insert.bind(18, receipt.costNanoUSD)
    texts.add(19, Self.text(anomalies: receipt.anomalies), bytesMax: .max)
    try insert.bind(20, receipt.timeToFirstTokenMilliseconds)
    try insert.bind(21, receipt.durationMilliseconds)
    text(22, receipt.priceVersion)
    var position = LedgerColumns.usageStart
    try LedgerColumns.forEach(receipt.usage) { value throws(StoreError) in
      position += 1
      try insert.bind(position, value)
    }
    if let detail {
      texts.add(LedgerColumns.all.count, blob: detail)
    } else {
      texts.add(LedgerColumns.all.count) { ReceiptDetail.append(receipt, to: &$0) }
    }
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
