import Cluster
import Gateway
import Testing

@testable import Store

@Suite("How long rows are kept")
struct RetentionTests {
  private static let day: Int64 = 86_400_000
  private static let now: Int64 = 1_000 * day

  private static func count(_ database: Database, _ table: String) throws -> Int64 {
    try database.integer("SELECT count(*) FROM \(table)")
  }

  @Test func oldRowsGoAndSumsStay() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for number in 0..<10 {
        var row = receipt("\(number)", at: Self.now - Int64(number) * Self.day)
        row.durationMilliseconds = 0
        try ledger.add(row)
      }
      let retention = Retention(requestDays: 4, databaseBytesMax: .max)
      let removed = try retention.step(nowMilliseconds: Self.now, in: database)
      #expect(removed.requests == 5)
      #expect(!removed.isFull)
      #expect(try Self.count(database, "request") == 5)
      #expect(try LedgerReader(database).sums(UsageQuery()).first?.requests == 10)
      #expect(try LedgerReader(database).requestsTotal() == 10)
      #expect(try retention.step(nowMilliseconds: Self.now, in: database) == .init())
    }
  }

  @Test func aStepIsSmallAndSaysThatThereIsMore() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      let rows = (0..<1_200).map { receipt("\($0)", at: 5) }
      _ = try database.transaction { () throws(StoreError) in try ledger.add(contentsOf: rows) }
      let retention = Retention(requestDays: 1, databaseBytesMax: .max)
      let steps = try (0..<4).map { _ in
        try retention.step(nowMilliseconds: Self.now, in: database)
      }
      #expect(steps.map(\.requests) == [500, 500, 200, 0])
      #expect(steps.map(\.isFull) == [true, true, false, false])
    }
  }

  @Test func aDatabaseThatIsTooLargeLosesItsOldestRows() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for batch in 0..<10 {
        let rows = (0..<1_000).map { receipt("\(batch)-\($0)", at: Self.now + Int64(batch)) }
        _ = try database.transaction { () throws(StoreError) in try ledger.add(contentsOf: rows) }
      }
      let used = try Retention.usedBytes(of: database)
      let retention = Retention(requestDays: 36_500, databaseBytesMax: used / 2)
      var steps = 0
      while try retention.step(nowMilliseconds: Self.now, in: database).isFull { steps += 1 }
      #expect((5...14).contains(steps))
      #expect(try Retention.usedBytes(of: database) <= used / 2)
      let left = try Self.count(database, "request")
      #expect((1_000...6_000).contains(left))
      // The oldest went.
      #expect(try database.integer("SELECT min(started_at) FROM request") > Self.now)
      #expect(try LedgerReader(database).requestsTotal() == 10_000)
    }
  }

  @Test func idsGoWhenTheyExpireAndTombstonesAfterThirtyDays() throws {
    try withDatabase { database throws in
      let table = try OwnedIDTable(database)
      let ids = [("a", Self.now - 1), ("b", Self.now), ("c", Self.now + 1)].map { id, expiry in
        OwnedID(id: id, user: "u", provider: "p", key: "k", expiresAtMilliseconds: expiry)
      }
      #expect(try table.add(contentsOf: ids) == 0)
      let records = [(31, "old"), (29, "young")].map { days, id in
        Record(
          kind: .user, id: id,
          version: Version(
            wallMilliseconds: Self.now - Int64(days) * Self.day, logical: 0, node: 1),
          value: nil)
      }
      _ = try RecordStore.apply(records, to: database)
      let retention = Retention(requestDays: 1, databaseBytesMax: .max)
      let removed = try retention.step(nowMilliseconds: Self.now, in: database)
      #expect(removed.ids == 1)
      #expect(removed.tombstones == 1)
      #expect(try Self.count(database, "owned_id") == 2)
      #expect(try RecordStore.all(in: database).map(\.id) == ["young"])
    }
  }
}
