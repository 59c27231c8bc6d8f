import Gateway
import Testing

@testable import Store

@Suite("The columns of the request table")
struct LedgerColumnsTests {
  @Test func areThoseOfTheTable() throws {
    try withDatabase { database throws in
      let rows = try database.prepare("SELECT name FROM pragma_table_info('request')")
      var names: Set<String> = []
      while try rows.step() { names.insert(rows.text(0)) }
      names.remove("id")
      #expect(names == Set(LedgerColumns.all))
      #expect(names.count == LedgerColumns.all.count)
      #expect(LedgerColumns.all[LedgerColumns.usageStart] == "input_tokens")
    }
  }

  @Test(arguments: ["outcome = 'lost'", "usage_source = ''", "anomalies = '{\"a\":1}'"])
  func aRowThatIsNotOursIsDamage(change: String) throws {
    try withDatabase { database throws in
      try Ledger(database).add(receipt("req_7"))
      try database.execute("UPDATE request SET \(change)")
      let error = #expect(throws: StoreError.self) {
        try LedgerReader(database).request("req_7")
      }
      #expect(error?.message.contains("req_7") == true)
    }
  }

  /// A dialect or endpoint of a later version is no reason to show nothing.
  @Test func anUnknownRouteIsNil() throws {
    try withDatabase { database throws in
      try Ledger(database).add(receipt("r"))
      try database.execute("UPDATE request SET dialect = 'telepathy', endpoint = 'thoughts'")
      let found = try #require(try LedgerReader(database).request("r"))
      #expect(found.dialect == nil)
      #expect(found.endpoint == nil)
    }
  }
}
