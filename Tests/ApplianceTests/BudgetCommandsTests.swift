import JSON
import Testing

@testable import Appliance

@Suite("appliance budget")
struct BudgetCommandsTests {
  static let budget: JSONValue = [
    "usd": 10, "period": "month", "spent_usd": .number("0.000037"), "reserved_usd": 0,
    "left_usd": .number("9.999963"), "resets_at": "2027-02-01T00:00:00Z", "token": nil,
  ]

  @Test func showsThem() {
    let test = TestConsole(answers: [.budgetShow: .success(["budgets": [Self.budget]])])
    test.run("budget show ada")
    #expect(test.arguments == ["user": "ada"])
    #expect(test.output.contains("0.000037") && test.output.contains("9.999963"))
    let json = TestConsole(answers: [.budgetShow: .success(["budgets": [Self.budget]])])
    json.run("budget show ada --json")
    #expect((try? JSONValue(parsing: Array(json.output.utf8))) == [Self.budget])
  }

  /// Budgets of one period are told apart.
  @Test func showsWhoseDayAndHowStrict() {
    var other = Self.budget
    other["aligned"] = false
    other["mode"] = "strict"
    let test = TestConsole(answers: [.budgetShow: .success(["budgets": [other]])])
    test.run("budget show ada")
    #expect(test.output.contains("rolling") && test.output.contains("strict"))
    let raise = TestConsole()
    raise.run("budget raise ada --usd 1 --until 3d --timezone Europe/Berlin --rolling")
    #expect(raise.arguments?["timezone"] == "Europe/Berlin")
    #expect(raise.arguments?["rolling"] == true)
  }

  @Test func raises() {
    let test = TestConsole()
    #expect(
      test.run("budget raise ada --usd 0.50 --until 2027-01-31 --period day --token t") == .success)
    #expect(test.operation == .budgetRaise)
    #expect(test.arguments?["usd"]?.text == "0.50")
    #expect(test.arguments?["until_ms"] == 1_801_353_600_000)
    #expect(test.arguments?["period"] == "day" && test.arguments?["token"] == "t")
  }

  @Test(arguments: [
    "budget raise ada --usd 5", "budget raise ada --until 3d",
    "budget raise ada --usd -5 --until 3d",
    "budget raise ada --usd x --until 3d", "budget raise ada --usd 5 --until 3d --period year",
  ])
  func refuses(line: String) { #expect(TestConsole().run(line) == .usage) }

  @Test func budgetsAreOptionsOfUsersAndTokens() {
    let test = TestConsole()
    test.run(
      "user set ada --budget 10/month,timezone=Europe/Berlin --budget 2.50/day,rolling,strict")
    #expect(
      test.arguments?["budgets"]?.text
        == #"[{"usd":10,"period":"month","timezone":"Europe/Berlin"},"#
        + #"{"usd":2.50,"period":"day","aligned":false,"mode":"strict"}]"#)
    test.run(["token", "add", "ada", "--budget", ""])
    #expect(test.arguments?["budgets"] == .null)
    for wrong in ["10", "x/day", "-1/day", "1/day,odd", "1/2/day", "/day"] {
      #expect(TestConsole().run(["user", "set", "ada", "--budget", wrong]) == .usage)
    }
  }
}
