import Foundation
import Testing

@testable import Store

@Suite("A connection to SQLite")
struct DatabaseTests {
  @Test func isPrivateWhateverTheUmask() throws {
    try withFolder { folder throws in
      let before = umask(0)
      defer { umask(before) }
      let database = try Database(path: "\(folder)/a.db", .owner)
      try database.execute("CREATE TABLE one (id INTEGER) STRICT")
      for name in ["a.db", "a.db-wal", "a.db-shm"] {
        #expect(try mode("\(folder)/\(name)") == 0o600)
      }
    }
  }

  @Test func makesAnOpenFilePrivate() throws {
    try withFolder { folder throws in
      let path = "\(folder)/a.db"
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
      chmod(path, 0o644)
      _ = try Database(path: path, .owner)
      #expect(try mode(path) == 0o600)
    }
  }

  @Test func hasThePragmasOfTheDesign() throws {
    try withDatabase { database throws in
      #expect(try database.integer("PRAGMA synchronous") == 2)
      #expect(try database.integer("PRAGMA foreign_keys") == 1)
      #expect(try database.integer("PRAGMA trusted_schema") == 0)
      let mode = try database.prepare("PRAGMA journal_mode")
      #expect(try mode.step())
      #expect(mode.text(0) == "wal")
    }
  }

  @Test func aTransactionIsAllOrNothing() throws {
    try withDatabase { database throws in
      try database.execute("CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT")
      #expect(throws: StoreError.closed) {
        try database.transaction { () throws(StoreError) in
          try database.execute("INSERT INTO one VALUES (1)")
          throw StoreError.closed
        }
      }
      #expect(!database.isInTransaction)
      #expect(try database.integer("SELECT count(*) FROM one") == 0)
      try database.transaction { () throws(StoreError) in
        try database.execute("INSERT INTO one VALUES (1)")
        _ = #expect(throws: StoreError.closed) {
          try database.savepoint { () throws(StoreError) in
            try database.execute("INSERT INTO one VALUES (2)")
            throw StoreError.closed
          }
        }
        try database.savepoint { () throws(StoreError) in
          try database.execute("INSERT INTO one VALUES (3)")
        }
      }
      #expect(try database.integer("SELECT sum(id) FROM one") == 4)
    }
  }

  @Test func aReaderCannotWrite() throws {
    try withDatabase { owner throws in
      let reader = try Database(path: owner.path, .reader)
      #expect(throws: StoreError.self) { try reader.execute("DELETE FROM record") }
      #expect(throws: StoreError.self) {
        try Database(path: owner.path + ".none", .reader)
      }
    }
  }

  @Test func readsAFileWithoutATrace() throws {
    try withFolder { folder throws in
      let path = "\(folder)/a 100%?#.db"
      do {
        let owner = try Database(path: path, .owner)
        try owner.execute("CREATE TABLE one (id INTEGER) STRICT; INSERT INTO one VALUES (7)")
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
      let reader = try Database(path: path, .onlyReader)
      #expect(try reader.integer("SELECT id FROM one") == 7)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    }
  }

  @Test func forgetsThePagesItKeeps() throws {
    try withDatabase { database throws in
      try database.execute("CREATE TABLE one (text TEXT) STRICT")
      for _ in 0..<100 {
        try database.execute("INSERT INTO one VALUES (hex(randomblob(10000)))")
      }
      #expect(database.cachedBytes > 1_000_000)
      database.forgetPages()
      #expect(database.cachedBytes < 100_000)
      #expect(try database.integer("SELECT sum(length(text)) FROM one") == 2_000_000)
    }
  }

  @Test func emptiesItsLog() throws {
    try withDatabase { database throws in
      try database.execute("CREATE TABLE one (text TEXT) STRICT")
      for _ in 0..<20 {
        try database.execute("INSERT INTO one VALUES (hex(randomblob(10000)))")
      }
      #expect(database.walPageCount > 100)
      #expect(try database.checkpoint(.truncate))
      #expect(database.walPageCount == 0)
      let size =
        try FileManager.default
        .attributesOfItem(atPath: database.path + "-wal")[.size] as? Int
      #expect(size == 0)
    }
  }

  /// A reader in the middle of a read is waited for, but not for ever.
  @Test func aCheckpointInVainIsNoError() throws {
    try withDatabase { database throws in
      let reader = try Database(path: database.path, .reader)
      let rows = try reader.prepare("SELECT name FROM meta UNION ALL SELECT name FROM meta")
      #expect(try rows.step())
      try database.execute("INSERT INTO meta VALUES ('one', 1)")
      #expect(try !database.checkpoint(.truncate, waitMilliseconds: 10))
    }
  }

  @Test func aFileThatIsNoDatabaseIsAnError() throws {
    try withFolder { folder throws in
      let path = "\(folder)/a.db"
      try Data("not a database, but long enough to be read as one".utf8)
        .write(to: URL(fileURLWithPath: path))
      #expect(throws: StoreError.self) { try Database(path: path, .owner) }
      #expect(throws: StoreError.self) { try Database(path: "\(folder)/no/a.db", .owner) }
    }
  }
}
