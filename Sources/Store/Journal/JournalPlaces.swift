/// How far each ring of the journal has been stored; the writer's thread has it.
final class JournalPlaces {
  private let database: Database
  private let put: Statement

  init(_ database: Database) throws(StoreError) {
    self.database = database
    put = try database.prepare(
      """
      INSERT INTO journal_place (ring, position, slot) VALUES (?1, ?2, ?3)
      ON CONFLICT (ring) DO UPDATE SET position = excluded.position, slot = excluded.slot
      """, isKept: true)
  }

  /// The place of a ring; nil where none is known, or none that can be in it.
  func cursor(of facts: JournalRing.Facts) throws(StoreError) -> JournalCursor? {
    let row = try database.prepare("SELECT position, slot FROM journal_place WHERE ring = ?1")
    try row.bind(1, facts.id)
    guard try row.step(), let slot = Int(exactly: row.int(1)), row.int(0) >= 0,
      (0..<facts.geometry.slotCount).contains(slot)
    else { return nil }
    return JournalCursor(position: row.int(0), slot: slot)
  }

  /// In the caller's transaction: the one that stores the entries before it.
  func set(_ cursor: JournalCursor, of ring: Int64) throws(StoreError) {
    try put.bind(1, ring)
    try put.bind(2, cursor.position)
    try put.bind(3, Int64(cursor.slot))
    try put.run()
  }

  func remove(_ ring: Int64) throws(StoreError) {
    let statement = try database.prepare("DELETE FROM journal_place WHERE ring = ?1")
    try statement.bind(1, ring)
    try statement.run()
  }
}
