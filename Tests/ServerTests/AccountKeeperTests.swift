import Gateway
import JSON
import Testing

@testable import Server

@Suite("Accounts in step with records", .timeLimit(.minutes(10)))
struct AccountKeeperTests {
  private func set(_ bench: TestBench, _ fields: String) throws {
    try bench.perform("user.set", try JSONValue(parsing: "{\"name\":\"ada\",\(fields)}"))
  }

  private func budget(_ bench: TestBench) throws -> JSONValue? {
    try bench.perform("budget.show", ["user": "ada"])["budgets"]?[0]
  }

  private static let price =
    #"{"model":"m","fields":{"input_cost_per_token":0.001,"output_cost_per_token":0.01}}"#

  @Test func whatWasSpentBeforeABudgetCounts() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    try bench.perform("price.set", try JSONValue(parsing: Self.price))
    // Three tokens in and two out.
    #expect(try bench.ask(Ask.chat()).status == 200)
    _ = try bench.receipts(1)
    try set(bench, #""budgets":[{"usd":1,"period":"day"},{"usd":9,"period":"total"}]"#)
    #expect(try budget(bench)?["spent_usd"]?.text == "0.023")
    #expect(try bench.ask(Ask.chat(extra: #","max_tokens":20"#)).status == 200)
    #expect(try budget(bench)?["spent_usd"]?.text == "0.046")
    _ = try bench.receipts(2)
    #expect(try budget(bench)?["spent_usd"]?.text == "0.046")
    #expect(try budget(bench)?["reserved_usd"]?.text == "0")
    // Another budget begins with the same.
    try set(bench, #""budgets":[{"usd":1,"period":"week","aligned":false}]"#)
    #expect(try budget(bench)?["spent_usd"]?.text == "0.046")
    #expect(try budget(bench)?["left_usd"]?.text == "0.954")
    try set(bench, #""budgets":null"#)
    #expect(try budget(bench) == nil)
    #expect(bench.installation.accounts.count == 0)
  }

  @Test func aRaiseIsAddedAndNamed() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    try set(bench, #""budgets":[{"usd":1,"period":"day"},{"usd":9,"period":"total"}]"#)
    let raise = #"{"user":"ada","usd":2,"until_ms":4000000000000,"period":"day"}"#
    try bench.perform("budget.raise", try JSONValue(parsing: raise))
    #expect(try budget(bench)?["usd"]?.text == "3")
    #expect(try budget(bench)?["raised_usd"]?.text == "2")
    for wrong in [
      raise.replacing(#","period":"day""#, with: ""), raise.replacing("day", with: "hour"),
      raise.replacing("4000000000000", with: "1"), raise.replacing("ada", with: "bob"),
      raise.replacing("usd\":2", with: "usd\":-2"),
    ] {
      #expect(throws: OperationFailure.self) {
        try bench.perform("budget.raise", try JSONValue(parsing: wrong))
      }
    }
  }

  /// Three budgets of a day are told apart by their zones, and the rolling one by that.
  @Test(arguments: [
    (#""timezone":"UTC""#, 0), (#""timezone":"+02:00""#, 1), (#""rolling":true"#, 2),
    (#""rolling":false"#, nil), (#""timezone":"+03:00""#, nil), (#""period":"day""#, nil),
  ])
  func aRaiseGoesToTheBudgetThatIsMeant(which: String, place: Int?) throws {
    let bench = try TestBench()
    defer { bench.stop() }
    try set(
      bench,
      #""budgets":[{"usd":1,"period":"day"},{"usd":1,"period":"day","timezone":"+02:00"},"#
        + #"{"usd":1,"period":"day","aligned":false}]"#)
    let raise = #"{"user":"ada","usd":2,"until_ms":4000000000000,\#(which)}"#
    guard let place else {
      #expect(throws: OperationFailure.self) {
        try bench.perform("budget.raise", try JSONValue(parsing: raise))
      }
      return
    }
    let budgets = try bench.perform("budget.raise", try JSONValue(parsing: raise))["budgets"]
    #expect(
      budgets?.array?.map { $0["usd"]?.text } == (0..<3).map { $0 == place ? "3" : "1" })
  }
}
