import Foundation
import Gateway
import Providers
import Testing

@testable import Store

@Suite("Rows of the request table")
struct LedgerTests {
  /// Every field has a value of its own, so that two that are mixed up are seen.
  static var full: Receipt {
    var full = Receipt(requestID: "req_1", startedAtMilliseconds: 1_001)
    full.user = "user"
    full.token = "token"
    full.dialect = .anthropic
    full.endpoint = .messages
    full.model = "model"
    full.upstreamModel = "upstream model"
    full.provider = "provider"
    full.key = "key"
    full.level = -3
    full.attempts = 4
    full.status = 529
    full.isStream = true
    full.outcome = .cut
    full.usageSource = .estimated
    full.usage = LedgerColumns.usage { Int64($0) + 100 }
    full.costNanoUSD = 77
    full.anomalies = ["a \"b\"", "é"]
    full.timeToFirstTokenMilliseconds = 88
    full.durationMilliseconds = 99
    return full
  }

  @Test func everyFieldComesBack() throws {
    try withDatabase { database throws in
      let empty = Receipt(requestID: "req_0", startedAtMilliseconds: 5)
      let ledger = try Ledger(database)
      try ledger.add(empty)
      try ledger.add(Self.full)
      for expected in [empty, Self.full] {
        let found = try #require(try LedgerReader(database).request(expected.requestID))
        #expect(facts(found) == facts(expected))
      }
      let finished = try database.integer(
        "SELECT finished_at FROM request WHERE request_id = 'req_1'")
      #expect(finished == 1_100)
    }
  }

  /// Names of the columns against the fields they hold, independent of the order above.
  @Test func everyColumnHoldsTheFieldOfItsName() throws {
    try withDatabase { database throws in
      try Ledger(database).add(Self.full)
      let fields = Dictionary(
        uniqueKeysWithValues: Mirror(reflecting: Self.full.usage).children.map {
          ($0.label ?? "", $0.value as? Int64)
        })
      #expect(fields.count == LedgerColumns.usage.count)
      for name in LedgerColumns.usage {
        let words = name.split(separator: "_")
        let field = words.dropFirst().reduce(String(words[0])) { $0 + capitalized($1) }
        let value = try database.integer("SELECT \(name) FROM request")
        #expect(fields[field] == value, "\(name)")
      }
    }
  }

  private func capitalized(_ word: Substring) -> String {
    word.prefix(1).uppercased() + word.dropFirst()
  }

  @Test(arguments: Receipt.Outcome.allCases, Receipt.UsageSource.allCases)
  func everyOutcomeComesBack(outcome: Receipt.Outcome, source: Receipt.UsageSource) throws {
    try withDatabase { database throws in
      var row = receipt("r")
      row.outcome = outcome
      row.usageSource = source
      try Ledger(database).add(row)
      let found = try LedgerReader(database).request("r")
      #expect(found?.outcome == outcome)
      #expect(found?.usageSource == source)
    }
  }

  @Test func everyEndpointAndDialectComesBack() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for (number, endpoint) in Endpoint.allCases.enumerated() {
        var row = receipt("\(number)")
        row.endpoint = endpoint
        row.dialect = Dialect.allCases[number % Dialect.allCases.count]
        try ledger.add(row)
        let found = try LedgerReader(database).request("\(number)")
        #expect(found?.endpoint == endpoint)
        #expect(found?.dialect == row.dialect)
      }
    }
  }

  /// The extremes that a provider's nonsense can lead to are recorded as they are.
  @Test func takesEveryNumber() throws {
    try withDatabase { database throws in
      for (number, value) in [Int64.min, -1, 0, .max].enumerated() {
        var row = Receipt(requestID: "\(number)", startedAtMilliseconds: value)
        row.durationMilliseconds = value
        row.usage.inputTokens = value
        row.costNanoUSD = value
        try Ledger(database).add(row)
        let found = try #require(try LedgerReader(database).request("\(number)"))
        #expect(facts(found) == facts(row))
      }
    }
  }

  @Test func theSameRequestIsStoredOnce() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      try ledger.add(receipt("a", at: 1))
      try ledger.add(receipt("a", at: 2))
      #expect(try database.integer("SELECT count(*) FROM request") == 1)
      #expect(try database.integer("SELECT started_at FROM request") == 1)
    }
  }

  @Test func howARequestEndedCanBeCorrected() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for id in ["a", "b"] { try ledger.add(receipt(id)) }
      var left = receipt("a")
      let outcome = left.outcome
      left.outcome = .abandoned
      left.anomalies.append("client_left")
      try ledger.amend(left)
      let reader = LedgerReader(database)
      let (a, b) = (try #require(try reader.request("a")), try #require(try reader.request("b")))
      #expect(facts(a) == facts(left))
      #expect(b.outcome == outcome)
    }
  }

  @Test func longTextsAreCutBetweenCharacters() throws {
    let long = String(repeating: "é😀", count: 1_000)
    #expect(clipped(long).utf8.count <= Ledger.textBytesMax)
    #expect(clipped(long).utf8.count > Ledger.textBytesMax - 4)
    #expect(long.hasPrefix(clipped(long)))
    #expect(clipped("short") == "short")
    try withDatabase { database throws in
      var row = receipt("a")
      row.model = long
      row.anomalies = [String](repeating: long, count: 100)
      try Ledger(database).add(row)
      let found = try #require(try LedgerReader(database).request("a"))
      #expect(found.model == clipped(long))
      #expect(found.anomalies.count == 32)
    }
  }

  @Test func isPurgedFromItsOldEnd() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for number in [5, 3, 1, 4, 2] {
        try ledger.add(receipt("\(number)", at: Int64(number) * 100))
      }
      func purge() throws -> Int {
        try Ledger.purge(finishedBefore: 450, rowsMax: 3, in: database)
      }
      #expect(try purge() == 3)
      #expect(try database.integer("SELECT min(started_at) FROM request") == 400)
      #expect(try purge() == 0)
      #expect(try Ledger.purge(finishedBefore: 451, rowsMax: 3, in: database) == 1)
      #expect(try database.integer("SELECT count(*) FROM request") == 1)
    }
  }

  /// Printed, not judged: a debug build on a shared machine says nothing about a release.
  @Test func isCheap() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      var number = 0
      let rows = 10_000
      let elapsed = try ContinuousClock().measure {
        while number < rows {
          try database.transaction { () throws(StoreError) in
            for _ in 0..<500 {
              number += 1
              try ledger.add(receipt("req_\(UInt64.random(in: 0...UInt64.max))"))
            }
          }
        }
      }
      print("ledger: \(elapsed / rows) a row in batches of 500")
    }
  }
}
