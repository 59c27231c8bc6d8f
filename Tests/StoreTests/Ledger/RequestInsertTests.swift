import Gateway
import Providers
import Testing

@testable import Store

@Suite("Several rows at once")
struct RequestInsertTests {
  /// Receipts as the journal has them, in memory that stays until all of them go.
  final class Entries {
    private(set) var rows: [RequestInsert.Row] = []
    private var memory: [UnsafeMutableRawBufferPointer] = []

    func add(_ receipt: Receipt) throws {
      var bytes: [UInt8] = []
      ReceiptCoding.append(receipt, to: &bytes)
      let read = ReceiptRow(bytes.span)
      let account = try #require(read)
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
      copy.copyBytes(from: bytes)
      memory.append(copy)
      rows.append(RequestInsert.Row(account, UnsafeRawBufferPointer(copy)))
    }

    deinit { for copy in memory { copy.deallocate() } }
  }

  /// A receipt in which each value is one of a few or none, so that neighbours differ in some.
  static func random(_ id: String, _ chance: inout SeededChance) -> Receipt {
    func name(_ names: [String?]) -> String? { names.randomElement(using: &chance) ?? nil }
    let hour = Int64.random(in: 480_000...480_030, using: &chance)
    var row = Receipt(requestID: id, startedAtMilliseconds: hour * 3_600_000)
    row.durationMilliseconds = .random(in: 0...3, using: &chance) * 900_000
    row.user = name([nil, "ada", "bob"])
    row.token = name([nil, "a", "b"])
    row.model = name([nil, "", "m", String(repeating: "n", count: 512)])
    row.upstreamModel = name([nil, "up"])
    row.provider = name([nil, "p", "q"])
    row.key = name([nil, "k"])
    row.priceVersion = name([nil, "v1", "v2"])
    row.dialect = Bool.random(using: &chance) ? nil : Dialect.allCases.randomElement(using: &chance)
    row.endpoint =
      Bool.random(using: &chance) ? nil : Endpoint.allCases.randomElement(using: &chance)
    row.level = [nil, -1, 0, 1].randomElement(using: &chance) ?? nil
    row.status = [0, 200, 429].randomElement(using: &chance) ?? 0
    row.isStream = Bool.random(using: &chance)
    row.outcome = .served
    row.attempts = 1
    row.usageSource = Receipt.UsageSource.allCases.randomElement(using: &chance) ?? .none
    row.usage = LedgerColumns.usage { _ in [0, 0, 1, .max].randomElement(using: &chance) ?? 0 }
    row.costNanoUSD = [nil, 0, 7].randomElement(using: &chance) ?? nil
    row.timeToFirstTokenMilliseconds = [nil, 0, 5].randomElement(using: &chance) ?? nil
    if Bool.random(using: &chance) {
      row.plan = [ReceiptCandidate(provider: "p", model: "m", level: 1)]
    }
    if Bool.random(using: &chance) {
      let user = ["user_1", "user_2"].randomElement(using: &chance) ?? ""
      row.charge = Charge(
        userID: user, tokenID: "token_1", nanoUSD: .random(in: 0...2, using: &chance),
        countsModel: Bool.random(using: &chance))
    }
    // One in eight needs more of its receipt than its account.
    if Int.random(in: 0..<8, using: &chance) == 0 {
      row.outcome = Receipt.Outcome.allCases.randomElement(using: &chance) ?? .served
      row.attempts = 2
      row.anomalies = ["odd", "é\""]
      var attempt = ReceiptAttempt(
        provider: "p", model: "m", key: "k", level: 1, waitMilliseconds: 0)
      attempt.possibleCostNanoUSD = 11
      row.append(attempt)
    }
    return row
  }

  /// A value that is bound still is never that of another row.
  @Test(arguments: 0..<8)
  func eachRowHasItsOwnValues(seed: UInt64) throws {
    var chance = SeededChance(state: seed)
    try withDatabase { database throws in
      let insert = try RequestInsert(database)
      var receipts: [Receipt] = []
      for run in 0..<20 {
        let entries = Entries()
        let isTogether = !run.isMultiple(of: 4)
        for place in 0..<(isTogether ? RequestInsert.rowsAtOnce : 3) {
          var row = Self.random("\(run) \(place)", &chance)
          row.anomalies = []
          receipts.append(row)
          try entries.add(row)
        }
        if isTogether {
          #expect(try insert.storeTogether(entries.rows) == nil)
        } else {
          for row in entries.rows { #expect(try insert.store(row)) }
        }
      }
      for receipt in receipts {
        var wanted = receipt
        wanted.charge = nil
        let found = try #require(try LedgerReader(database).request(receipt.requestID))
        #expect(facts(found) == facts(wanted), "seed \(seed)")
      }
    }
  }

  @Test func whatIsThereAlreadyIsNotNew() throws {
    try withDatabase { database throws in
      let insert = try RequestInsert(database)
      func together(_ ids: String) throws -> [Bool]? {
        let entries = Entries()
        for id in ids { try entries.add(receipt("\(id)")) }
        return try insert.storeTogether(entries.rows)
      }
      #expect(try together("abcdefgh") == nil)
      #expect(try together("abcdefgh") == [Bool](repeating: false, count: 8))
      #expect(
        try together("ijakkbli") == [true, true, false, true, false, false, true, false])
      #expect(try together("mmmmmmmm") == [true] + [Bool](repeating: false, count: 7))
      #expect(try database.integer("SELECT count(*) FROM request") == 13)
      let entries = Entries()
      for id in ["a", "n"] { try entries.add(receipt(id)) }
      #expect(try !insert.store(entries.rows[0]))
      #expect(try insert.store(entries.rows[1]))
    }
  }

  /// What the journal brings, several rows at once, some twice and some amended, makes the tables
  /// that the same receipts make one by one.
  @Test(arguments: 0..<8)
  func theJournalMakesTheTablesOfItsReceipts(seed: UInt64) throws {
    var chance = SeededChance(state: seed &+ 100)
    try withFolder { folder throws in
      let runs = try JournalDrainTests.Runs(folder)
      try runs.start()
      try withDatabase { database throws in
        let ledger = try Ledger(database)
        for number in 0..<400 {
          let id = Int.random(in: 0..<10, using: &chance) == 0 ? number / 2 : number
          let row = Self.random("\(id)", &chance)
          try ledger.add(row)
          runs.producers[0].end(row, nil)
          if Int.random(in: 0..<20, using: &chance) == 0 {
            var other = row
            (other.outcome, other.anomalies) = (.abandoned, ["client_left"])
            try ledger.amend(other)
            runs.producers[0].amend(other)
          }
          if Int.random(in: 0..<30, using: &chance) == 0 { try runs.step(1_000) }
        }
        try runs.step()
        #expect(runs.lost == 0)
        for sql in Self.tables {
          #expect(
            try Self.text(of: sql, in: runs.database) == Self.text(of: sql, in: database),
            "seed \(seed)")
        }
      }
    }
  }

  private static let tables =
    [
      "SELECT \(LedgerColumns.all.joined(separator: ", ")) FROM request ORDER BY request_id",
      "SELECT subject, quarter, requests, input_tokens, output_tokens, nano_usd FROM spend_cell",
      "SELECT value FROM meta WHERE name = 'requests_total'",
    ]
    + ["usage_hour", "usage_day"].map {
      """
      SELECT start, user, token, model, provider, key, endpoint,
        \(UsageCells.amounts.joined(separator: ", "))
      FROM \($0) JOIN usage_subject AS s ON s.id = subject ORDER BY 1, 2, 3, 4, 5, 6, 7
      """
    }

  private static func text(of sql: String, in database: Database) throws -> [String] {
    let rows = try database.prepare(sql)
    var lines: [String] = []
    while try rows.step() {
      lines.append(
        (0..<rows.columnCount).map { rows.isNull($0) ? "-" : rows.text($0) }.joined(separator: "|"))
    }
    return lines
  }
}
