import CSQLite

/// A compiled statement.
///
/// Positions of values count from 1, columns from 0, as in SQLite.
package struct Statement: ~Copyable {
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer) { self.handle = handle }

  deinit { sqlite3_finalize(handle) }

  // MARK: Values

  package borrowing func bind(_ position: Int, _ value: Int64) throws(StoreError) {
    try check(sqlite3_bind_int64(handle, CInt(position), value))
  }

  package borrowing func bind(_ position: Int, _ value: Int64?) throws(StoreError) {
    guard let value else { return try bindNull(position) }
    try bind(position, value)
  }

  package borrowing func bind(_ position: Int, _ value: String) throws(StoreError) {
    let position = CInt(position)
    let status =
      value.utf8.withContiguousStorageIfAvailable {
        csqlite_bind_text(handle, position, $0.baseAddress, UInt64($0.count))
      }
      ?? Array(value.utf8).withUnsafeBytes {
        csqlite_bind_text(handle, position, $0.baseAddress, UInt64($0.count))
      }
    try check(status)
  }

  package borrowing func bind(_ position: Int, _ value: String?) throws(StoreError) {
    guard let value else { return try bindNull(position) }
    try bind(position, value)
  }

  package borrowing func bind(_ position: Int, _ value: [UInt8]) throws(StoreError) {
    try check(
      value.withUnsafeBytes {
        csqlite_bind_blob(handle, CInt(position), $0.baseAddress, UInt64($0.count))
      })
  }

  /// Binds a text that SQLite reads where it is: it must be there while the statement runs, and
  /// another be bound before it runs again.
  borrowing func bind(
    _ position: Int, lentText text: UnsafeRawBufferPointer
  ) throws(StoreError) {
    try check(
      csqlite_bind_static_text(handle, CInt(position), text.baseAddress, UInt64(text.count)))
  }

  /// Binds bytes as `bind(_:lentText:)` does a text.
  borrowing func bind(
    _ position: Int, lentBlob blob: UnsafeRawBufferPointer
  ) throws(StoreError) {
    try check(
      csqlite_bind_static_blob(handle, CInt(position), blob.baseAddress, UInt64(blob.count)))
  }

  package borrowing func bindNull(_ position: Int) throws(StoreError) {
    try check(sqlite3_bind_null(handle, CInt(position)))
  }

  // MARK: Steps

  /// Goes to the next row.
  ///
  /// - Returns: False when there is none.
  /// - Throws: `StoreError.sqlite`; the statement is reset and can be used again.
  package borrowing func step() throws(StoreError) -> Bool {
    let status = sqlite3_step(handle)
    switch status {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let error = StoreError(sqlite3_db_handle(handle), code: status)
      sqlite3_reset(handle)
      throw error
    }
  }

  /// Runs a statement that gives no rows, and resets it for the next values.
  package borrowing func run() throws(StoreError) {
    while try step() {}
    reset()
  }

  /// Ends a run before its last row; bound values stay.
  package borrowing func reset() { sqlite3_reset(handle) }

  // MARK: Columns of the current row

  var columnCount: Int { Int(sqlite3_column_count(handle)) }

  package borrowing func isNull(_ column: Int) -> Bool {
    sqlite3_column_type(handle, CInt(column)) == SQLITE_NULL
  }

  package borrowing func int(_ column: Int) -> Int64 { sqlite3_column_int64(handle, CInt(column)) }

  package borrowing func optionalInt(_ column: Int) -> Int64? {
    isNull(column) ? nil : int(column)
  }

  package borrowing func text(_ column: Int) -> String {
    guard let start = sqlite3_column_text(handle, CInt(column)) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, CInt(column)))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  package borrowing func optionalText(_ column: Int) -> String? {
    isNull(column) ? nil : text(column)
  }

  /// The bytes of a text or a blob.
  package borrowing func bytes(_ column: Int) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, CInt(column)) else { return [] }
    let count = Int(sqlite3_column_bytes(handle, CInt(column)))
    return Array(UnsafeRawBufferPointer(start: start, count: count))
  }

  private borrowing func check(_ status: CInt) throws(StoreError) {
    guard status == SQLITE_OK else {
      throw StoreError(sqlite3_db_handle(handle), code: status)
    }
  }
}
