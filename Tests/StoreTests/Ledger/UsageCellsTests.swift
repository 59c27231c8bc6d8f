import Gateway
import Providers
import Testing

@testable import Store

/// Chance from a seed that is printed when a test fails.
struct SeededChance: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite("Roll-ups")
struct UsageCellsTests {
  private static func random(_ id: Int, _ chance: inout SeededChance) -> Receipt {
    // Five days, many rows on the borders of hours and days.
    let hour = Int64.random(in: 480_000...480_120, using: &chance)
    let within = Int64([0, 1, 1_800_000, 3_599_999].randomElement(using: &chance) ?? 0)
    var row = receipt("\(id)", at: hour * 3_600_000 + within)
    row.durationMilliseconds = [0, 1, 50, 7_200_000].randomElement(using: &chance) ?? 0
    row.user = [nil, "ada", "bob"].randomElement(using: &chance) ?? nil
    row.token = [nil, "a", "b"].randomElement(using: &chance) ?? nil
    row.model = [nil, "m", "n", "*"].randomElement(using: &chance) ?? nil
    row.provider = [nil, "p", "q"].randomElement(using: &chance) ?? nil
    row.key = [nil, "k", "l"].randomElement(using: &chance) ?? nil
    row.endpoint = Endpoint.allCases.randomElement(using: &chance)
    row.outcome = Receipt.Outcome.allCases.randomElement(using: &chance) ?? .served
    row.usageSource = Receipt.UsageSource.allCases.randomElement(using: &chance) ?? .none
    row.costNanoUSD = Bool.random(using: &chance) ? nil : .random(in: 0...1 << 40, using: &chance)
    row.usage = LedgerColumns.usage { _ in .random(in: 0...1 << 30, using: &chance) }
    row.attempts = .random(in: 0...9, using: &chance)
    var attempt = ReceiptAttempt(provider: "p", model: "m", key: "k", level: 1, waitMilliseconds: 0)
    // Who was served by the first attempt has left none.
    if row.attempts > 1 || row.outcome != .served {
      attempt.possibleCostNanoUSD = .random(in: 0...1 << 30, using: &chance)
    }
    row.append(attempt)
    return row
  }

  /// What a report must say, worked out from the rows alone.
  private static func expected(_ rows: [Receipt], _ query: UsageQuery) -> [String: UsageSum] {
    var sums: [String: UsageSum] = [:]
    for row in rows where query.hours.contains(row.finishedAtMilliseconds) {
      var sum = UsageSum()
      let length: Int64 = query.period == .hour ? 3_600_000 : 86_400_000
      let finished = row.finishedAtMilliseconds
      if query.period != nil { sum.startMilliseconds = finished / length * length }
      for grouping in query.groupings {
        let (name, owner): (String?, String?) =
          switch grouping {
          case .user: (row.user, nil)
          case .token: (row.token, row.user)
          case .model: (row.model, nil)
          case .key: (row.key, row.provider)
          case .provider: (row.provider, nil)
          case .endpoint: (row.endpoint?.rawValue, nil)
          }
        sum.names.append(UsageSum.Name(name: name, owner: name == nil ? nil : owner))
      }
      let key = "\(sum.startMilliseconds ?? 0) \(owners(sum, row, query))"
      var total = sums[key] ?? sum
      total.requests += 1
      total.served += row.outcome == .served ? 1 : 0
      total.attempts += Int64(row.attempts)
      total.unpriced += row.costNanoUSD == nil && row.usageSource != .none ? 1 : 0
      total.estimated += row.usageSource == .estimated ? 1 : 0
      var old: [Int64] = []
      LedgerColumns.forEach(total.usage) { old.append($0) }
      var new: [Int64] = []
      LedgerColumns.forEach(row.usage) { new.append($0) }
      total.usage = LedgerColumns.usage { old[$0] + new[$0] }
      total.costNanoUSD += row.costNanoUSD ?? 0
      total.possibleCostNanoUSD += row.possibleCostNanoUSD
      sums[key] = total
    }
    return sums
  }

  /// A sum without a name still belongs to its owner: both make the group.
  private static func owners(_ sum: UsageSum, _ row: Receipt, _ query: UsageQuery) -> String {
    zip(query.groupings, sum.names).map { grouping, name in
      let owner = grouping == .token ? row.user : grouping == .key ? row.provider : nil
      return "\(name.name ?? "-") of \(owner ?? "-")"
    }.joined(separator: ", ")
  }

  private static func found(_ database: Database, _ query: UsageQuery) throws -> [UsageSum] {
    try LedgerReader(database).sums(query)
  }

  private static func text(_ sums: some Sequence<UsageSum>) -> [String] {
    sums.map { "\($0)" }.sorted()
  }

  /// Rows added in batches of any size, some twice, some amended: every report of any
  /// groupings, period and range is the sum of the rows, and stays it when the rows are gone.
  @Test(arguments: 0..<8)
  func everyReportIsTheSumOfItsRows(seed: UInt64) throws {
    var chance = SeededChance(state: seed)
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      var rows = (0..<300).map { Self.random($0, &chance) }
      var start = 0
      while start < rows.count {
        let end = min(rows.count, start + .random(in: 1...60, using: &chance))
        // Some come again, as after a crash.
        let replayed = rows[..<start].filter { _ in Int.random(in: 0..<20, using: &chance) == 0 }
        let batch = (Array(rows[start..<end]) + replayed).shuffled(using: &chance)
        #expect(
          try database.transaction { () throws(StoreError) in try ledger.add(contentsOf: batch) }
            == 0)
        start = end
      }
      for index in rows.indices where index.isMultiple(of: 7) {
        var other = Self.random(index, &chance)
        other.outcome = .abandoned
        try ledger.amend(other)
        rows[index].outcome = .abandoned
      }
      try ledger.flush()
      var queries: [UsageQuery] = []
      for _ in 0..<40 {
        var query = UsageQuery()
        query.groupings = UsageQuery.Grouping.allCases.shuffled(using: &chance)
        query.groupings.removeLast(.random(in: 0...6, using: &chance))
        query.period = [nil, .hour, .day].randomElement(using: &chance) ?? nil
        let times = [nil, rows.randomElement(using: &chance)?.finishedAtMilliseconds]
        query.fromMilliseconds = times.randomElement(using: &chance) ?? nil
        query.toMilliseconds = (rows.randomElement(using: &chance)?.finishedAtMilliseconds)
          .flatMap { Bool.random(using: &chance) ? $0 : nil }
        queries.append(query)
      }
      for query in queries {
        let expected = Self.text(Self.expected(rows, query).values)
        #expect(Self.text(try Self.found(database, query)) == expected, "seed \(seed), \(query)")
      }
      let before = try queries.map { Self.text(try Self.found(database, $0)) }
      while try Ledger.purge(finishedBefore: .max, rowsMax: 100, in: database) > 0 {}
      #expect(try database.integer("SELECT count(*) FROM request") == 0)
      #expect(try queries.map { Self.text(try Self.found(database, $0)) } == before)
      #expect(try LedgerReader(database).requestsTotal() == 300)
    }
  }

  /// A transaction that is taken back leaves neither a row nor a share of one, nor a number of a
  /// combination that another one would then be counted under.
  @Test func whatIsTakenBackLeavesNoShare() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      try ledger.add(receipt("1"))
      for user in ["bob", "cleo"] {
        var row = receipt(user)
        row.user = user
        #expect(throws: StoreError.damaged("for the test")) {
          try database.transaction { () throws(StoreError) in
            _ = try ledger.add(contentsOf: [row])
            throw .damaged("for the test")
          }
        }
      }
      var other = receipt("2")
      other.user = "cleo"
      try ledger.add(other)
      var query = UsageQuery()
      query.groupings = [.user]
      let names = try Self.found(database, query).map { $0.names[0].name }.compactMap { $0 }
      #expect(names.sorted() == ["ada", "cleo"])
      #expect(try LedgerReader(database).requestsTotal() == 2)
    }
  }

  /// A row that SQLite does not take has no share, and the others have theirs.
  @Test func aRowThatIsRefusedHasNoShare() throws {
    try withDatabase { database throws in
      try database.execute(
        """
        CREATE TRIGGER refuse BEFORE INSERT ON request WHEN NEW.request_id = 'bad'
        BEGIN SELECT raise(ABORT, 'no'); END
        """)
      let ledger = try Ledger(database)
      #expect(try ledger.add(contentsOf: [receipt("a"), receipt("bad"), receipt("b")]) == 1)
      #expect(try Self.found(database, UsageQuery()).first?.requests == 2)
    }
  }

  @Test func timesOutsideTheCalendarFallToItsEnds() throws {
    try withDatabase { database throws in
      let ledger = try Ledger(database)
      for (number, time) in [Int64.min, -1, .max].enumerated() {
        var row = receipt("\(number)", at: time)
        row.durationMilliseconds = 0
        try ledger.add(row)
      }
      var query = UsageQuery()
      query.period = .hour
      let starts = try Self.found(database, query).map(\.startMilliseconds)
      #expect(starts == [0, UsageCells.timeMax - 3_599_999])
    }
  }
}
