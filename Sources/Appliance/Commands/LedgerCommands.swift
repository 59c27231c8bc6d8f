import JSON

/// `appliance requests`, `request show` and `usage`: what the ledger holds.
enum LedgerCommands {
  static let all: [Command] = [requests, ReceiptCommands.show, usage]

  private static let requests = Command.operation(
    "requests", "List the latest requests, newest first",
    options: [
      Command.Option("--limit", "N", help: "How many. Default: 20."),
      Command.Option("--user", "NAME", help: "Only of this user."),
      Command.Option("--model", "NAME", help: "Only those that asked for this model."),
      Command.Option("--since", "WHEN", help: "Only from this time or date, or from 2h ago."),
    ],
    details: ["With --json each request is one line, an object."],
    examples: ["appliance requests --limit 5", "appliance requests --json --since 1h --user ada"]
  ) { call throws(CommandError) in
    let result = try call.perform(
      .requestsList,
      [
        ("limit", .int(Int64(try call.integer("--limit", in: 1...100_000) ?? 20))),
        ("user", call.field("--user")), ("model", call.field("--model")),
        ("since_ms", try call.time("--since", spansGo: .backward)),
      ])
    let rows = result["requests"]?.array ?? []
    if call.wantsJSON {
      for row in rows { call.console.writeLine(row.text) }
    } else if rows.isEmpty {
      let isFiltered = ["--user", "--model", "--since"].contains { call.has($0) }
      call.console.writeError(isFiltered ? "No request matches.\n" : "No requests yet.\n")
    } else {
      call.printTable(rows, requestColumns)
    }
  }

  private static let requestColumns: [RecordColumn] = [
    RecordColumn("TIME") { String(cellText($0["time"]).prefix(19)) },
    RecordColumn("USER", "user"), RecordColumn("MODEL", "model"),
    RecordColumn("PROVIDER", "provider"), RecordColumn("KEY", "key"),
    RecordColumn("TRIES", "attempts", isNumeric: true),
    RecordColumn("STATUS", "status", isNumeric: true), RecordColumn("OUTCOME", "outcome"),
    RecordColumn("INPUT", isNumeric: true) { cellText($0["usage"]?["input_tokens"]) },
    RecordColumn("OUTPUT", isNumeric: true) { cellText($0["usage"]?["output_tokens"]) },
    RecordColumn("COST USD", "cost_usd", isNumeric: true),
    RecordColumn("MS", "duration_ms", isNumeric: true),
  ]

  private static let periods = ["hour", "day"]
  private static let subjects = ["user", "token", "model", "key", "provider", "endpoint"] + periods

  private static let usage = Command.operation(
    "usage", "Sum up tokens and cost",
    options: [
      Command.Option(
        "--by", "SUBJECTS",
        help: """
          What each row stands for: \(subjects.joined(separator: ", ")), or several of them, as \
          model,day. Default: user.
          """, isRepeated: true),
      Command.Option("--from", "WHEN", help: "From the hour of this time or date, or 7d ago."),
      Command.Option("--to", "WHEN", help: "Up to the hour that begins at or after this."),
      Command.Option("--csv", help: "Print CSV instead of a table."),
    ],
    details: [
      "Sums are kept by the hour, UTC, for as long as the appliance lives: also those of requests "
        + "whose rows are gone. FAILED counts all that were not served to their end: refused, failed, "
        + "abandoned by the client."
    ],
    examples: [
      "appliance usage --from 30d --by model", "appliance usage --by user,day --from 7d",
      "appliance usage --by key --csv",
    ]
  ) { call throws(CommandError) in
    guard !(call.wantsJSON && call.has("--csv")) else {
      throw .usage("--json and --csv exclude each other.")
    }
    let by = try subjects(call.list("--by") ?? ["user"])
    let result = try call.perform(
      .usageSummary,
      [
        ("by", .array(by.map(JSONValue.string))),
        ("from_ms", try call.time("--from", spansGo: .backward)),
        ("to_ms", try call.time("--to", spansGo: .backward)),
      ])
    guard !call.wantsJSON else { return call.printJSON(result) }
    let rows = result["rows"]?.array ?? []
    // As the rows have them: the period first.
    let names = periods.filter(by.contains) + by.filter { !periods.contains($0) }
    if call.has("--csv") {
      let names = names + figures.map(\.member)
      call.console.write(CSV.line(names))
      for row in rows { call.console.write(CSV.line(names.map { cellText(row[$0]) })) }
      return
    }
    guard !rows.isEmpty else { return call.console.writeError("No usage yet.\n") }
    var total = result["total"] ?? .null
    total[names[0]] = "total"
    call.printTable(
      rows + [total],
      names.map { RecordColumn($0.uppercased(), $0) }
        + figures.filter(\.isInTable).map { RecordColumn($0.heading, $0.member, isNumeric: true) })
  }

  /// The subjects of `--by`, checked.
  private static func subjects(_ words: [String]) throws(CommandError) -> [String] {
    for word in words where !subjects.contains(word) {
      throw .usage("--by takes \(subjects.joined(separator: ", ")), not '\(word)'.")
    }
    guard !words.isEmpty, Set(words).count == words.count, !periods.allSatisfy(words.contains)
    else { throw .usage("--by takes each subject once, and hour or day but not both.") }
    return words
  }

  private static let figures: [(heading: String, member: String, isInTable: Bool)] = [
    ("REQUESTS", "requests", true), ("FAILED", "failed", true), ("INPUT", "input_tokens", true),
    ("OUTPUT", "output_tokens", true), ("TOTAL", "total_tokens", true),
    ("CACHED", "cached_input_tokens", true), ("CACHE WRITE", "cache_write_tokens", true),
    ("REASONING", "reasoning_tokens", true), ("COST USD", "cost_usd", true),
    ("UNPRICED", "unpriced", true), ("ESTIMATED", "estimated", false),
    ("ATTEMPTS", "attempts", false), ("POSSIBLE USD", "possible_usd", false),
  ]
}

/// Comma-separated values, RFC 4180.
enum CSV {
  static func line(_ fields: [String]) -> String {
    fields.map(field).joined(separator: ",") + "\r\n"
  }

  private static func field(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}
