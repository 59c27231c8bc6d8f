import JSON

/// `appliance explain` and `appliance audit`: what the rules say, and who changed them.
enum PolicyCommands {
  static let all: [Command] = [explain, audit]

  private static let explain = Command.operation(
    "explain", "Say what would happen to a request, without sending it",
    options: [
      Command.Option("--user", "NAME", help: "Who would send it."),
      Command.Option("--model", "NAME", help: "The model that it would ask for."),
      Command.Option(
        "--endpoint", "NAME",
        help: "As chat/completions or messages. Default: one of the model's dialect."),
      Command.Option("--token", "LABEL", help: "The user's token. Default: one without rules."),
      Command.Option("--ip", "ADDRESS", help: "Where it would come from."),
      Command.Option("--level", "N", help: "As the header x-appliance-level."),
      Command.Option("--provider", "NAME", help: "The provider of a passthrough."),
      Command.Option(
        "--input-tokens", "N", help: "How much it would say, for limits and budgets. Default: 1000."
      ),
      Command.Option(
        "--max-tokens", "N", help: "The cap on output that it would state. Default: none."),
      Command.Option("--id", "ID", help: "An id that it would name, as of a response: resp_…"),
      Command.Option("--own-key", help: "With a provider key of the client's in x-upstream-key."),
    ],
    details: [
      "Shows whether it is allowed, or by which rule not; what it would take of each limit and "
        + "budget, and what that would leave; the plan; and the keys in the order in which they "
        + "would be tried, from what the running appliance knows of them. Nothing is sent, and "
        + "nothing is taken.",
      "A budget sets aside the bound of the cost: the bytes of the request as input, and the cap on "
        + "output, the stated one or the model's, at the dearest price of the plan.",
    ],
    examples: [
      "appliance explain --user ada --model gpt-4o",
      "appliance explain --user ada --model gpt-4o --ip 203.0.113.7 --json",
    ]
  ) { call throws(CommandError) in
    guard call.has("--user") else { throw .usage("--user is missing.") }
    let result = try call.perform(
      .explain,
      [
        ("user", call.field("--user")), ("model", call.field("--model")),
        ("endpoint", call.field("--endpoint")), ("token", call.field("--token")),
        ("ip", call.field("--ip")), ("level", try call.field("--level", in: 0...1_000_000)),
        ("provider", call.field("--provider")), ("id", call.field("--id")),
        ("input_tokens", try call.field("--input-tokens", in: 0...1_000_000_000)),
        ("max_tokens", try call.field("--max-tokens", in: 0...1_000_000_000)),
        ("own_key", call.has("--own-key") ? true : nil),
      ])
    guard !call.wantsJSON else { return call.printJSON(result) }
    if result["allowed"]?.bool == true {
      call.console.writeLine("Allowed.")
    } else {
      let code = "\(cellText(result["status"])) \(cellText(result["code"]))"
      call.console.writeLine("Refused with \(code): \(printable(cellText(result["message"])))")
    }
    call.console.writeLine(
      "endpoint: \(cellText(result["endpoint"])) (\(cellText(result["dialect"])))")
    for decision in result["decisions"]?.array ?? [] {
      call.console.writeLine(
        "\(cellText(decision["phase"])): \(printable(cellText(decision["rule"])))")
    }
    if let wait = result["wait_ms"]?.int {
      call.console.writeLine("It would wait \((wait + 999) / 1_000) s for a key, since all rest.")
    }
    if let cap = result["output_cap"]?.int {
      call.console.writeLine("It would go out with a cap of \(cap) output tokens, to fit a budget.")
    }
    let parts = cellText(result["not_bounded"])
    if !parts.isEmpty { call.console.writeLine("Its cost has no bound: \(printable(parts))") }
    printSection(
      "Limits, for \(cellText(result["request"]?["input_tokens"])) input tokens", result["limits"],
      limitColumns, call)
    printSection("Budgets, in dollars", result["budgets"], budgetColumns, call)
    printSection("Plan", result["plan"], planColumns, call)
    if result["drawn"]?.bool == true {
      call.console.writeLine(
        "The targets share the requests by weight: another request may begin with another.")
    }
    printSection("Keys, in order", result["keys"], keyColumns, call)
    printSection("Keys that cannot serve now", result["resting"], restingColumns, call)
  }

  private static func printSection(
    _ title: String, _ rows: JSONValue?, _ columns: [RecordColumn], _ call: Invocation
  ) {
    guard let rows = rows?.array, !rows.isEmpty else { return }
    call.console.writeLine("\n\(title):")
    call.printTable(rows, columns)
  }

  private static let planColumns: [RecordColumn] = [
    RecordColumn("PROVIDER", "provider"), RecordColumn("MODEL", "model"),
    RecordColumn("LEVELS", "levels"),
  ]

  private static let limitColumns: [RecordColumn] = [
    RecordColumn("TOKEN", "token"), RecordColumn("LIMIT", "limit"), RecordColumn("MODEL", "model"),
    RecordColumn("MAX", "max", isNumeric: true), RecordColumn("USED", "used", isNumeric: true),
    RecordColumn("TAKES", "takes", isNumeric: true),
    RecordColumn("LEFT AFTER", "left_after", isNumeric: true),
    RecordColumn("RESETS AT", "resets_at"),
    verdictColumn,
  ]

  private static let budgetColumns: [RecordColumn] = [
    RecordColumn("TOKEN", "token"), RecordColumn("USD", "usd", isNumeric: true),
    RecordColumn("PERIOD", "period"), RecordColumn("SPENT", "spent_usd", isNumeric: true),
    RecordColumn("RESERVED", "reserved_usd", isNumeric: true),
    RecordColumn("TAKES", "takes_usd", isNumeric: true),
    RecordColumn("LEFT AFTER", "left_after_usd", isNumeric: true),
    RecordColumn("RESETS AT", "resets_at"), verdictColumn,
  ]

  private static let verdictColumn = RecordColumn("VERDICT") {
    $0["refuses"]?.bool == true ? "refuses" : "fits"
  }

  private static let keyColumns: [RecordColumn] = [
    RecordColumn("KEY", text: keyName), RecordColumn("LEVEL", "level", isNumeric: true),
    RecordColumn("MODEL", "model"),
  ]

  private static let restingColumns: [RecordColumn] = [
    RecordColumn("KEY", text: keyName), RecordColumn("LEVEL", "level", isNumeric: true),
    RecordColumn("STATE", "state"), RecordColumn("REASON", "reason"),
    RecordColumn("UNTIL", "until"),
  ]

  /// `openai/main`, `openai/found-3fa9c1d2 (of ada)`.
  private static let keyName: @Sendable (JSONValue) -> String = { key in
    let label = key["own"]?.bool == true ? "the client's own" : cellText(key["key"])
    let owner = key["owner"]?.string.map { " (of \($0))" } ?? ""
    return "\(cellText(key["provider"]))/\(label)\(owner)"
  }

  private static let audit = Command.operation(
    "audit", "List the changes of records, newest first",
    options: [
      Command.Option("--limit", "N", help: "How many. Default: 20."),
      Command.Option(
        "--kind", "KIND", help: "Only of this kind: provider, key, user, token, model, price…"),
      Command.Option("--name", "NAME", help: "Only of the record of this name, as openai/main."),
      Command.Option("--since", "WHEN", help: "Only from this time or date, or from 2h ago."),
    ],
    details: ["With --json each change has its record before and after, secrets masked."],
    examples: ["appliance audit --kind user --name ada", "appliance audit --since 7d --json"]
  ) { call throws(CommandError) in
    call.printList(
      try call.perform(
        .auditList,
        [
          ("limit", .int(Int64(try call.integer("--limit", in: 1...100_000) ?? 20))),
          ("kind", call.field("--kind")), ("name", call.field("--name")),
          ("since_ms", try call.time("--since", spansGo: .backward)),
        ]), "entries",
      [
        RecordColumn("TIME") { String(cellText($0["time"]).prefix(19)) },
        RecordColumn("ACTOR") { cellText($0["actor"]?.isNull == false ? $0["actor"] : $0["uid"]) },
        RecordColumn("ORIGIN") { entry in
          entry["address"]?.string.map { "\(cellText(entry["origin"])) \($0)" }
            ?? cellText(entry["origin"])
        }, RecordColumn("OPERATION", "operation"),
        RecordColumn("CHANGE", "change"), RecordColumn("KIND", "kind"),
        RecordColumn("NAME", "name"), RecordColumn("FIELDS", text: changedFields),
      ],
      hint: "No changes yet.")
  }

  /// The fields whose values differ.
  private static let changedFields: @Sendable (JSONValue) -> String = { entry in
    let (before, after) = (entry["before"], entry["after"])
    var names = before?.object?.map(\.name) ?? []
    names += (after?.object?.map(\.name) ?? []).filter { !names.contains($0) }
    return names.filter { before?[$0] != after?[$0] }.joined(separator: ", ")
  }
}
