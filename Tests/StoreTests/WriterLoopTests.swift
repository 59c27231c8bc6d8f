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
      let journaled = try Journaled(folder)
      let writer = journaled.writer
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
        journaled.record(row)
      }
      try writer.performAndWait { _ in }
      #expect(writer.health == Writer.Health(waitingRows: 0, lostRows: 1, problem: nil))
      let rows = try writer.performAndWait { database throws(StoreError) in
        try database.integer("SELECT count(*) FROM request")
      }
      #expect(rows == 9)
    }
  }

  /// An import's pages are of no use to what comes after it; those of the ledger are.
  @Test(arguments: [(rows: 10, isKept: true), (rows: 200, isKept: false)])
  func keepsNoPagesOfALargeChange(rows: Int, isKept: Bool) throws {
    try withFolder { folder throws in
      let writer = try Journaled(folder).writer
      try writer.performAndWait { database throws(StoreError) in
        try database.execute("CREATE TABLE one (text TEXT) STRICT")
        database.forgetPages()
      }
      try writer.performAndWait { database throws(StoreError) in
        for _ in 0..<rows {
          try database.execute("INSERT INTO one VALUES (hex(randomblob(10000)))")
        }
      }
      let kept = try writer.performAndWait { database in database.cachedBytes }
      #expect((kept > 100_000) == isKept, "\(kept) bytes are kept")
    }
  }

  /// The log stays short although a connection for reading is open and used all the time.
  @Test func theLogIsKeptShort() throws {
    try withFolder { folder throws in
      let journaled = try Journaled(folder)
      let writer = journaled.writer
      let reader = try LedgerReader(path: writer.path)
      var longest = 0
      for round in 0..<40 {
        for number in 0..<2_000 { journaled.record(receipt("\(round) \(number)")) }
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
      let journaled = try Journaled(folder, bytes: 1 << 20, limits: .init(retryMilliseconds: 20))
      let (writer, producer) = (journaled.writer, journaled.producer)
      try writer.performAndWait { database throws(StoreError) in
        let pages = try database.integer("PRAGMA page_count")
        _ = try database.integer("PRAGMA max_page_count = \(pages + 2)")
      }
      // Requests are served until the ring is full, and then not admitted.
      let deadline = ContinuousClock.now + .seconds(20)
      var served = 0
      while let ticket = producer.admit(receipt("\(served)")) {
        producer.end(receipt("\(served)"), ticket)
        served += 1
      }
      #expect(served > 500)
      while writer.health.problem == nil && ContinuousClock.now < deadline { usleep(1_000) }
      let health = writer.health
      #expect(health.problem?.contains("full") == true)
      #expect(health.lostRows == 0)
      #expect(health.journalPercent > 50)
      #expect(health.notReadyReason?.contains("The journal is full") == true)
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
      while writer.health.notReadyReason != nil && ContinuousClock.now < deadline { usleep(1_000) }
      let again = try #require(producer.admit(receipt("again")))
      producer.end(receipt("again"), again)
      try writer.performAndWait { _ in }
      #expect(writer.health == Writer.Health(waitingRows: 0, lostRows: 0, problem: nil))
      #expect(writer.close() == 0)
      let rows = try Database(path: writer.path, .reader)
        .integer("SELECT count(*) FROM request")
      #expect(rows == Int64(served + 1))
    }
  }

  @Test func closingOnAFullDiskLeavesTheRowsInTheJournal() throws {
    try withFolder { folder throws in
      do {
        let journaled = try Journaled(folder)
        try journaled.writer.performAndWait { database throws(StoreError) in
          _ = try database.integer("PRAGMA max_page_count = 1")
        }
        for number in 0..<300 { journaled.record(receipt("\(number)")) }
        #expect(journaled.writer.close() == 0)
      }
      let writer = try Writer(path: "\(folder)/appliance.db", journal: "\(folder)/journal")
      let rows = try writer.performAndWait { database throws(StoreError) in
        try database.integer("SELECT count(*) FROM request")
      }
      #expect(rows == 300)
    }
  }

  /// The same on a real file system of a few megabytes, which only root may mount.
  @Test func catchesUpWhenAFullDiskHasRoomAgain() throws {
    try withFolder { folder throws in
      guard geteuid() == 0,
        try run("/bin/mount", "-t", "tmpfs", "-o", "size=4m", "none", folder) == 0
      else {
        print("skipped: a full disk needs root, to mount a small tmpfs")
        return
      }
      defer { _ = try? run("/bin/umount", "-l", folder) }
      let journaled = try Journaled(folder, bytes: 1 << 20, limits: .init(retryMilliseconds: 20))
      let writer = journaled.writer
      let ballast = "\(folder)/ballast"
      #expect(FileManager.default.createFile(atPath: ballast, contents: nil))
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: ballast))
      while (try? file.write(contentsOf: Data(count: 4_096))) != nil {}
      try file.close()
      for number in 0..<1_500 { journaled.record(receipt("\(number)")) }
      let deadline = ContinuousClock.now + .seconds(20)
      while writer.health.problem == nil && ContinuousClock.now < deadline { usleep(1_000) }
      #expect(writer.health.problem != nil)
      try FileManager.default.removeItem(atPath: ballast)
      while writer.health.problem != nil && ContinuousClock.now < deadline { usleep(1_000) }
      #expect(writer.health.lostRows == 0)
      #expect(writer.close() == 0)
      let database = try Database(path: writer.path, .reader)
      #expect(try database.integer("SELECT count(*) FROM request") == 1_500)
      #expect(try database.integrityProblems() == [])
    }
  }
}
