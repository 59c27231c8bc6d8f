/// Admissions whose ends are not stored yet, in a table of their own; the writer's thread has it.
///
/// An admission whose end comes with it, as most do, is never in here.
final class OpenAdmissions {
  private let database: Database
  private let insert: Statement
  private let delete: Statement
  /// What the table holds, so that an end is not looked up in vain.
  private var stored: Set<Key> = []
  private var added: [Key] = []
  private var removed: [Key] = []

  private struct Key: Hashable {
    let ring: Int64
    let position: Int64
  }

  init(_ database: Database) throws(StoreError) {
    self.database = database
    insert = try database.prepare(
      "INSERT OR REPLACE INTO open_admission (ring, position, receipt) VALUES (?1, ?2, ?3)",
      isKept: true)
    delete = try database.prepare(
      "DELETE FROM open_admission WHERE ring = ?1 AND position = ?2", isKept: true)
    let rows = try database.prepare("SELECT ring, position FROM open_admission")
    while try rows.step() { stored.insert(Key(ring: rows.int(0), position: rows.int(1))) }
  }

  // MARK: A step, which is a transaction of the caller

  func begin() {
    added.removeAll(keepingCapacity: true)
    removed.removeAll(keepingCapacity: true)
  }

  /// The transaction has failed: the table is as it was.
  func rollBack() {
    for key in added { stored.remove(key) }
    stored.formUnion(removed)
    begin()
  }

  func add(ring: Int64, position: Int64, _ receipt: UnsafeRawBufferPointer) throws(StoreError) {
    try insert.bind(1, ring)
    try insert.bind(2, position)
    try insert.bind(3, Array(receipt))
    try insert.run()
    let key = Key(ring: ring, position: position)
    if stored.insert(key).inserted { added.append(key) }
  }

  func remove(ring: Int64, position: Int64) throws(StoreError) {
    let key = Key(ring: ring, position: position)
    guard stored.contains(key) else { return }
    try delete.bind(1, ring)
    try delete.bind(2, position)
    try delete.run()
    forget(key)
  }

  /// All of one ring, oldest first; the table no longer holds them.
  func takeAll(of ring: Int64) throws(StoreError) -> [[UInt8]] {
    try takeAll { $0 == ring }
  }

  /// All of rings that are none of these.
  func takeAll(exceptOf rings: [Int64]) throws(StoreError) -> [[UInt8]] {
    try takeAll { !rings.contains($0) }
  }

  private func takeAll(_ isWanted: (Int64) -> Bool) throws(StoreError) -> [[UInt8]] {
    var receipts: [[UInt8]] = []
    let select = try database.prepare(
      "SELECT receipt FROM open_admission WHERE ring = ?1 AND position = ?2")
    let keys = stored.filter { isWanted($0.ring) }.sorted {
      ($0.ring, $0.position) < ($1.ring, $1.position)
    }
    for key in keys {
      try select.bind(1, key.ring)
      try select.bind(2, key.position)
      if try select.step() { receipts.append(select.bytes(0)) }
      select.reset()
      try remove(ring: key.ring, position: key.position)
    }
    return receipts
  }

  private func forget(_ key: Key) {
    stored.remove(key)
    removed.append(key)
  }
}
