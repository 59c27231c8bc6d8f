import Foundation
import Gateway
import Synchronization
import Testing

@testable import Store

@Suite("The writer's thread")
struct WriterLoopTests {
  func logBytes(_ path: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
    return attributes?[.size] as? Int ?? 0
  }

  /// A row that SQLite will not take is counted, and holds up no other.
  @Test func aRowThatIsRejectedIsLostAlone() throws {
    try withFolder { folder throws in
      let writer = try Writer(path: "\(folder)/appliance.db")
      try writer.performAndWait { database throws(StoreError) in
        try database.execute(
          """
          CREATE TRIGGER picky BEFORE INSERT ON request WHEN new.model = 'bad'
          BEGIN SELECT raise(ABORT, 'not this one'); END
          """)
      }
      for number in 0..<10 {
        var row = receipt("\(number)")
        if number == 4 { row.model = "bad" }
        writer.record(row)
      }
      try writer.performAndWait { _ in }
      #expect(writer.health == Writer.Health(waitingRows: 0, lostRows: 1, problem: nil))
      let rows = try writer.performAndWait { database throws(StoreError) in
        try database.integer("SELECT count(*) FROM request")
      }
      #expect(rows == 9)
    }
  }

  /// The log stays short although a connection for reading is open and used all the time.
  @Test func theLogIsKeptShort() throws {
    try withFolder { folder throws in
      let writer = try Writer(path: "\(folder)/appliance.db")
      let reader = try LedgerReader(path: writer.path)
      var longest = 0
      for round in 0..<40 {
        for number in 0..<2_000 { writer.record(receipt("\(round) \(number)")) }
        try writer.performAndWait { _ in }
        try reader.newest(limit: 600) { _ in true }
        longest = max(longest, logBytes(writer.path))
      }
      print("longest log: \(longest / 1_024) KiB for 80,000 rows")
      #expect(longest < 64 << 20)
      writer.close()
      #expect(logBytes(writer.path) == 0)
    }
  }

  /// The database may not grow: what a full disk looks like to SQLite.
  @Test func rowsAreKeptUntilThereIsRoom() throws {
    try withFolder { folder throws in
      let writer = try Writer(
        path: "\(folder)/appliance.db", limits: .init(rowsMax: 5_000, retryMilliseconds: 20))
      try writer.performAndWait { database throws(StoreError) in
        let pages = try database.integer("PRAGMA page_count")
        _ = try database.integer("PRAGMA max_page_count = \(pages + 2)")
      }
      for number in 0..<6_000 { writer.record(receipt("\(number)")) }
      let deadline = ContinuousClock.now + .seconds(10)
      while writer.health.problem == nil && ContinuousClock.now < deadline { usleep(1_000) }
      #expect(writer.health.problem?.contains("full") == true)
      #expect(writer.health.lostRows == 1_000)
      #expect(writer.health.waitingRows == 5_000)
      // A change that needs room fails and says so; one that needs none does not.
      let error = #expect(throws: StoreError.self) {
        try writer.performAndWait { database throws(StoreError) in
          try database.execute("CREATE TABLE one AS SELECT hex(randomblob(20000)) AS text")
        }
      }
      #expect(error?.message.contains("full") == true)
      try writer.performAndWait { database throws(StoreError) in
        _ = try database.integer("PRAGMA max_page_count = 1000000")
      }
      while writer.health.waitingRows > 0 && ContinuousClock.now < deadline { usleep(1_000) }
      #expect(writer.health == Writer.Health(waitingRows: 0, lostRows: 1_000, problem: nil))
      #expect(writer.close() == 1_000)
      let rows = try Database(path: writer.path, .reader)
        .integer("SELECT count(*) FROM request")
      #expect(rows == 5_000)
    }
  }

  @Test func closingOnAFullDiskCountsWhatIsLost() throws {
    try withFolder { folder throws in
      let writer = try Writer(path: "\(folder)/appliance.db")
      try writer.performAndWait { database throws(StoreError) in
        _ = try database.integer("PRAGMA max_page_count = 1")
      }
      for number in 0..<300 { writer.record(receipt("\(number)")) }
      #expect(writer.close() == 300)
    }
  }

  /// The same on a real file system of a megabyte, which only root may mount.
  @Test func catchesUpWhenAFullDiskHasRoomAgain() throws {
    try withFolder { folder throws in
      guard geteuid() == 0,
        try run("/bin/mount", "-t", "tmpfs", "-o", "size=2m", "none", folder) == 0
      else {
        print("skipped: a full disk needs root, to mount a small tmpfs")
        return
      }
      defer { _ = try? run("/bin/umount", "-l", folder) }
      let writer = try Writer(
        path: "\(folder)/appliance.db", limits: .init(rowsMax: 20_000, retryMilliseconds: 20))
      let ballast = "\(folder)/ballast"
      #expect(FileManager.default.createFile(atPath: ballast, contents: nil))
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: ballast))
      while (try? file.write(contentsOf: Data(count: 4_096))) != nil {}
      try file.close()
      for number in 0..<1_500 { writer.record(receipt("\(number)")) }
      let deadline = ContinuousClock.now + .seconds(20)
      while writer.health.problem == nil && ContinuousClock.now < deadline { usleep(1_000) }
      #expect(writer.health.problem != nil)
      try FileManager.default.removeItem(atPath: ballast)
      while writer.health.waitingRows > 0 && ContinuousClock.now < deadline { usleep(1_000) }
      #expect(writer.health == Writer.Health(waitingRows: 0, lostRows: 0, problem: nil))
      #expect(writer.close() == 0)
      let database = try Database(path: writer.path, .reader)
      #expect(try database.integer("SELECT count(*) FROM request") == 1_500)
      #expect(try database.integrityProblems() == [])
    }
  }
}
