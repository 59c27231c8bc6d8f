import Cluster
import Gateway
import JSON
import Testing

@testable import Store

@Suite("The table of records")
struct RecordStoreTests {
  func record(
    _ id: String, _ wall: Int64, _ logical: UInt32 = 0, node: UInt64 = 1, _ value: JSONValue? = 1
  ) -> Record {
    Record(
      kind: .user, id: id,
      version: Version(wallMilliseconds: wall, logical: logical, node: node), value: value)
  }

  @Test func bringsEveryKindAndValueBack() throws {
    try withDatabase { database throws in
      let value: JSONValue = [
        "name": "ada \"quoted\" é😀", "level": .number("1.50e2"), "list": [1, nil, true, [:]],
      ]
      let version = Version(wallMilliseconds: .max, logical: .max, node: .max)
      let records = Record.Kind.allCases.map {
        Record(kind: $0, id: "id of \($0)", version: version, value: value)
      }
      #expect(try RecordStore.apply(records, to: database) == records)
      #expect(try Set(RecordStore.all(in: database).map(\.kind)) == Set(Record.Kind.allCases))
      for record in try RecordStore.all(in: database) {
        #expect(record.version == version)
        #expect(record.value == value)
        #expect(record.value?.text == value.text)
      }
    }
  }

  @Test func keepsTombstonesUntilTheyAreOld() throws {
    try withDatabase { database throws in
      _ = try RecordStore.apply([record("a", 1)], to: database)
      let gone = record("a", 5, nil as JSONValue?)
      #expect(try RecordStore.apply([gone, record("b", 1)], to: database).count == 2)
      #expect(try RecordStore.all(in: database).first == gone)
      #expect(try RecordStore.purgeTombstones(before: 5, in: database) == 0)
      #expect(try RecordStore.purgeTombstones(before: 6, in: database) == 1)
      #expect(try RecordStore.all(in: database).map(\.id) == ["b"])
    }
  }

  func record(_ id: String, _ wall: Int64, _ value: JSONValue?) -> Record {
    record(id, wall, 0, node: 1, value)
  }

  /// Whatever two versions: the one that compares as greater is there at the end.
  @Test func theLaterVersionWinsInEveryOrder() throws {
    let versions: [Version] = [-1, 0, 1, 1_760_000_000_000].flatMap { wall in
      [UInt32(0), 1, .max].flatMap { logical in
        [UInt64(0), 1, UInt64(Int64.max), UInt64(Int64.max) + 1, .max].map {
          Version(wallMilliseconds: wall, logical: logical, node: $0)
        }
      }
    }
    try withDatabase { database throws in
      for (number, first) in versions.enumerated() {
        try database.transaction { () throws(StoreError) in
          for second in versions {
            let id = "\(number)"
            try database.execute("DELETE FROM record")
            let one = Record(kind: .key, id: id, version: first, value: "first")
            let two = Record(kind: .key, id: id, version: second, value: "second")
            let stored = try RecordStore.apply([one, two], to: database)
            let winner = second > first ? two : one
            #expect(stored == (second > first ? [one, two] : [one]))
            let left = try RecordStore.all(in: database)
            #expect(left == [winner])
          }
        }
      }
    }
  }

  @Test func knowsItsNewestVersion() throws {
    try withDatabase { database throws in
      let none = try RecordStore.newestVersion(in: database)
      #expect(none == nil)
      _ = try RecordStore.apply(
        [record("a", 7, 1), record("b", 7, 2, node: 3), record("c", 6, 9), record("d", 7, 2)],
        to: database)
      let newest = try RecordStore.newestVersion(in: database)
      #expect(newest == Version(wallMilliseconds: 7, logical: 2, node: 3))
    }
  }

  @Test func aNodeIsMadeOnce() throws {
    var nodes: Set<UInt64> = []
    for _ in 0..<3 {
      try withDatabase { database throws in
        let node = try RecordStore.nodeID(in: database)
        #expect(try RecordStore.nodeID(in: database) == node)
        #expect(node > 0 && node <= UInt64(Int64.max))
        nodes.insert(node)
      }
    }
    #expect(nodes.count == 3)
  }

  @Test(arguments: [
    "INSERT INTO record VALUES ('user', 'u1', 1, 1, 1, '{')",
    "INSERT INTO record VALUES ('wish', 'u1', 1, 1, 1, '{}')",
    "INSERT INTO record VALUES ('user', 'u1', 1, -1, 1, '{}')",
  ])
  func saysWhichRowIsDamaged(sql: String) throws {
    try withDatabase { database throws in
      try database.execute(sql)
      let error = #expect(throws: StoreError.self) { try RecordStore.all(in: database) }
      #expect(error?.message.contains("u1") == true)
    }
  }

  @Test func tenThousandAreReadInATenthOfASecondOrSo() throws {
    try withDatabase { database throws in
      let value: JSONValue = ["name": "somebody", "status": "active", "level": 1]
      let records = (0..<10_000).map { record("user \($0)", Int64($0), value) }
      let clock = ContinuousClock()
      let written = try clock.measure {
        try database.transaction { () throws(StoreError) in
          _ = try RecordStore.apply(records, to: database)
        }
      }
      var count = 0
      let read = try clock.measure { count = try RecordStore.all(in: database).count }
      #expect(count == 10_000)
      print("10,000 records: written in \(written), read in \(read)")
    }
  }
}
