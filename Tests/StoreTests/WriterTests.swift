import Cluster
import Foundation
import Gateway
import JSON
import Synchronization
import Testing

@testable import Store

@Suite("The writer")
struct WriterTests {
  func count(_ path: String, _ table: String = "request") throws -> Int64 {
    try Database(path: path, .reader).integer("SELECT count(*) FROM \(table)")
  }

  func record(_ id: String, _ wall: Int64) -> Record {
    Record(
      kind: .user, id: id, version: Version(wallMilliseconds: wall, logical: 0, node: 1),
      value: ["name": .string(id)])
  }

  func owned(_ id: String) -> OwnedID {
    OwnedID(id: id, user: "u", provider: "p", key: "k", expiresAtMilliseconds: 1)
  }

  @Test func storesEveryRowOfManyThreads() throws {
    try withFolder { folder throws in
      let path = "\(folder)/appliance.db"
      let writer = try Writer(path: path, journal: "\(folder)/journal")
      let threads = 4
      let rows = 5_000
      let rings = try writer.openJournal(rings: threads, bytes: 32 << 20)
      let ended = Monitor(0)
      for thread in 0..<threads {
        try startThread(name: "test") {
          let producer = JournalProducer(rings[thread])
          for number in 0..<rows {
            producer.end(receipt("\(thread) \(number)"), nil)
            if number.isMultiple(of: 1_000) {
              writer.perform(
                { database throws(StoreError) in
                  try RecordStore.apply([record("\(thread) \(number)", 1)], to: database)
                }, completion: { result in #expect((try? result.get().count) == 1) })
            }
          }
          ended.withLock { $0 += 1 }
          ended.wake()
        }
      }
      ended.wait { $0 == threads ? .done(()) : .again(atMilliseconds: nil) }
      #expect(writer.close() == 0)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(names.sorted() == ["appliance.db", "journal"])
      #expect(try count(path) == Int64(threads * rows))
      #expect(try count(path, "record") == Int64(threads * rows / 1_000))
    }
  }

  @Test func storesWithinItsDelayWithoutBeingAsked() throws {
    try withFolder { folder throws in
      let journaled = try Journaled(folder)
      journaled.record(receipt("1"))
      let path = journaled.writer.path
      let deadline = ContinuousClock.now + .seconds(10)
      while try count(path) == 0 && ContinuousClock.now < deadline { usleep(5_000) }
      #expect(try count(path) == 1)
    }
  }

  @Test func aChangeSeesTheRowsBeforeIt() throws {
    try withFolder { folder throws in
      let journaled = try Journaled(folder)
      for number in 1...3 {
        journaled.record(receipt("\(number)"))
        let rows = try journaled.writer.performAndWait { database throws(StoreError) in
          try database.integer("SELECT count(*) FROM request")
        }
        #expect(rows == number)
      }
    }
  }

  /// Committed together, yet each by itself.
  @Test func aChangeThatFailsTakesNoOtherWithIt() throws {
    try withFolder { folder throws in
      let writer = try Writer(path: "\(folder)/appliance.db")
      let results = Monitor<[Int: Bool]>([:])
      // The first keeps the writer busy until all others wait.
      let go = Monitor(false)
      writer.perform({ _ throws(StoreError) in
        go.wait { $0 ? .done(()) : .again(atMilliseconds: nil) }
      }) { _ in }
      for number in 0..<20 {
        writer.perform({ database throws(StoreError) in
          _ = try RecordStore.apply([record("\(number)", 1)], to: database)
          if number.isMultiple(of: 2) { throw .damaged("on purpose") }
        }) { result in
          let isStored = (try? result.get()) != nil
          results.withLock { $0[number] = isStored }
          results.wake()
        }
      }
      go.withLock { $0 = true }
      go.wake()
      results.wait { $0.count == 20 ? .done(()) : .again(atMilliseconds: nil) }
      for (number, isStored) in results.withLock({ $0 }) {
        #expect(isStored == !number.isMultiple(of: 2))
      }
      #expect(try count(writer.path, "record") == 10)
    }
  }

  @Test func givesValuesAndErrorsBack() throws {
    try withFolder { folder throws in
      let writer = try Writer(path: "\(folder)/appliance.db")
      let value = try writer.performAndWait { _ in "value" }
      #expect(value == "value")
      #expect(throws: StoreError.damaged("x")) {
        try writer.performAndWait { _ throws(StoreError) in throw .damaged("x") }
      }
      let error = #expect(throws: StoreError.self) {
        try writer.performAndWait { database throws(StoreError) in
          try database.execute("INSERT INTO nowhere VALUES (1)")
        }
      }
      #expect(error?.message.contains("no such table") == true)
    }
  }

  @Test func aClosedOneTakesNothing() throws {
    try withFolder { folder throws in
      let writer = try Writer(path: "\(folder)/appliance.db")
      #expect(writer.remember(owned("1")))
      #expect(writer.close() == 0)
      #expect(!writer.remember(owned("2")))
      #expect(throws: StoreError.closed) { try writer.performAndWait { _ in } }
      #expect(writer.close() == 1)
      #expect(try count(writer.path, "owned_id") == 1)
    }
  }

  @Test func lettingGoOfItStoresTheRest() throws {
    try withFolder { folder throws in
      let path = "\(folder)/appliance.db"
      do {
        let journaled = try Journaled(folder)
        for number in 0..<100 { journaled.record(receipt("\(number)")) }
      }
      #expect(try count(path) == 100)
    }
  }

  /// A completion may hold the last reference, and lets go of it on the writer's own thread.
  @Test func canBeClosedByACompletion() throws {
    try withFolder { folder throws in
      let path = "\(folder)/appliance.db"
      let closed = Monitor(false)
      do {
        let writer = try Writer(path: path)
        writer.remember(owned("1"))
        writer.perform({ _ in }) { _ in
          writer.remember(owned("2"))
          writer.close()
          closed.withLock { $0 = true }
          closed.wake()
        }
      }
      closed.wait { $0 ? .done(()) : .again(atMilliseconds: nil) }
      let deadline = ContinuousClock.now + .seconds(10)
      while try count(path, "owned_id") < 2 && ContinuousClock.now < deadline { usleep(5_000) }
      #expect(try count(path, "owned_id") == 2)
    }
  }

  @Test func doesNotStartOnWhatItCannotOpen() throws {
    try withFolder { folder throws in
      #expect(throws: StoreError.self) { try Writer(path: "\(folder)/no/appliance.db") }
      let path = "\(folder)/appliance.db"
      try Writer(path: path).close()
      let database = try Database(path: path, .owner)
      try database.execute("PRAGMA user_version = 1000")
      let known = Int64(Migration.all.count)
      #expect(throws: StoreError.schemaTooNew(path: path, found: 1_000, known: known)) {
        try Writer(path: path)
      }
    }
  }

  /// Printed, not judged: a debug build on a shared machine says nothing about a release.
  @Test func isCheapToHandTo() throws {
    try withFolder { folder throws in
      let journaled = try Journaled(folder)
      let rows = (0..<20_000).map { receipt("req_\($0)") }
      let clock = ContinuousClock()
      let handed = clock.measure { for row in rows { journaled.record(row) } }
      let stored = try clock.measure { try journaled.writer.performAndWait { _ in } }
      print("journal: written in \(handed / rows.count) a row, stored \(stored) later")
    }
  }
}
