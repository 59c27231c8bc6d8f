package import Providers

/// What a report of usage is about.
package struct UsageQuery: Equatable, Sendable {
  /// What sums are made for.
  package enum Grouping: String, Sendable, CaseIterable {
    case user
    case token
    case model
    case key
    case provider
    case endpoint
  }

  /// The stretch of time of a sum, in UTC.
  package enum Period: String, Sendable, CaseIterable {
    case hour
    case day
  }

  /// Any of them together; none: one sum of all.
  package var groupings: [Grouping] = []
  /// Nil: one sum for the whole range.
  package var period: Period?
  /// Unix time, milliseconds, of the first hour, rounded down to it; nil: from the first request on.
  package var fromMilliseconds: Int64?
  /// Where the range ends, itself excluded, rounded up to an hour; nil: with the last request.
  package var toMilliseconds: Int64?

  package init() {}

  /// The range in whole hours, as it is answered.
  package var hours: Range<Int64> {
    let hour = UsageCells.hourMilliseconds
    let from = min(max(0, fromMilliseconds ?? 0), UsageCells.timeMax)
    let to = min(max(0, toMilliseconds ?? .max), UsageCells.timeMax)
    let start = from - from % hour
    let end = to % hour == 0 ? to : to - to % hour + hour
    return start..<max(start, end)
  }
}

/// The usage of one combination of names over a stretch of time.
package struct UsageSum: Equatable, Sendable {
  package struct Name: Equatable, Sendable {
    /// Nil: requests that have none, for they were refused before it was known.
    package var name: String?
    /// The provider of a key, the user of a token: their names are not unique without.
    package var owner: String?
  }

  /// In the order of the query's groupings.
  package var names: [Name] = []
  /// Where its hour or day begins, Unix time in milliseconds; nil: the sum is of the whole range.
  package var startMilliseconds: Int64?
  package var requests: Int64 = 0
  /// Those whose outcome is `served`.
  package var served: Int64 = 0
  package var attempts: Int64 = 0
  package var usage = Usage()
  package var costNanoUSD: Int64 = 0
  /// An estimate of what attempts that were left may have cost beyond that.
  package var possibleCostNanoUSD: Int64 = 0
  /// Requests with usage and without a cost.
  package var unpriced: Int64 = 0
  /// Requests whose usage is an estimate.
  package var estimated: Int64 = 0

  package init() {}
}

extension LedgerReader {
  /// Sums over the requests that finished in a range of time, from the roll-ups alone.
  ///
  /// Whole days of the range are read from the cells of days and the rest from those of hours.
  ///
  /// - Returns: One sum for each combination that occurs, by period and then the dearest first; none
  ///   at all without requests. A sum above what `Int64` holds stays at its maximum: usage of 2^63
  ///   may be a provider's nonsense, and recorded.
  /// - Throws: `StoreError`.
  package func sums(_ query: UsageQuery) throws(StoreError) -> [UsageSum] {
    let rows = try database.prepare(Self.sql(query))
    for (position, time) in Self.times(query).enumerated() { try rows.bind(position + 1, time) }
    var sums: [UsageSum] = []
    while try rows.step() { sums.append(Self.sum(of: rows, query)) }
    return sums.sorted {
      ($0.startMilliseconds ?? 0, $1.costNanoUSD) < ($1.startMilliseconds ?? 0, $0.costNanoUSD)
    }
  }

  /// How many requests there have ever been, those whose rows are gone included.
  package func requestsTotal() throws(StoreError) -> Int64 {
    try database.integer("SELECT value FROM meta WHERE name = 'requests_total'")
  }

  /// Where the hours before the first whole day begin, that day, the end of the last whole day, and
  /// the end of the hours after it.
  private static func times(_ query: UsageQuery) -> [Int64] {
    let hours = query.hours
    let day = UsageCells.dayMilliseconds
    guard query.period != .hour else {
      return [hours.lowerBound, hours.upperBound, hours.upperBound, hours.upperBound]
    }
    let start = hours.lowerBound
    let firstDay = start % day == 0 ? start : start - start % day + day
    let lastDay = hours.upperBound - hours.upperBound % day
    guard firstDay < lastDay else {
      return [start, hours.upperBound, hours.upperBound, hours.upperBound]
    }
    return [start, firstDay, lastDay, hours.upperBound]
  }

  static func sql(_ query: UsageQuery) -> String {
    let amounts = UsageCells.amounts.joined(separator: ", ")
    let cells = """
      SELECT start, subject, \(amounts) FROM usage_hour WHERE start >= ?1 AND start < ?2
      UNION ALL
      SELECT start, subject, \(amounts) FROM usage_day WHERE start >= ?2 AND start < ?3
      UNION ALL
      SELECT start, subject, \(amounts) FROM usage_hour WHERE start >= ?3 AND start < ?4
      """
    let period =
      switch query.period {
      case nil: "NULL"
      case .hour: "start"
      case .day: "start - start % \(UsageCells.dayMilliseconds)"
      }
    var groups = [period]
    for grouping in query.groupings {
      switch grouping {
      case .user: groups += ["user", "''"]
      case .token: groups += ["token", "user"]
      case .model: groups += ["model", "''"]
      case .key: groups += ["key", "provider"]
      case .provider: groups += ["provider", "''"]
      case .endpoint: groups += ["endpoint", "''"]
      }
    }
    // SQLite's sum() fails where 64 bits overflow, so that upper and lower halves are summed apart.
    let halves = UsageCells.amounts.map { "sum(\($0) >> 32), sum(\($0) & 4294967295)" }
    let places = (1...groups.count).map(String.init).joined(separator: ", ")
    return """
      SELECT \((groups + halves).joined(separator: ", "))
      FROM (\(cells)) AS cell JOIN usage_subject AS s ON s.id = cell.subject
      GROUP BY \(places) HAVING sum(requests) > 0 ORDER BY \(places)
      """
  }

  private static func sum(of row: borrowing Statement, _ query: UsageQuery) -> UsageSum {
    var sum = UsageSum()
    sum.startMilliseconds = row.optionalInt(0)
    for index in query.groupings.indices {
      let (name, owner) = (row.text(1 + 2 * index), row.text(2 + 2 * index))
      sum.names.append(
        UsageSum.Name(
          name: name.isEmpty ? nil : name, owner: name.isEmpty || owner.isEmpty ? nil : owner))
    }
    let first = 1 + 2 * query.groupings.count
    var values: [Int64] = []
    for index in UsageCells.amounts.indices {
      let upper = Int128(row.int(first + 2 * index)) << 32
      values.append(Int64(clamping: upper + Int128(row.int(first + 2 * index + 1))))
    }
    sum.requests = values[0]
    sum.served = values[1]
    sum.attempts = values[2]
    sum.unpriced = values[3]
    sum.estimated = values[4]
    sum.usage = LedgerColumns.usage { values[UsageCells.usageStart + $0] }
    let costs = UsageCells.usageStart + LedgerColumns.usage.count
    sum.costNanoUSD = values[costs]
    sum.possibleCostNanoUSD = values[costs + 1]
    return sum
  }
}
