import Foundation
import Testing

@testable import Store

@Suite("Backup and integrity")
struct BackupTests {
  @Test func isOneWholePrivateFile() throws {
    try withFolder { folder throws in
      let journaled = try Journaled(folder)
      let writer = journaled.writer
      for number in 0..<1_000 { journaled.record(receipt("\(number)")) }
      try writer.performAndWait { _ in }
      let copy = "\(folder)/copy.db"
      try Database(path: writer.path, .reader).backup(to: copy)
      journaled.record(receipt("later"))
      #expect(try mode(copy) == 0o600)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names.filter { $0.hasPrefix("copy") } == ["copy.db"])
      let restored = try Database(path: copy, .owner)
      #expect(try restored.integrityProblems() == [])
      #expect(try restored.integer("SELECT count(*) FROM request") == 1_000)
      try Migration.apply(to: restored)
    }
  }

  @Test func overwritesNothing() throws {
    try withDatabase { database throws in
      let path = database.path + ".copy"
      try Data("theirs".utf8).write(to: URL(fileURLWithPath: path))
      #expect(throws: StoreError.file(path: path, call: "open", code: EEXIST)) {
        try database.backup(to: path)
      }
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "theirs")
    }
  }

  @Test func findsADamagedPage() throws {
    try withFolder { folder throws in
      let path = "\(folder)/a.db"
      do {
        let database = try Database(path: path, .owner)
        try Migration.apply(to: database)
        let ledger = try Ledger(database)
        try database.transaction { () throws(StoreError) in
          for number in 0..<2_000 { try ledger.add(receipt("\(number)")) }
        }
      }
      let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
      try file.seek(toOffset: 40 * 4_096)
      try file.write(contentsOf: Data(repeating: 0xA5, count: 4_096))
      try file.close()
      let problems = try Database(path: path, .reader).integrityProblems(limit: 5)
      #expect(!problems.isEmpty)
    }
  }
}
