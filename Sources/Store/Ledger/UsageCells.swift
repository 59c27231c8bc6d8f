import Gateway
import Providers

/// The roll-ups: sums of requests by hour and by day (UTC) for each combination of names.
///
/// A cell is (period, user, token, model, provider, key, endpoint), so that whatever a report groups
/// by is a plain sum of cells, and one hour or day of one combination is one row however many
/// requests it had. Rows are added up here first, for a second or so: most of them meet in few cells,
/// and each cell that is stored costs three times what a row does. What is added up and not stored
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

  private struct Place: Hashable {
    let start: Int64
    let subject: Int64
  }

  private let database: Database
  let subjects: UsageSubjects
  private let hour: Statement
  private let day: Statement
  private let total: Statement
  private let through: Statement
  /// What committed transactions have added and no cell holds yet.
  private var waiting = Sums()
  /// What the transaction under way adds.
  private var added = Sums()
  /// Counts transactions, so that what was found in one is not taken for a place in another.
  private var transaction = 1
  /// Requests that it adds.
  private var requests: Int64 = 0
  /// It has stored all there is.
  private var hasWritten = false
  /// What an earlier run has left unstored has been added.
  private var hasCaughtUp = false
  /// The last row of an earlier run.
  private let lastOfBefore: Int64

  private struct Sums {
    /// Where the sums of a place begin in `amounts`.
    var places: [Place: Int] = [:]
    var amounts: [Int64] = []
    var rows = 0

    mutating func base(of place: Place) -> Int {
      if let base = places[place] { return base }
      let base = amounts.count
      places[place] = base
      amounts.append(contentsOf: repeatElement(0, count: UsageCells.amounts.count))
      return base
    }

    mutating func add(_ other: Sums) {
      rows += other.rows
      for (place, start) in other.places {
        let base = base(of: place)
        for offset in 0..<UsageCells.amounts.count {
          amounts[base + offset] = UsageCells.sum(
            amounts[base + offset], other.amounts[start + offset])
        }
      }
    }

    mutating func clear() {
      places.removeAll(keepingCapacity: true)
      amounts.removeAll(keepingCapacity: true)
      rows = 0
    }
  }

  init(_ database: Database, subjectsMax: Int64 = 100_000) throws(StoreError) {
    self.database = database
    subjects = try UsageSubjects(database, countMax: subjectsMax)
    hour = try Self.upsert("usage_hour", database)
    day = try Self.upsert("usage_day", database)
    total = try database.prepare(
      "UPDATE meta SET value = max(0, value + ?1) WHERE name = 'requests_total'", isKept: true)
    through = try database.prepare(
      """
      UPDATE meta SET value = (SELECT coalesce(max(id), 0) FROM request)
      WHERE name = 'usage_through'
      """, isKept: true)
    lastOfBefore = try database.integer("SELECT coalesce(max(id), 0) FROM request")
  }

  /// A sum that would leave 64 bits stays at its end: SQLite would make a float of it.
  private static func upsert(_ table: String, _ database: Database) throws(StoreError) -> Statement
  {
    let values = (1...amounts.count + 2).map { "?\($0)" }
    let changes = amounts.map {
      "\($0) = max(0, \($0) + min(excluded.\($0), 9223372036854775807 - \($0)))"
    }
    return try database.prepare(
      """
      INSERT INTO \(table) (start, subject, \(amounts.joined(separator: ", ")))
      VALUES (\(values.joined(separator: ", ")))
      ON CONFLICT (start, subject) DO UPDATE SET \(changes.joined(separator: ", "))
      """, isKept: true)
  }

  /// Where the sums of a combination were found last, so that most rows need not look.
  struct Found {
    fileprivate var hour: Int64 = -1
    fileprivate var transaction = 0
    fileprivate var base = 0
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
    if found.transaction != transaction || found.hour != hour {
      let base = added.base(of: Place(start: hour, subject: subject))
      found = Found(hour: hour, transaction: transaction, base: base)
    }
    let figures = Figures(
      isServed: row.outcome == .served, attempts: row.attempts,
      isUnpriced: row.costNanoUSD == nil && row.usageSource != .none,
      isEstimated: row.usageSource == .estimated, costNanoUSD: row.costNanoUSD ?? 0,
      possibleNanoUSD: possibleNanoUSD)
    add(figures, row.usage, at: found.base, sign: 1)
  }

  /// Adds a request to its cell, or takes it out; `write` stores that, in this transaction or later.
  func add(_ receipt: Receipt, isRemoval: Bool = false) throws(StoreError) {
    let subject = try subjects.number(of: UsageSubject(receipt))
    let hour = Self.hour(of: receipt.finishedAtMilliseconds)
    let figures = Figures(
      isServed: receipt.outcome == .served, attempts: Int64(receipt.attempts),
      isUnpriced: receipt.costNanoUSD == nil && receipt.usageSource != .none,
      isEstimated: receipt.usageSource == .estimated, costNanoUSD: receipt.costNanoUSD ?? 0,
      possibleNanoUSD: receipt.possibleCostNanoUSD)
    let base = added.base(of: Place(start: hour, subject: subject))
    add(figures, receipt.usage, at: base, sign: isRemoval ? -1 : 1)
  }

  private static func hour(of milliseconds: Int64) -> Int64 {
    let finished = min(max(0, milliseconds), timeMax)
    return finished - finished % hourMilliseconds
  }

  /// In the order of `amounts`.
  private func add(_ figures: Figures, _ usage: Usage, at base: Int, sign: Int64) {
    requests += sign
    added.rows += 1
    added.amounts.withUnsafeMutableBufferPointer { sums in
      var index = base
      func add(_ amount: Int64) {
        if amount > 0 { sums[index] = Self.sum(sums[index], sign * amount) }
        index += 1
      }
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
  var waitingRows: Int { waiting.rows }

  /// Whether there is anything to store.
  var isDue: Bool { waiting.rows > 0 || !hasCaughtUp }

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
    var all = waiting
    all.add(added)
    hasWritten = true
    guard !all.places.isEmpty else { return }
    // In the order of the table, so that neighbours are on the same page.
    let hours = all.places.sorted {
      ($0.key.start, $0.key.subject) < ($1.key.start, $1.key.subject)
    }
    var days: [Place: [Int64]] = [:]
    for (place, base) in hours {
      let values = all.amounts[base..<base + Self.amounts.count]
      try write(values, place, hour)
      let start = place.start - place.start % Self.dayMilliseconds
      let dayPlace = Place(start: start, subject: place.subject)
      if let sum = days[dayPlace] {
        days[dayPlace] = zip(sum, values).map { Self.sum($0, $1) }
      } else {
        days[dayPlace] = Array(values)
      }
    }
    for (place, values) in days { try write(values[...], place, day) }
    try through.run()
  }

  /// Adds the rows that an earlier run has stored and not added up.
  private func catchUp() throws(StoreError) {
    let rows = try database.prepare(
      """
      SELECT \(LedgerColumns.all.joined(separator: ", ")) FROM request
      WHERE id > (SELECT value FROM meta WHERE name = 'usage_through') AND id <= ?1
      """)
    try rows.bind(1, lastOfBefore)
    while try rows.step() {
      // Whatever is wrong with the rest of a row, its figures count.
      let receipt =
        (try? LedgerColumns.fullReceipt(of: rows)) ?? (try? LedgerColumns.receipt(of: rows))
      if let receipt { try add(receipt) }
    }
    requests = 0  // They were counted with their rows.
  }

  private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? (left > 0 ? .max : -.max) : sum
  }

  private func write(
    _ values: ArraySlice<Int64>, _ place: Place, _ statement: borrowing Statement
  ) throws(StoreError) {
    try statement.bind(1, place.start)
    try statement.bind(2, place.subject)
    for (position, value) in values.enumerated() { try statement.bind(position + 3, value) }
    try statement.run()
  }

  /// The transaction is on its way to the disk: what it has not stored waits.
  func commit() {
    if hasWritten {
      waiting.clear()
      hasCaughtUp = true
    } else {
      waiting.add(added)
    }
    rollBack()
  }

  /// The transaction was taken back, and what it added with it.
  func rollBack() {
    added.clear()
    transaction += 1
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
