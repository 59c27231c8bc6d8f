import CSQLite
import Glibc

/// One connection to a SQLite database.
///
/// Not `Sendable`: a connection and its statements stay on the thread that opened it. It closes when
/// the last of them is gone.
package final class Database {
  package enum Access: Sendable {
    /// Reads, writes and checkpoints: the one connection of the process that does.
    case owner
    /// Reads, beside an owner.
    case reader
    /// Reads a file that nobody is writing, without leaving a trace beside it.
    case onlyReader
    /// Fills a new file with the pages of another.
    case copy
  }

  let handle: OpaquePointer
  package let path: String
  private let walPages: UnsafeMutablePointer<CInt>
  private let rollbacks: UnsafeMutablePointer<Int>

  package init(path: String, _ access: Access) throws(StoreError) {
    if access == .owner { try Self.makePrivate(path) }
    let base = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
    let (name, flags) =
      switch access {
      case .owner: (path, base | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
      case .copy: (path, base | SQLITE_OPEN_READWRITE)
      case .reader: (path, base | SQLITE_OPEN_READONLY)
      case .onlyReader:
        ("file:\(percentEncoded(path))?immutable=1", base | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
      }
    var opened: OpaquePointer?
    let status = sqlite3_open_v2(name, &opened, flags, nil)
    guard status == SQLITE_OK, let opened else {
      let error = StoreError(opened, code: status)
      sqlite3_close_v2(opened)
      throw error
    }
    handle = opened
    self.path = path
    walPages = UnsafeMutablePointer<CInt>.allocate(capacity: 1)
    walPages.initialize(to: 0)
    rollbacks = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    rollbacks.initialize(to: 0)
    sqlite3_rollback_hook(
      handle, { $0?.assumingMemoryBound(to: Int.self).pointee += 1 }, rollbacks)
    try configure(access)
  }

  deinit {
    // Waits for the statements: what is left of them closes the connection.
    sqlite3_close_v2(handle)
    walPages.deallocate()
    rollbacks.deallocate()
  }

  /// Pages in the write-ahead log after this connection's last commit.
  package var walPageCount: Int { Int(walPages.pointee) }

  /// How often changes were taken back, by whatever way: what is remembered of rows that were
  /// written before may be wrong then.
  package var rollbackCount: Int { rollbacks.pointee }

  /// Runs statements that give no rows; the text is a constant of ours.
  package func execute(_ sql: String) throws(StoreError) {
    let status = sqlite3_exec(handle, sql, nil, nil, nil)
    guard status == SQLITE_OK else { throw StoreError(handle, code: status) }
  }

  /// Compiles one statement; the text is a constant of ours, values are bound.
  package func prepare(_ sql: String, isKept: Bool = false) throws(StoreError) -> Statement {
    var statement: OpaquePointer?
    let status = sqlite3_prepare_v3(
      handle, sql, -1, isKept ? UInt32(SQLITE_PREPARE_PERSISTENT) : 0, &statement, nil)
    guard status == SQLITE_OK else { throw StoreError(handle, code: status) }
    guard let statement else { throw .sqlite(code: SQLITE_MISUSE, message: "no statement") }
    return Statement(statement)
  }

  /// The first column of the first row, which must be an integer.
  package func integer(_ sql: String) throws(StoreError) -> Int64 {
    let statement = try prepare(sql)
    guard try statement.step() else { throw .damaged("no row for \(sql)") }
    return statement.int(0)
  }

  /// Rows changed by the last statement.
  var changeCount: Int { Int(sqlite3_changes(handle)) }

  /// The number of the last row that was inserted.
  var lastRow: Int64 { sqlite3_last_insert_rowid(handle) }

  /// Runs `body` in a transaction that holds the write lock from its start; all of it or nothing.
  package func transaction<Result>(
    _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try execute("BEGIN IMMEDIATE")
    do {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      rollBack()
      throw error
    }
  }

  /// Runs `body` so that its changes, and no others of the open transaction, go if it throws.
  package func savepoint<Result>(
    _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try execute("SAVEPOINT step")
    do {
      let result = try body()
      try execute("RELEASE step")
      return result
    } catch {
      rollbacks.pointee += 1
      if isInTransaction { try execute("ROLLBACK TO step; RELEASE step") }
      throw error
    }
  }

  /// SQLite may have rolled back by itself when the disk was full (sqlite.org/lang_transaction.html).
  var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  private func rollBack() {
    if isInTransaction { _ = sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
  }

  /// Frees the pages that the connection keeps for later; they are read again when they are needed.
  package func forgetPages() { sqlite3_db_release_memory(handle) }

  /// Bytes of the pages that the connection keeps.
  var cachedBytes: Int {
    var bytes: CInt = 0
    var most: CInt = 0
    sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_USED, &bytes, &most, 0)
    return Int(bytes)
  }

  /// How far a checkpoint goes to empty the write-ahead log.
  package enum Checkpoint: Sendable {
    /// What can be copied without waiting for anybody.
    case passive
    /// All, waiting for readers; the log file is empty afterwards.
    case truncate
  }

  /// Copies the write-ahead log into the database file.
  ///
  /// - Parameters:
  ///   - extent: How far to go.
  ///   - waitMilliseconds: How long to wait for readers.
  /// - Returns: Whether all of it was copied.
  /// - Throws: `StoreError.sqlite`; waiting in vain is no error.
  package func checkpoint(
    _ extent: Checkpoint, waitMilliseconds: Int32 = 0
  ) throws(StoreError) -> Bool {
    sqlite3_busy_timeout(handle, waitMilliseconds)
    defer { sqlite3_busy_timeout(handle, Self.busyMilliseconds) }
    var pages: CInt = 0
    var copied: CInt = 0
    let mode = extent == .passive ? SQLITE_CHECKPOINT_PASSIVE : SQLITE_CHECKPOINT_TRUNCATE
    let status = sqlite3_wal_checkpoint_v2(handle, nil, mode, &pages, &copied)
    if status & 0xFF == SQLITE_BUSY { return false }
    guard status == SQLITE_OK else { throw StoreError(handle, code: status) }
    if extent == .truncate { walPages.pointee = 0 }
    return pages == copied
  }

  private static let busyMilliseconds: CInt = 5_000

  private func configure(_ access: Access) throws(StoreError) {
    sqlite3_busy_timeout(handle, Self.busyMilliseconds)
    csqlite_configure(handle, SQLITE_DBCONFIG_DEFENSIVE, 1)
    try execute("PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY")
    switch access {
    case .owner: try configureOwner()
    case .reader, .onlyReader: try execute("PRAGMA query_only = ON")
    case .copy: break
    }
  }

  private func configureOwner() throws(StoreError) {
    let mode = try prepare("PRAGMA journal_mode = WAL")
    guard try mode.step(), mode.text(0) == "wal" else {
      throw .sqlite(
        code: SQLITE_CANTOPEN, message: "no write-ahead log possible on this file system")
    }
    try execute(
      """
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
      PRAGMA cache_size = -16384;
      PRAGMA journal_size_limit = 16777216;
      """)
    // In place of SQLite's own checkpoints: the writer decides when, and knows how long the log is.
    sqlite3_wal_hook(
      handle,
      { context, _, _, pages in
        context?.assumingMemoryBound(to: CInt.self).pointee = pages
        return SQLITE_OK
      }, walPages)
  }

  /// Makes the file before SQLite would, with mode 0600, which its log then takes over.
  ///
  /// An existing file is never opened here: closing it would drop the locks that other connections
  /// of this process hold on it (fcntl(2), and "How To Corrupt", section 2.2, on sqlite.org).
  private static func makePrivate(_ path: String) throws(StoreError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      _ = close(descriptor)
      return
    }
    guard errno == EEXIST else { throw .file(path: path, call: "open", code: errno) }
    guard chmod(path, 0o600) == 0 else { throw .file(path: path, call: "chmod", code: errno) }
  }
}

/// A path as SQLite's URI names want it (sqlite.org/uri.html).
private func percentEncoded(_ path: String) -> String {
  var out = ""
  for byte in path.utf8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
      UInt8(ascii: "-"), UInt8(ascii: "_"):
      out.unicodeScalars.append(Unicode.Scalar(byte))
    default:
      out += (byte < 16 ? "%0" : "%") + String(byte, radix: 16)
    }
  }
  return out
}
