import Gateway
import Providers

/// The roll-ups: sums of requests by hour and by day (UTC) for each combination of names.
///
/// A cell is (period, user, token, model, provider, key, endpoint), so that whatever a report groups
/// by is a plain sum of cells, and one hour or day of one combination is one row however many
/// requests it had. Rows are added up here first, for a second or two: most of them meet in few cells,
/// and each cell that is stored costs more than a row does. What is added up and not stored
/// is no less safe: `usage_through` names the last row that the cells hold, and after a crash those
/// behind it are added again. Belongs to the owner's connection.
final class UsageCells {
  /// What a cell sums up, in its order.
  static let amounts =
    ["requests", "served", "attempts", "unpriced", "estimated"] + LedgerColumns.usage
    + ["cost_nano_usd", "possible_nano_usd"]
  static let usageStart = 5

  static let hourMilliseconds: Int64 = 3_600_000
  static let dayMilliseconds: Int64 = 86_400_000
  /// Times of cells end with the year 9999.
  static let timeMax: Int64 = 253_402_300_799_999

  private let database: Database
  let subjects: UsageSubjects
  private let hours: UsageTable
  private let days: UsageTable
  private let total: Statement
  private let through: Statement
  private var batch = UsageBatch()
  /// Requests that the transaction under way adds.
  private var requests: Int64 = 0
  /// It has stored all there is.
  private var hasWritten = false
  /// What an earlier run has left unstored has been added.
  private var hasCaughtUp = false
  /// The last row of an earlier run.
  private let lastOfBefore: Int64

  init(_ database: Database, subjectsMax: Int64 = 100_000) throws(StoreError) {
    self.database = database
    subjects = try UsageSubjects(database, countMax: subjectsMax)
    hours = try UsageTable("usage_hour", database)
    days = try UsageTable("usage_day", database)
    total = try database.prepare(
      "UPDATE meta SET value = max(0, value + ?1) WHERE name = 'requests_total'", isKept: true)
    through = try database.prepare(
      """
      UPDATE meta SET value = (SELECT coalesce(max(id), 0) FROM request)
      WHERE name = 'usage_through'
      """, isKept: true)
    lastOfBefore = try database.integer("SELECT coalesce(max(id), 0) FROM request")
  }

  /// Where the sums of a combination were found last, so that most rows need not look.
  struct Found {
    fileprivate var hour: Int64 = -1
    fileprivate var generation = 0
    fileprivate var index = 0
  }

  /// What one request adds beside itself.
  private struct Figures {
    var isServed: Bool
    var attempts: Int64
    var isUnpriced: Bool
    var isEstimated: Bool
    var costNanoUSD: Int64
    var possibleNanoUSD: Int64
  }

  /// Adds a row to its cell; `write` stores that, in this transaction or later.
  func add(
    _ row: ReceiptRow, possibleNanoUSD: Int64, subject: Int64, _ found: inout Found
  ) {
    let hour = Self.hour(of: row.finishedAtMilliseconds)
    if found.generation != batch.generation || found.hour != hour {
      let index = batch.index(of: UsageBatch.Place(start: hour, subject: subject))
      found = Found(hour: hour, generation: batch.generation, index: index)
    }
    let figures = Figures(
      isServed: row.outcome == .served, attempts: row.attempts,
      isUnpriced: row.costNanoUSD == nil && row.usageSource != .none,
      isEstimated: row.usageSource == .estimated, costNanoUSD: row.costNanoUSD ?? 0,
      possibleNanoUSD: possibleNanoUSD)
    add(figures, row.usage, at: found.index, sign: 1)
  }

  /// Asks for the memory of sums that will be added to soon.
  func expect(_ found: Found) { batch.expect(at: found.index) }

  /// Adds a request to its cell, or takes it out; `write` stores that, in this transaction or later.
  func add(_ receipt: Receipt, isRemoval: Bool = false) throws(StoreError) {
    let subject = try subjects.number(of: UsageSubject(receipt))
    let hour = Self.hour(of: receipt.finishedAtMilliseconds)
    let figures = Figures(
      isServed: receipt.outcome == .served, attempts: Int64(receipt.attempts),
      isUnpriced: receipt.costNanoUSD == nil && receipt.usageSource != .none,
      isEstimated: receipt.usageSource == .estimated, costNanoUSD: receipt.costNanoUSD ?? 0,
      possibleNanoUSD: receipt.possibleCostNanoUSD)
    let index = batch.index(of: UsageBatch.Place(start: hour, subject: subject))
    add(figures, receipt.usage, at: index, sign: isRemoval ? -1 : 1)
  }

  private static func hour(of milliseconds: Int64) -> Int64 {
    let finished = min(max(0, milliseconds), timeMax)
    return finished - finished % hourMilliseconds
  }

  /// In the order of `amounts`.
  private func add(_ figures: Figures, _ usage: Usage, at index: Int, sign: Int64) {
    requests += sign
    batch.add(at: index) { sums in
      func add(_ amount: Int64) { sums.add(amount > 0 ? sign * amount : 0) }
      add(1)
      add(figures.isServed ? 1 : 0)
      add(figures.attempts)
      add(figures.isUnpriced ? 1 : 0)
      add(figures.isEstimated ? 1 : 0)
      LedgerColumns.forEach(usage) { add($0) }
      add(figures.costNanoUSD)
      add(figures.possibleNanoUSD)
    }
  }

  /// How many rows wait to be stored in cells.
  var waitingRows: Int { batch.waitingRows }

  /// Whether there is anything to store.
  var isDue: Bool { batch.waitingRows > 0 || !hasCaughtUp }

  /// Counts the requests of the transaction; at its end, whether or not its cells are stored.
  func count() throws(StoreError) {
    guard requests != 0 else { return }
    try total.bind(1, requests)
    try total.run()
    requests = 0
  }

  /// Stores all that was added, in the caller's transaction.
  func write() throws(StoreError) {
    try count()
    if !hasCaughtUp { try catchUp() }
    hasWritten = true
    let sums = batch.sums()
    guard !sums.isEmpty else { return }
    for (place, amounts) in sums {
      try hours.add(amounts, start: place.start, subject: place.subject)
    }
    for (place, amounts) in UsageBatch.days(of: sums) {
      try days.add(amounts, start: place.start, subject: place.subject)
    }
    try through.run()
  }

  /// Adds the rows that an earlier run has stored and not added up.
  ///
  /// There may be tens of thousands, and the start waits for them: of each only what counts is read.
  private func catchUp() throws(StoreError) {
    let rows = try database.prepare(Self.rowsBehind)
    try rows.bind(1, lastOfBefore)
    while try rows.step() {
      // In the order of `rowsBehind`.
      let outcome = Receipt.Outcome(rawValue: rows.text(7))
      let source = Receipt.UsageSource(rawValue: rows.text(8))
      let cost = rows.optionalInt(10)
      let figures = Figures(
        isServed: outcome == .served, attempts: rows.int(9),
        isUnpriced: cost == nil && source != Receipt.UsageSource.none,
        isEstimated: source == .estimated, costNanoUSD: cost ?? 0,
        possibleNanoUSD: Self.possibleNanoUSD(rows.bytes(11)))
      let subject = try subjects.number(of: UsageSubject(rows))
      let index = batch.index(
        of: UsageBatch.Place(start: Self.hour(of: rows.int(6)), subject: subject))
      add(figures, LedgerColumns.usage { rows.int(12 + $0) }, at: index, sign: 1)
    }
    requests = 0  // They were counted with their rows.
  }

  /// The detail tells what attempts that were left may have cost; who was served by the first has
  /// left none.
  private static let rowsBehind = """
    SELECT \(UsageSubject.columns.joined(separator: ", ")), finished_at, outcome, usage_source,
      attempts, cost_nano_usd, CASE WHEN attempts > 1 OR outcome <> 'served' THEN detail END,
      \(LedgerColumns.usage.joined(separator: ", "))
    FROM request
    WHERE id > (SELECT value FROM meta WHERE name = 'usage_through') AND id <= ?1
    """

  /// 0 where there is no detail, or none that can be read: the rest of its row counts.
  private static func possibleNanoUSD(_ detail: [UInt8]) -> Int64 {
    var receipt = Receipt(requestID: "", startedAtMilliseconds: 0)
    guard !detail.isEmpty, ReceiptDetail.read(detail, into: &receipt) else { return 0 }
    return receipt.possibleCostNanoUSD
  }

  /// The transaction is on its way to the disk: what it has not stored waits.
  func commit() {
    if hasWritten { hasCaughtUp = true }
    batch.commit(isStored: hasWritten)
    beginAnew()
  }

  /// The transaction was taken back, and what it added with it.
  func rollBack() {
    batch.rollBack()
    beginAnew()
  }

  private func beginAnew() {
    requests = 0
    hasWritten = false
  }
}

extension Receipt {
  /// Unix time, milliseconds.
  var finishedAtMilliseconds: Int64 {
    let (finished, overflow) = startedAtMilliseconds.addingReportingOverflow(durationMilliseconds)
    return overflow ? startedAtMilliseconds : finished
  }
}
