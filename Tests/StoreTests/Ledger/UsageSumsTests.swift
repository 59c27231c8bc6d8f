import Gateway
import Providers
import Testing

@testable import Store

@Suite("Sums of usage")
struct UsageSumsTests {
  private static let hour: Int64 = 3_600_000
  private static let day: Int64 = 86_400_000

  static func query(
    _ groupings: [UsageQuery.Grouping] = [], _ period: UsageQuery.Period? = nil,
    from: Int64? = nil, to: Int64? = nil
  ) -> UsageQuery {
    var query = UsageQuery()
    query.groupings = groupings
    query.period = period
    query.fromMilliseconds = from
    query.toMilliseconds = to
    return query
  }

  private static func sums(_ database: Database, _ query: UsageQuery = query()) throws -> [UsageSum]
  {
    try LedgerReader(database).sums(query)
  }

  @Test func addsUpEveryField() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for number in 1...3 {
        var row = receipt("\(number)")
        row.usage = LedgerColumns.usage { (Int64($0) + 1) * Int64(number) }
        row.attempts = number
        try ledger.add(row)
      }
      let sum = try #require(try Self.sums(database).first)
      #expect(sum.usage == LedgerColumns.usage { (Int64($0) + 1) * 6 })
      #expect(sum.requests == 3)
      #expect(sum.attempts == 6)
      #expect(sum.costNanoUSD == 3 * 450_000)
      #expect(sum.names.isEmpty && sum.startMilliseconds == nil)
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
      func groups(_ groupings: UsageQuery.Grouping...) throws -> [String] {
        try Self.sums(database, Self.query(groupings))
          .map { sum in
            sum.names.map { "\($0.owner ?? "-") \($0.name ?? "-")" }.joined(separator: ", ")
              + " \(sum.requests)"
          }.sorted()
      }
      #expect(try groups(.user) == ["- - 1", "- ada 2", "- bob 1"])
      #expect(try groups(.token) == ["- - 1", "ada laptop 2", "bob laptop 1"])
      #expect(try groups(.key) == ["- - 1", "azure main 1", "openai main 2"])
      #expect(try groups(.provider) == ["- - 1", "- azure 1", "- openai 2"])
      #expect(try groups(.model) == ["- - 1", "- gpt-4o 3"])
      #expect(try groups(.endpoint) == ["- - 1", "- chat/completions 3"])
      #expect(
        try groups(.model, .user) == ["- -, - - 1", "- gpt-4o, - ada 2", "- gpt-4o, - bob 1"])
    }
  }

  @Test func keepsToTheHoursOfTheRange() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      // The first and last millisecond of hours 20, 24 and 100, over several days.
      for (number, hour) in [Int64(20), 24, 100].enumerated() {
        for (place, time) in [hour * Self.hour, (hour + 1) * Self.hour - 1].enumerated() {
          var row = receipt("\(number)-\(place)", at: time)
          row.durationMilliseconds = 0
          try ledger.add(row)
        }
      }
      func count(_ from: Int64?, _ to: Int64?) throws -> Int64 {
        try Self.sums(database, Self.query(from: from, to: to)).first?.requests ?? 0
      }
      #expect(try count(nil, nil) == 6)
      #expect(try count(20 * Self.hour, nil) == 6)
      #expect(try count(21 * Self.hour, nil) == 4)
      #expect(try count(nil, 24 * Self.hour) == 2)
      #expect(try count(nil, 24 * Self.hour + 1) == 4)
      #expect(try count(24 * Self.hour + 1, 24 * Self.hour + 2) == 2)
      #expect(try count(25 * Self.hour, 100 * Self.hour) == 0)
      #expect(try count(101 * Self.hour, nil) == 0)
      #expect(try count(50, 40) == 0)
      #expect(try count(.min, .max) == 6)
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
      let sum = try #require(try Self.sums(database, Self.query([.user])).first)
      #expect(sum.requests == 3)
      #expect(sum.served == 1)
      #expect(sum.unpriced == 1)
      #expect(sum.estimated == 1)
    }
  }

  @Test func whatAttemptsMayHaveCostIsSummedApart() throws {
    try withDatabase { database throws in
      var row = receipt("1")
      for cost in [7, 35] as [Int64] {
        var attempt = ReceiptAttempt(
          provider: "p", model: "m", key: "k", level: 1, waitMilliseconds: 0)
        attempt.possibleCostNanoUSD = cost
        row.append(attempt)
      }
      try Ledger(database).add(row)
      let sum = try #require(try Self.sums(database).first)
      #expect(sum.possibleCostNanoUSD == 42)
      #expect(sum.costNanoUSD == 450_000)
    }
  }

  /// Usage of 2^63 - 1, several times and in one batch or many, is no reason for an error.
  @Test(arguments: [true, false])
  func staysAtTheMaximum(inOneBatch: Bool) throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      let rows = (1...3).map { number in
        var row = receipt("\(number)")
        row.usage.inputTokens = .max
        row.usage.outputTokens = number == 1 ? .max : 0
        row.usage.reasoningTokens = -5
        row.costNanoUSD = number == 1 ? .max - 1 : 1
        return row
      }
      if inOneBatch {
        #expect(try ledger.add(contentsOf: rows) == 0)
      } else {
        for row in rows { try ledger.add(row) }
      }
      let sum = try #require(try Self.sums(database, Self.query([.model])).first)
      #expect(sum.usage.inputTokens == .max)
      #expect(sum.usage.outputTokens == .max)
      #expect(sum.usage.reasoningTokens == 0)
      #expect(sum.costNanoUSD == .max)
      // Taking rows out and putting them in again leaves nothing negative behind.
      for row in rows {
        var left = row
        left.outcome = .abandoned
        try ledger.amend(left)
      }
      try ledger.flush()
      let rest = try #require(try Self.sums(database, Self.query([.model])).first)
      #expect(rest.requests == 3)
      #expect(rest.usage == sum.usage)
      #expect(rest.costNanoUSD == sum.costNanoUSD)
    }
  }

  @Test func theDearestComesFirstWithinAPeriod() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for (id, user, cost, day) in [
        ("1", "a", 5, 1), ("2", "b", 9, 1), ("3", "c", 7, 1), ("4", "a", 1, 0), ("5", "b", 99, 2),
      ] {
        var row = receipt(id, at: Int64(day) * Self.day)
        row.user = user
        row.costNanoUSD = Int64(cost)
        try ledger.add(row)
      }
      #expect(
        try Self.sums(database, Self.query([.user])).map { $0.names[0].name } == ["b", "c", "a"])
      let days = try Self.sums(database, Self.query([.user], .day))
      #expect(
        days.map { "\($0.startMilliseconds.map { $0 / Self.day } ?? -1)\($0.names[0].name ?? "")" }
          == ["0a", "1b", "1c", "1a", "2b"])
    }
  }

  /// A report reads cells and no row of a request, and only those of its range.
  @Test(arguments: UsageQuery.Grouping.allCases)
  func readsNoRowOfARequest(grouping: UsageQuery.Grouping) throws {
    try withDatabase { database throws in
      for period in [nil, UsageQuery.Period.hour, .day] {
        let query = Self.query([grouping, grouping == .user ? .model : .user], period, from: 1)
        let plan = try database.prepare("EXPLAIN QUERY PLAN " + LedgerReader.sql(query))
        var steps: [String] = []
        while try plan.step() { steps.append(plan.text(3)) }
        let text = steps.joined(separator: "\n")
        #expect(!text.contains("request"), "\(text)")
        #expect(text.contains("SEARCH usage_hour USING PRIMARY KEY (start>? AND start<?)"))
        #expect(text.contains("SEARCH usage_day USING PRIMARY KEY (start>? AND start<?)"))
        #expect(!text.contains("SCAN usage_"), "\(text)")
      }
    }
  }
}
