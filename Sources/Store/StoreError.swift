import CSQLite
import Glibc

/// Why something could not be stored or read.
///
/// A message of SQLite's may name tables and columns; it never holds a bound value.
package enum StoreError: Error, Equatable, Sendable {
  /// SQLite's extended result code and its words.
  case sqlite(code: Int32, message: String)
  /// The file is a database of another program.
  case notOurs(path: String)
  /// A later version of the appliance wrote the database.
  case schemaTooNew(path: String, found: Int64, known: Int64)
  /// A row that cannot have been written by us; says where.
  case damaged(String)
  /// A system call on a path of the data directory failed.
  case file(path: String, call: String, code: Int32)
  /// The data directory is open to others and holds files that are not ours.
  case directoryNotPrivate(path: String, mode: UInt32)
  /// Another process has the data directory.
  case inUse(path: String, process: Int32?)
  /// What an earlier run has left in the journal cannot be stored; says why.
  case journalWaits(String)
  /// The writer has been closed.
  case closed

  /// What happened, then what to do about it.
  package var message: String {
    switch self {
    case .sqlite(let code, let message):
      "SQLite: \(message) (code \(code))."
    case .notOurs(let path):
      "\(path) is not a database of the appliance. Choose another data directory."
    case .schemaTooNew(let path, let found, let known):
      "\(path) was written by a later version of the appliance (schema \(found), this one knows up "
        + "to \(known)). Install that version, or restore a backup made before the upgrade."
    case .damaged(let what):
      "The database is damaged: \(what). Restore a backup."
    case .file(let path, let call, let code):
      "\(path): \(call): \(systemMessage(code))."
    case .directoryNotPrivate(let path, let mode):
      "The data directory \(path) holds other files and has mode \(String(mode, radix: 8)): others "
        + "may use it. Run: chmod 700 \(path) — or choose another directory."
    case .inUse(let path, let process):
      "The data directory \(path) is in use by "
        + (process.map { "process \($0)." } ?? "another process.")
    case .journalWaits(let problem):
      "What the last run has left in the journal cannot be stored, and without it nobody knows who "
        + "has spent what: \(problem) Mend that and start again: nothing of it is lost."
    case .closed:
      "The store is closed."
    }
  }

  /// Whether the values of one row are to blame: any other row may be stored.
  var rejectsRow: Bool {
    guard case .sqlite(let code, _) = self else { return false }
    return switch code & 0xFF {
    case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_RANGE: true
    default: false
    }
  }

  /// The failure that a connection has just met.
  init(_ database: OpaquePointer?, code: Int32) {
    guard let database else {
      self = .sqlite(code: code, message: String(cString: sqlite3_errstr(code)))
      return
    }
    self = .sqlite(
      code: sqlite3_extended_errcode(database), message: String(cString: sqlite3_errmsg(database)))
  }
}

/// The system's words for an `errno`.
func systemMessage(_ code: Int32) -> String {
  var buffer = [CChar](repeating: 0, count: 128)
  guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
  let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
  return String(decoding: bytes, as: UTF8.self)
}
