package import Cluster
package import Gateway
import JSON

/// The table of records.
///
/// A later version wins, wherever and in whatever order they come.
package enum RecordStore {
  /// All records, tombstones among them.
  package static func all(in database: Database) throws(StoreError) -> [Record] {
    let rows = try database.prepare(
      "SELECT kind, id, wall, logical, node, value FROM record ORDER BY kind, id")
    var records: [Record] = []
    while try rows.step() { records.append(try record(of: rows)) }
    // From here on they are in memory.
    database.forgetPages()
    return records
  }

  /// Stores those records that are newer than what is there; in the caller's transaction.
  ///
  /// - Parameters:
  ///   - records: In any order; several versions of one record may be among them.
  ///   - database: The owner's.
  /// - Returns: Those that were stored; the others lost against a later version.
  /// - Throws: `StoreError`; the caller's transaction takes all of it back.
  package static func apply(
    _ records: [Record], to database: Database
  ) throws(StoreError) -> [Record] {
    // A node is a UInt64 stored as the Int64 of the same bits: negative ones are the larger.
    let statement = try database.prepare(
      """
      INSERT INTO record (kind, id, wall, logical, node, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT (kind, id) DO UPDATE
      SET wall = excluded.wall, logical = excluded.logical, node = excluded.node,
          value = excluded.value
      WHERE (excluded.wall, excluded.logical, excluded.node < 0, excluded.node)
          > (wall, logical, node < 0, node)
      """)
    var stored: [Record] = []
    for record in records {
      try statement.bind(1, record.kind.rawValue)
      try statement.bind(2, record.id)
      try statement.bind(3, record.version.wallMilliseconds)
      try statement.bind(4, Int64(record.version.logical))
      try statement.bind(5, Int64(bitPattern: record.version.node))
      try statement.bind(6, record.value?.text)
      try statement.run()
      if database.changeCount > 0 { stored.append(record) }
    }
    return stored
  }

  /// The newest version in the store: a clock must not go behind it.
  package static func newestVersion(in database: Database) throws(StoreError) -> Version? {
    let rows = try database.prepare(
      """
      SELECT wall, logical, node FROM record
      ORDER BY wall DESC, logical DESC, node < 0 DESC, node DESC LIMIT 1
      """)
    guard try rows.step() else { return nil }
    return try version(of: rows, from: 0, "the newest record")
  }

  /// The id of this node, made with the database.
  package static func nodeID(in database: Database) throws(StoreError) -> UInt64 {
    UInt64(bitPattern: try database.integer("SELECT value FROM meta WHERE name = 'node_id'"))
  }

  /// Removes tombstones that are older than `wallMilliseconds`.
  ///
  /// - Returns: How many there were.
  package static func purgeTombstones(
    before wallMilliseconds: Int64, in database: Database
  ) throws(StoreError) -> Int {
    let statement = try database.prepare("DELETE FROM record WHERE value IS NULL AND wall < ?1")
    try statement.bind(1, wallMilliseconds)
    try statement.run()
    return database.changeCount
  }

  private static func record(of rows: borrowing Statement) throws(StoreError) -> Record {
    let id = rows.text(1)
    guard let kind = Record.Kind(rawValue: rows.text(0)) else {
      throw .damaged("record \(id) has the unknown kind '\(rows.text(0))'")
    }
    let place = "record \(kind.rawValue) \(id)"
    var value: JSONValue?
    if !rows.isNull(5) {
      do {
        value = try JSONValue(parsing: rows.bytes(5))
      } catch {
        throw .damaged("\(place) is not JSON")
      }
    }
    return Record(
      kind: kind, id: id, version: try version(of: rows, from: 2, place), value: value)
  }

  private static func version(
    of rows: borrowing Statement, from column: Int, _ place: String
  ) throws(StoreError) -> Version {
    guard let logical = UInt32(exactly: rows.int(column + 1)) else {
      throw .damaged("\(place) has the logical time \(rows.int(column + 1))")
    }
    return Version(
      wallMilliseconds: rows.int(column), logical: logical,
      node: UInt64(bitPattern: rows.int(column + 2)))
  }
}
