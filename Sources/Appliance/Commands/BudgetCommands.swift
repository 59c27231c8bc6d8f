import JSON

/// `appliance budget …`: what users may spend, and what they have spent.
enum BudgetCommands {
  static let all: [Command] = [show, raise]

  private static let user = Command.Operand(name: "USER")

  private static let columns = [
    RecordColumn("TOKEN", "token"), RecordColumn("USD", "usd", isNumeric: true),
    RecordColumn("PERIOD", "period"),
    RecordColumn("TIMEZONE") { budget in
      if budget["period"] == "total" { return "" }
      return budget["aligned"] == false ? "rolling" : cellText(budget["timezone"])
    }, RecordColumn("MODE", "mode"), RecordColumn("SPENT", "spent_usd", isNumeric: true),
    RecordColumn("RESERVED", "reserved_usd", isNumeric: true),
    RecordColumn("LEFT", "left_usd", isNumeric: true), RecordColumn("RESETS AT", "resets_at"),
  ]

  private static let show = Command.operation(
    "budget show", "Show the budgets of a user and its tokens, and what is left of them",
    operands: [user],
    details: [
      "A budget is given with 'appliance user set USER --budget 10/month', or to a token with"
        + " 'appliance token set'."
    ],
    examples: ["appliance budget show ada", "appliance budget show ada --json"]
  ) { call throws(CommandError) in
    call.printList(
      try call.perform(.budgetShow, [("user", call.operandField(0))]), "budgets", columns,
      hint: "No budgets. 'appliance user set \(call.operand(0)) --budget 10/month' gives one.")
  }

  private static let raise = Command.operation(
    "budget raise", "Give a user more to spend for a while", operands: [user],
    options: [
      Command.Option("--usd", "N", help: "Dollars on top of the budget."),
      Command.Option(
        "--until", "WHEN", help: "When the raise ends: a time, a date, or 3d from now."),
      Command.Option("--period", "PERIOD", help: "Which budget, if there are several."),
      Command.Option("--timezone", "ZONE", help: "The same, of several of a period."),
      Command.Option("--rolling", help: "The one of them that is rolling."),
      Command.Option("--token", "LABEL", help: "A token's budget and not the user's own."),
    ],
    details: ["It stays when the budget is set anew, and ends by itself."],
    examples: ["appliance budget raise ada --usd 5 --until 3d"]
  ) { call throws(CommandError) in
    guard let usd = call.value("--usd").flatMap({ LimitOptions.amount($0[...]) }) else {
      throw .usage("--usd takes an amount of dollars such as 5 or 0.50.")
    }
    guard let until = try call.time("--until", spansGo: .forward) else {
      throw .usage("--until is missing: a raise needs an end.")
    }
    let periods = ["hour", "day", "week", "month", "total"]
    let result = try call.perform(
      .budgetRaise,
      [
        ("user", call.operandField(0)), ("token", call.field("--token")),
        ("period", try call.field("--period", oneOf: periods)),
        ("timezone", call.field("--timezone")),
        ("rolling", call.has("--rolling") ? .bool(true) : nil),
        ("usd", usd), ("until_ms", until),
      ])
    guard !call.wantsJSON else { return call.printJSON(result["budgets"] ?? result) }
    call.console.writeLine("Raised the budget of \(call.operand(0)).")
  }
}
