package import Gateway
import JSON

/// The table of changes that were made to records.
///
/// Written in the transaction that makes the change. Bounded: the oldest rows go when there are
/// more than `rowsMax`.
package enum AuditLog {
  package static let rowsMax: Int64 = 100_000

  /// Stores entries, in the caller's transaction.
  package static func add(
    _ entries: [AuditEntry], to database: Database, rowsMax: Int64 = rowsMax
  ) throws(StoreError) {
    let statement = try database.prepare(
      """
      INSERT INTO audit
        (at, origin, uid, pid, actor, operation, kind, record_id, name, change, before, after,
        address)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
      """)
    for row in AuditRow.rows(of: entries) {
      let entry = row.entry
      try statement.bind(1, entry.atMilliseconds)
      try statement.bind(2, entry.actor.origin.rawValue)
      try statement.bind(3, entry.actor.userID.map { Int64($0) })
      try statement.bind(4, entry.actor.processID.map { Int64($0) })
      try statement.bind(5, entry.actor.name)
      try statement.bind(6, entry.operation)
      try statement.bind(7, entry.kind.rawValue)
      try statement.bind(8, row.recordID)
      try statement.bind(9, row.name)
      try statement.bind(10, entry.change.rawValue)
      try statement.bind(11, row.beforeText)
      try statement.bind(12, row.afterText)
      try statement.bind(13, entry.actor.address)
      try statement.run()
    }
    let purge = try database.prepare(
      "DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?1")
    try purge.bind(1, rowsMax)
    try purge.run()
  }

  /// Which entries are wanted; what is nil does not restrict.
  package struct Filter: Sendable {
    package var kind: Record.Kind?
    package var name: String?
    /// Unix time, milliseconds: those made at or after it.
    package var sinceMilliseconds: Int64?

    package init() {}
  }

  /// The newest entries first.
  package static func newest(
    limit: Int, matching filter: Filter = Filter(), in database: Database
  ) throws(StoreError) -> [AuditEntry] {
    let rows = try database.prepare(
      """
      SELECT at, origin, uid, pid, actor, operation, kind, record_id, name, change, before, after,
        address
      FROM audit
      WHERE (?1 IS NULL OR kind = ?1) AND (?3 IS NULL OR at >= ?3)
        AND (?2 IS NULL OR name = ?2 OR name = '' AND instr(coalesce(after, before), ?4))
      ORDER BY id DESC
      """)
    try rows.bind(1, filter.kind?.rawValue)
    try rows.bind(2, filter.name)
    try rows.bind(3, filter.sinceMilliseconds)
    try rows.bind(4, filter.name.map(AuditRow.quoted))
    var entries: [AuditEntry] = []
    while entries.count < limit, try rows.step() {
      for entry in try AuditRow.entries(of: try entry(of: rows))
      where entries.count < limit && entry.name == filter.name ?? entry.name {
        entries.append(entry)
      }
    }
    return entries
  }

  private static func entry(of rows: borrowing Statement) throws(StoreError) -> AuditEntry {
    guard let origin = AuditActor.Origin(rawValue: rows.text(1)),
      let kind = Record.Kind(rawValue: rows.text(6)),
      let change = AuditEntry.Change(rawValue: rows.text(9))
    else { throw .damaged("an entry of the audit has a word that is not known") }
    return AuditEntry(
      atMilliseconds: rows.int(0),
      actor: AuditActor(
        origin: origin, userID: rows.optionalInt(2).map { UInt32(truncatingIfNeeded: $0) },
        processID: rows.optionalInt(3).map { Int32(truncatingIfNeeded: $0) },
        name: rows.optionalText(4), address: rows.optionalText(12)),
      operation: rows.text(5), kind: kind, recordID: rows.text(7), name: rows.text(8),
      change: change, before: try value(10, of: rows), after: try value(11, of: rows))
  }

  private static func value(
    _ column: Int, of rows: borrowing Statement
  ) throws(StoreError) -> JSONValue? {
    guard !rows.isNull(column) else { return nil }
    do {
      return try JSONValue(parsing: rows.bytes(column))
    } catch {
      throw .damaged("an entry of the audit is not JSON")
    }
  }
}
