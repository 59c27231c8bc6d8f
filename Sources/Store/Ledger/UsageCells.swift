import Gateway

/// The roll-ups: sums of requests by hour and by day (UTC) for each combination of names.
///
/// A cell is (period, user, token, model, provider, key, endpoint), so that whatever a report groups
/// by is a plain sum of cells, and one hour or day of one combination is one row however many
/// requests it had. A batch of rows is added up here first: most of them meet in few cells. Belongs
/// to the owner's connection.
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

  private let subjects: UsageSubjects
  private let hour: Statement
  private let day: Statement
  private let total: Statement
  /// Where the sums of a place begin in `sums`.
  private var places: [Place: Int] = [:]
  private var sums: [Int64] = []
  private var requests: Int64 = 0

  init(_ database: Database, subjectsMax: Int64 = 100_000) throws(StoreError) {
    subjects = try UsageSubjects(database, countMax: subjectsMax)
    hour = try Self.upsert("usage_hour", database)
    day = try Self.upsert("usage_day", database)
    total = try database.prepare(
      "UPDATE meta SET value = max(0, value + ?1) WHERE name = 'requests_total'", isKept: true)
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

  /// Adds a request to its cell, or takes it out; `write` stores that.
  func add(_ receipt: Receipt, isRemoval: Bool = false) throws(StoreError) {
    let subject = try subjects.number(of: UsageSubject(receipt))
    let finished = min(max(0, receipt.finishedAtMilliseconds), Self.timeMax)
    let place = Place(start: finished - finished % Self.hourMilliseconds, subject: subject)
    let base = base(of: place)
    let sign: Int64 = isRemoval ? -1 : 1
    let isUnpriced = receipt.costNanoUSD == nil && receipt.usageSource != .none
    requests += sign
    var sums = self.sums
    self.sums = []  // So that the local one is the only one, and changes in place.
    var index = base
    func add(_ amount: Int64) {
      sums[index] = Self.sum(sums[index], amount, sign)
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
    self.sums = sums
  }

  private func base(of place: Place) -> Int {
    if let base = places[place] { return base }
    let base = sums.count
    places[place] = base
    sums.append(contentsOf: repeatElement(0, count: Self.amounts.count))
    return base
  }

  /// Amounts are never negative; nonsense counts as none.
  private static func sum(_ old: Int64, _ amount: Int64, _ sign: Int64) -> Int64 {
    let (sum, overflow) = old.addingReportingOverflow(sign * max(0, amount))
    return overflow ? (sign > 0 ? .max : -.max) : sum
  }

  /// Stores what was added, in the caller's transaction.
  func write() throws(StoreError) {
    defer { clear() }
    guard !places.isEmpty else { return }
    // In the order of the table, so that neighbours are on the same page.
    let hours = places.sorted { ($0.key.start, $0.key.subject) < ($1.key.start, $1.key.subject) }
    var days: [Place: [Int64]] = [:]
    for (place, base) in hours {
      let values = sums[base..<base + Self.amounts.count]
      try write(values, place, hour)
      let start = place.start - place.start % Self.dayMilliseconds
      let dayPlace = Place(start: start, subject: place.subject)
      if let sum = days[dayPlace] {
        days[dayPlace] = zip(sum, values).map(Self.sum)
      } else {
        days[dayPlace] = Array(values)
      }
    }
    for (place, values) in days { try write(values[...], place, day) }
    try total.bind(1, requests)
    try total.run()
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

  /// Forgets what was added and not written.
  func clear() {
    places.removeAll(keepingCapacity: true)
    sums.removeAll(keepingCapacity: true)
    requests = 0
  }
}

extension Receipt {
  /// Unix time, milliseconds.
  var finishedAtMilliseconds: Int64 {
    let (finished, overflow) = startedAtMilliseconds.addingReportingOverflow(durationMilliseconds)
    return overflow ? startedAtMilliseconds : finished
  }
}
