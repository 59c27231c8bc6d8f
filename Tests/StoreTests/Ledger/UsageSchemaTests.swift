import Gateway
import Providers
import Testing

@testable import Store

@Suite("Roll-ups of a database that had none")
struct UsageSchemaTests {
  /// Rows that were there before the roll-ups are in them.
  @Test func areMadeFromTheRowsThatAreThere() throws {
    try withFolder { folder throws in
      let database = try Database(path: "\(folder)/appliance.db", .owner)
      try Migration.apply(to: database, steps: Array(Migration.all.prefix(1)))
      for (id, user, time, tokens, cost) in [
        ("1", "'ada'", 5, "7", "11"), ("2", "'ada'", 3_600_005, "8", "NULL"),
        ("3", "NULL", 90_000_000, "9223372036854775807", "9223372036854775807"),
        ("4", "NULL", 90_000_001, "9223372036854775807", "-4"),
      ] {
        let usage = LedgerColumns.usage.map { $0 == "input_tokens" ? tokens : "0" }
        try database.execute(
          """
          INSERT INTO request (request_id, started_at, finished_at, user, attempts, status, stream,
            outcome, usage_source, anomalies, duration_ms, cost_nano_usd,
            \(LedgerColumns.usage.joined(separator: ", ")))
          VALUES ('\(id)', \(time), \(time), \(user), 2, 200, 0, 'served', 'reported', '[]', 0, \(cost),
            \(usage.joined(separator: ", ")))
          """)
      }
      try Migration.apply(to: database)
      let reader = LedgerReader(database)
      #expect(try reader.requestsTotal() == 4)
      var query = UsageQuery()
      query.groupings = [.user]
      query.period = .day
      let sums = try reader.sums(query)
      #expect(sums.map(\.requests) == [2, 2])
      #expect(sums.map { $0.names[0].name } == ["ada", nil])
      #expect(sums[0].usage.inputTokens == 15)
      #expect(sums[0].costNanoUSD == 11)
      #expect(sums[0].unpriced == 1)
      #expect(sums[0].served == 2)
      #expect(sums[0].attempts == 4)
      #expect(sums[1].usage.inputTokens > 9_000_000_000_000_000_000)
      query.period = .hour
      #expect(try reader.sums(query).map(\.requests) == [1, 1, 2])
      // A row of then has no detail, and can be read and amended.
      var old = try #require(try reader.request("2"))
      #expect(old.plan.isEmpty && old.trail.isEmpty && old.bill == nil && old.priceVersion == nil)
      old.outcome = .cut
      let ledger = try Ledger(database)
      try ledger.amend(old)
      try ledger.flush()
      #expect(try reader.sums(query)[1].served == 0)
    }
  }
}
