import CSQLite
import Glibc

/// A wrapped key as it is stored; the vault knows what it means.
package struct StoredKey: Equatable, Sendable {
  package let id: String
  package let purpose: String
  package let wrapped: String
  /// Unix time, milliseconds.
  package let createdAtMilliseconds: Int64

  package init(id: String, purpose: String, wrapped: String, createdAtMilliseconds: Int64) {
    self.id = id
    self.purpose = purpose
    self.wrapped = wrapped
    self.createdAtMilliseconds = createdAtMilliseconds
  }
}

/// The table of wrapped keys.
package enum KeyStore {
  /// The keys of a database that may not exist yet, without writing a byte.
  ///
  /// For the time before the master key is known to be right. The data directory's lock must be
  /// held.
  package static func peek(path: String) throws(StoreError) -> [StoredKey] {
    guard access(path, F_OK) == 0 else {
      guard errno == ENOENT else { throw .file(path: path, call: "access", code: errno) }
      return []
    }
    // A log that is not empty was left by a crash, and holds the newest pages.
    var log = stat()
    let hasLog = stat("\(path)-wal", &log) == 0 && log.st_size > 0
    let database = try Database(path: path, hasLog ? .reader : .onlyReader)
    guard try Migration.check(database) > 0 else { return [] }
    return try all(in: database)
  }

  /// All keys, the oldest first.
  package static func all(in database: Database) throws(StoreError) -> [StoredKey] {
    let rows = try database.prepare(
      "SELECT id, purpose, wrapped, created_at FROM data_key ORDER BY created_at, id")
    var keys: [StoredKey] = []
    while try rows.step() {
      keys.append(
        StoredKey(
          id: rows.text(0), purpose: rows.text(1), wrapped: rows.text(2),
          createdAtMilliseconds: rows.int(3)))
    }
    return keys
  }

  /// Adds keys, or replaces the wrapping of those that are there; in the caller's transaction.
  package static func put(_ keys: [StoredKey], in database: Database) throws(StoreError) {
    let statement = try database.prepare(
      """
      INSERT INTO data_key (id, purpose, wrapped, created_at) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT (id) DO UPDATE SET wrapped = excluded.wrapped
      """)
    for key in keys {
      try statement.bind(1, key.id)
      try statement.bind(2, key.purpose)
      try statement.bind(3, key.wrapped)
      try statement.bind(4, key.createdAtMilliseconds)
      try statement.run()
    }
  }
}
