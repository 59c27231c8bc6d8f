import Gateway

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
  private let subjects: UsageSubjects
  private let hour: Statement
  private let day: Statement
  private let total: Statement
  private let through: Statement
  /// What committed transactions have added and no cell holds yet.
  private var waiting = Sums()
  /// What the transaction under way adds.
  private var added = Sums()
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

  /// Adds a request to its cell, or takes it out; `write` stores that, in this transaction or later.
  func add(_ receipt: Receipt, isRemoval: Bool = false) throws(StoreError) {
    let subject = try subjects.number(of: UsageSubject(receipt))
    let finished = min(max(0, receipt.finishedAtMilliseconds), Self.timeMax)
    let place = Place(start: finished - finished % Self.hourMilliseconds, subject: subject)
    let sign: Int64 = isRemoval ? -1 : 1
    let isUnpriced = receipt.costNanoUSD == nil && receipt.usageSource != .none
    requests += sign
    added.rows += 1
    var index = added.base(of: place)
    var sums: [Int64] = []
    swap(&sums, &added.amounts)  // So that the local one is the only one, and changes in place.
    func add(_ amount: Int64) {
      sums[index] = Self.sum(sums[index], sign * max(0, amount))
      index += 1
    }
    add(1)
    add(receipt.outcome == .served ? 1 : 0)
    add(Int64(receipt.attempts))
    add(isUnpriced ? 1 : 0)
    add(receipt.usageSource == .estimated ? 1 : 0)
    LedgerColumns.forEach(receipt.usage) { add($0) }
    add(receipt.costNanoUSD ?? 0)
    add(receipt.possibleCostNanoUSD)
    swap(&sums, &added.amounts)
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
