import JSON

/// `appliance requests` and `appliance usage`: what the ledger holds.
enum LedgerCommands {
  static let all: [Command] = [requests, usage]

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
      call.console.writeError("No requests yet.\n")
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

  private static let subjects = ["user", "token", "model", "key", "provider"]

  private static let usage = Command.operation(
    "usage", "Sum up tokens and cost",
    options: [
      Command.Option(
        "--by", "SUBJECT",
        help: """
          What each row stands for: \(subjects.joined(separator: ", ")). Default: user.
          """),
      Command.Option("--from", "WHEN", help: "From this time or date, or from 7d ago."),
      Command.Option("--to", "WHEN", help: "Up to this time or date, it excluded."),
      Command.Option("--csv", help: "Print CSV instead of a table."),
    ],
    examples: ["appliance usage --from 30d --by model", "appliance usage --by key --csv"]
  ) { call throws(CommandError) in
    guard !(call.wantsJSON && call.has("--csv")) else {
      throw .usage("--json and --csv exclude each other.")
    }
    let subject = call.value("--by") ?? "user"
    guard subjects.contains(subject) else {
      throw .usage("--by takes one of \(subjects.joined(separator: ", ")), not '\(subject)'.")
    }
    let result = try call.perform(
      .usageSummary,
      [
        ("by", .array([.string(subject)])),
        ("from_ms", try call.time("--from", spansGo: .backward)),
        ("to_ms", try call.time("--to", spansGo: .backward)),
      ])
    guard !call.wantsJSON else { return call.printJSON(result) }
    let rows = result["rows"]?.array ?? []
    if call.has("--csv") {
      let names = [subject] + figures.map(\.member)
      call.console.write(CSV.line(names))
      for row in rows { call.console.write(CSV.line(names.map { cellText(row[$0]) })) }
      return
    }
    guard !rows.isEmpty else { return call.console.writeError("No usage yet.\n") }
    var total = result["total"] ?? .null
    total[subject] = "total"
    call.printTable(
      rows + [total],
      [RecordColumn(subject.uppercased(), subject)]
        + figures.map { RecordColumn($0.heading, $0.member, isNumeric: true) })
  }

  private static let figures: [(heading: String, member: String)] = [
    ("REQUESTS", "requests"), ("FAILED", "failed"), ("INPUT", "input_tokens"),
    ("OUTPUT", "output_tokens"), ("TOTAL", "total_tokens"), ("CACHED", "cached_input_tokens"),
    ("CACHE WRITE", "cache_write_tokens"), ("REASONING", "reasoning_tokens"),
    ("COST USD", "cost_usd"), ("UNPRICED", "unpriced"),
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
