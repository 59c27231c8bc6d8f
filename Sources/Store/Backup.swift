import CSQLite
import Glibc

extension Database {
  /// Copies the whole database, as it is at this moment, into a new file of mode 0600.
  ///
  /// Meant for a reader's connection: it sees one state from beginning to end and holds nobody up,
  /// but the write-ahead log cannot begin anew meanwhile.
  ///
  /// - Parameter path: Must not exist; on failure nothing is left there.
  /// - Throws: `StoreError.file` with `EEXIST`, or what SQLite says.
  package func backup(to path: String) throws(StoreError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .file(path: path, call: "open", code: errno) }
    _ = close(descriptor)
    do {
      let copy = try Database(path: path, .copy)
      try copy.copy(from: self)
      // One file to move about: a log beside it is made when it is next used.
      try copy.execute("PRAGMA journal_mode = DELETE")
    } catch {
      for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
      throw error
    }
  }

  private func copy(from source: Database) throws(StoreError) {
    guard let backup = sqlite3_backup_init(handle, "main", source.handle, "main") else {
      throw StoreError(handle, code: sqlite3_errcode(handle))
    }
    let stepped = sqlite3_backup_step(backup, -1)
    let finished = sqlite3_backup_finish(backup)
    guard stepped == SQLITE_DONE, finished == SQLITE_OK else {
      throw StoreError(handle, code: finished == SQLITE_OK ? stepped : finished)
    }
  }

  /// What SQLite finds wrong in the file, at most `limit` lines; empty when all is well.
  package func integrityProblems(limit: Int = 20) throws(StoreError) -> [String] {
    let rows = try prepare("PRAGMA integrity_check(\(limit))")
    var problems: [String] = []
    do throws(StoreError) {
      while try rows.step() { problems.append(rows.text(0)) }
    } catch {
      // Where the damage is too deep to go on, that is what was found.
      guard case .sqlite(let code, let message) = error, code & 0xFF == SQLITE_CORRUPT else {
        throw error
      }
      problems.append(message)
    }
    return problems == ["ok"] ? [] : problems
  }
}
