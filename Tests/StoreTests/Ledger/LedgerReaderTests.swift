import Gateway
import Testing

@testable import Store

@Suite("Reading the ledger")
struct LedgerReaderTests {
  func ids(
    _ database: Database, limit: Int = 10_000, _ change: (inout LedgerFilter) -> Void = { _ in }
  ) throws -> [String] {
    var filter = LedgerFilter()
    change(&filter)
    var ids: [String] = []
    try LedgerReader(database).newest(limit: limit, matching: filter) {
      ids.append($0.requestID)
      return true
    }
    return ids
  }

  @Test func theNewestComeFirst() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for (id, time) in [("b", 2), ("d", 9), ("a", 1), ("c", 2)] {
        try ledger.add(receipt(id, at: Int64(time)))
      }
      #expect(try ids(database) == ["d", "c", "b", "a"])
      #expect(try ids(database, limit: 2) == ["d", "c"])
      #expect(try ids(database, limit: 0) == [])
      #expect(try ids(database, limit: -1) == [])
      let none = try LedgerReader(database).request("e")
      #expect(none == nil)
    }
  }

  @Test func filters() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for number in 1...8 {
        var row = receipt("\(number)", at: Int64(number))
        row.durationMilliseconds = 0
        row.user = number.isMultiple(of: 2) ? "even" : "odd"
        row.model = number > 4 ? "big" : nil
        row.status = 200 + number
        row.token = "t\(number)"
        row.provider = "p\(number)"
        row.key = "k\(number)"
        row.outcome = number == 3 ? .failed : .served
        try ledger.add(row)
      }
      #expect(try ids(database) { $0.user = "even" } == ["8", "6", "4", "2"])
      #expect(try ids(database) { $0.model = "big" } == ["8", "7", "6", "5"])
      #expect(try ids(database) { $0.status = 203 } == ["3"])
      #expect(try ids(database) { $0.token = "t4" } == ["4"])
      #expect(try ids(database) { $0.provider = "p5" } == ["5"])
      #expect(try ids(database) { $0.key = "k6" } == ["6"])
      #expect(try ids(database) { $0.outcome = .failed } == ["3"])
      #expect(try ids(database) { $0.requestID = "7" } == ["7"])
      #expect(try ids(database) { $0.user = "' OR 1=1 --" } == [])
      let range = try ids(database) {
        $0.sinceMilliseconds = 3
        $0.beforeMilliseconds = 7
        $0.user = "odd"
      }
      #expect(range == ["5", "3"])
    }
  }

  /// More rows than a page, many of them of the same millisecond, and a writer in between.
  @Test func pagesNeitherLoseNorRepeat() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      try database.transaction { () throws(StoreError) in
        for number in 0..<1_700 { try ledger.add(receipt("\(number)", at: Int64(number / 600))) }
      }
      var seen: [String] = []
      try LedgerReader(path: database.path).newest(limit: 1_600) { row in
        seen.append(row.requestID)
        if seen.count == 700 { _ = try? ledger.add(receipt("late", at: 99)) }
        return true
      }
      #expect(seen == (100..<1_700).reversed().map { "\($0)" })
    }
  }

  @Test func stopsWhenToldTo() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for number in 0..<10 { try ledger.add(receipt("\(number)")) }
      var count = 0
      try LedgerReader(database).newest(limit: 10) { _ in
        count += 1
        return count < 3
      }
      #expect(count == 3)
    }
  }
}
