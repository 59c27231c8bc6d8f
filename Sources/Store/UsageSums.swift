package import Providers

/// The usage of one user, token, model, key or provider over a range of time.
package struct UsageSum: Equatable, Sendable {
  /// Nil: requests that have none (refused before it was known), or all together.
  package var name: String?
  /// The provider of a key, the user of a token: their names are not unique without.
  package var owner: String?
  package var requests: Int64 = 0
  /// Those whose outcome is `served`.
  package var served: Int64 = 0
  package var usage = Usage()
  package var costNanoUSD: Int64 = 0
  /// Requests with usage and without a cost.
  package var unpriced: Int64 = 0
  /// Requests whose usage is an estimate.
  package var estimated: Int64 = 0

  package init() {}
}

extension LedgerReader {
  /// What sums are made for.
  package enum Grouping: String, Sendable, CaseIterable {
    case user
    case token
    case model
    case key
    case provider
  }

  /// Sums over the requests that finished in a range of time, the dearest first.
  ///
  /// - Parameters:
  ///   - grouping: Nil: one sum of all.
  ///   - fromMilliseconds: Unix time; nil: from the first request on.
  ///   - toMilliseconds: Exclusive; nil: to the last.
  /// - Returns: One sum for each name that occurs; none at all without requests. A sum above what
  ///   `Int64` holds stays at its maximum: usage of 2^63 may be a provider's nonsense, and recorded.
  /// - Throws: `StoreError`.
  package func sums(
    by grouping: Grouping?, fromMilliseconds: Int64? = nil, toMilliseconds: Int64? = nil
  ) throws(StoreError) -> [UsageSum] {
    let (name, owner) =
      switch grouping {
      case nil: ("NULL", "NULL")
      case .user: ("user", "NULL")
      case .token: ("token", "user")
      case .model: ("model", "NULL")
      case .key: ("key", "provider")
      case .provider: ("provider", "NULL")
      }
    // SQLite's sum() fails where 64 bits overflow, so that upper and lower halves are summed apart.
    let amounts = LedgerColumns.usage + ["cost_nano_usd"]
    let halves = amounts.map { "sum(\($0) >> 32), sum(\($0) & 4294967295)" }
    let rows = try database.prepare(
      """
      SELECT \(name) AS name, \(owner) AS owner, count(*), sum(outcome = 'served'),
        sum(cost_nano_usd IS NULL AND usage_source <> 'none'), sum(usage_source = 'estimated'),
        \(halves.joined(separator: ", "))
      FROM request WHERE finished_at >= ?1 AND finished_at < ?2
      GROUP BY 1, 2 HAVING count(*) > 0 ORDER BY 1, 2
      """)
    try rows.bind(1, fromMilliseconds ?? .min)
    try rows.bind(2, toMilliseconds ?? .max)
    var sums: [UsageSum] = []
    while try rows.step() { sums.append(Self.sum(of: rows)) }
    return sums.sorted { $0.costNanoUSD > $1.costNanoUSD }
  }

  private static func sum(of row: borrowing Statement) -> UsageSum {
    let first = 6
    var values: [Int64] = []
    for index in 0...LedgerColumns.usage.count {
      let upper = Int128(row.int(first + 2 * index)) << 32
      values.append(Int64(clamping: upper + Int128(row.int(first + 2 * index + 1))))
    }
    var sum = UsageSum()
    sum.name = row.optionalText(0)
    sum.owner = row.optionalText(1)
    sum.requests = row.int(2)
    sum.served = row.int(3)
    sum.unpriced = row.int(4)
    sum.estimated = row.int(5)
    sum.usage = LedgerColumns.usage { values[$0] }
    sum.costNanoUSD = values[LedgerColumns.usage.count]
    return sum
  }
}
