package import Gateway

/// Which requests of the ledger are wanted; what is nil does not restrict.
package struct LedgerFilter: Sendable {
  package var requestID: String?
  package var user: String?
  package var token: String?
  package var model: String?
  package var provider: String?
  package var key: String?
  package var status: Int?
  package var outcome: Receipt.Outcome?
  /// Unix time, milliseconds: those that finished at or after it.
  package var sinceMilliseconds: Int64?
  /// Those that finished before it.
  package var beforeMilliseconds: Int64?

  package init() {}
}

/// Reads the ledger over a connection of its own.
package final class LedgerReader {
  let database: Database
  private static let pageRows = 500

  package init(_ database: Database) { self.database = database }

  /// Opens a connection for reading beside the owner's.
  package convenience init(path: String) throws(StoreError) {
    self.init(try Database(path: path, .reader))
  }

  /// Goes through requests, the one that finished last first, without their details.
  ///
  /// Rows are read page by page and no read is open while `row` runs: it may take its time without
  /// keeping the write-ahead log from being emptied.
  ///
  /// - Parameters:
  ///   - limit: How many at most.
  ///   - filter: Which.
  ///   - row: Gets each in turn; false ends it.
  /// - Throws: `StoreError`.
  package func newest(
    limit: Int, matching filter: LedgerFilter = LedgerFilter(), _ row: (Receipt) -> Bool
  ) throws(StoreError) {
    var rest = limit
    var last: (finishedAt: Int64, id: Int64)?
    while rest > 0 {
      let wanted = min(rest, Self.pageRows)
      let page = try page(wanted, matching: filter, after: last)
      for entry in page where !row(entry.receipt) { return }
      guard page.count == wanted, let end = page.last else { return }
      last = (end.finishedAt, end.id)
      rest -= page.count
    }
  }

  /// The request of that id, with its detail.
  package func request(_ id: String) throws(StoreError) -> Receipt? {
    var filter = LedgerFilter()
    filter.requestID = id
    return try page(1, matching: filter, after: nil, isFull: true).first?.receipt
  }

  private struct Entry {
    let receipt: Receipt
    let finishedAt: Int64
    let id: Int64
  }

  private func page(
    _ count: Int, matching filter: LedgerFilter, after last: (finishedAt: Int64, id: Int64)?,
    isFull: Bool = false
  ) throws(StoreError) -> [Entry] {
    // Only the conditions asked for: SQLite plans a statement before it sees the values.
    var conditions: [String] = []
    if filter.requestID != nil { conditions.append("request_id = ?1") }
    if filter.user != nil { conditions.append("user = ?2") }
    if filter.token != nil { conditions.append("token = ?3") }
    if filter.model != nil { conditions.append("model = ?4") }
    if filter.provider != nil { conditions.append("provider = ?5") }
    if filter.key != nil { conditions.append("key = ?6") }
    if filter.status != nil { conditions.append("status = ?7") }
    if filter.outcome != nil { conditions.append("outcome = ?8") }
    if filter.sinceMilliseconds != nil { conditions.append("finished_at >= ?9") }
    if filter.beforeMilliseconds != nil { conditions.append("finished_at < ?10") }
    if last != nil { conditions.append("(finished_at, id) < (?11, ?12)") }
    let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    let columns = isFull ? LedgerColumns.all : LedgerColumns.listed
    // ?13 is in every statement, so that all of its parameters exist.
    let rows = try database.prepare(
      """
      SELECT \(columns.joined(separator: ", ")), id FROM request \(condition)
      ORDER BY finished_at DESC, id DESC LIMIT ?13
      """)
    try rows.bind(1, filter.requestID)
    try rows.bind(2, filter.user)
    try rows.bind(3, filter.token)
    try rows.bind(4, filter.model)
    try rows.bind(5, filter.provider)
    try rows.bind(6, filter.key)
    try rows.bind(7, filter.status.map { Int64($0) })
    try rows.bind(8, filter.outcome?.rawValue)
    try rows.bind(9, filter.sinceMilliseconds)
    try rows.bind(10, filter.beforeMilliseconds)
    try rows.bind(11, last?.finishedAt)
    try rows.bind(12, last?.id)
    try rows.bind(13, Int64(count))
    var page: [Entry] = []
    page.reserveCapacity(count)
    while try rows.step() {
      page.append(
        Entry(
          receipt: isFull
            ? try LedgerColumns.fullReceipt(of: rows) : try LedgerColumns.receipt(of: rows),
          finishedAt: rows.int(2), id: rows.int(columns.count)))
    }
    return page
  }
}
