import Gateway
import Providers
import Testing

@testable import Store

@Suite("Sums of usage")
struct UsageSumsTests {
  @Test func addsUpEveryField() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for number in 1...3 {
        var row = receipt("\(number)")
        row.usage = LedgerColumns.usage { (Int64($0) + 1) * Int64(number) }
        try ledger.add(row)
      }
      let sum = try #require(try LedgerReader(database).sums(by: nil).first)
      #expect(sum.usage == LedgerColumns.usage { (Int64($0) + 1) * 6 })
      #expect(sum.requests == 3)
      #expect(sum.costNanoUSD == 3 * 450_000)
      #expect(sum.name == nil && sum.owner == nil)
    }
  }

  @Test func groups() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for (id, user, provider, key) in [
        ("1", "ada", "openai", "main"), ("2", "ada", "azure", "main"),
        ("3", "bob", "openai", "main"),
      ] {
        var row = receipt(id)
        row.user = user
        row.provider = provider
        row.key = key
        try ledger.add(row)
      }
      try ledger.add(Receipt(requestID: "4", startedAtMilliseconds: 5))
      func groups(_ grouping: LedgerReader.Grouping) throws -> [String] {
        try LedgerReader(database).sums(by: grouping)
          .map { "\($0.owner ?? "-") \($0.name ?? "-") \($0.requests)" }.sorted()
      }
      #expect(try groups(.user) == ["- - 1", "- ada 2", "- bob 1"])
      #expect(try groups(.token) == ["- - 1", "ada laptop 2", "bob laptop 1"])
      #expect(try groups(.key) == ["- - 1", "azure main 1", "openai main 2"])
      #expect(try groups(.provider) == ["- - 1", "- azure 1", "- openai 2"])
      #expect(try groups(.model) == ["- - 1", "- gpt-4o 3"])
    }
  }

  @Test func keepsToTheRange() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for number in 1...5 {
        var row = receipt("\(number)", at: Int64(number))
        row.durationMilliseconds = 0
        try ledger.add(row)
      }
      func count(_ from: Int64?, _ to: Int64?) throws -> Int64 {
        try LedgerReader(database)
          .sums(by: nil, fromMilliseconds: from, toMilliseconds: to).first?.requests ?? 0
      }
      #expect(try count(nil, nil) == 5)
      #expect(try count(2, nil) == 4)
      #expect(try count(nil, 2) == 1)
      #expect(try count(2, 4) == 2)
      #expect(try count(6, nil) == 0)
    }
  }

  @Test func countsWhatIsMissing() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      var unpriced = receipt("1")
      unpriced.costNanoUSD = nil
      var estimated = receipt("2")
      estimated.usageSource = .estimated
      estimated.outcome = .cut
      var refused = Receipt(requestID: "3", startedAtMilliseconds: 1)
      refused.user = "ada"
      for row in [unpriced, estimated, refused] { try ledger.add(row) }
      let sum = try #require(try LedgerReader(database).sums(by: .user).first)
      #expect(sum.requests == 3)
      #expect(sum.served == 1)
      #expect(sum.unpriced == 1)
      #expect(sum.estimated == 1)
    }
  }

  /// Usage of 2^63 - 1, twice, is no reason for an error or a negative amount.
  @Test func staysAtTheMaximum() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for number in 1...3 {
        var row = receipt("\(number)")
        row.usage.inputTokens = .max
        row.usage.outputTokens = number == 1 ? .max : 0
        row.costNanoUSD = number == 1 ? .max : -1
        try ledger.add(row)
      }
      let sum = try #require(try LedgerReader(database).sums(by: .model).first)
      #expect(sum.usage.inputTokens == .max)
      #expect(sum.usage.outputTokens == .max)
      #expect(sum.costNanoUSD == .max - 2)
    }
  }

  @Test func theDearestComesFirst() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for (id, user, cost) in [("1", "a", 5), ("2", "b", 9), ("3", "c", 7)] {
        var row = receipt(id)
        row.user = user
        row.costNanoUSD = Int64(cost)
        try ledger.add(row)
      }
      #expect(try LedgerReader(database).sums(by: .user).map(\.name) == ["b", "c", "a"])
    }
  }
}
