import JSON

/// `appliance request show`: the whole account of one request.
enum ReceiptCommands {
  static let show = Command.operation(
    "request show", "Show what became of a request, and its cost line by line",
    operands: [Command.Operand(name: "ID")],
    details: [
      "ID is the request_id of 'appliance requests', which the client has as x-request-id. Each "
        + "line of the cost is a quantity times a unit price; their sum, times the factors, is "
        + "rounded once, half to even, to nano-dollars.",
      "Limits and budgets are shown as the request found them, with what it took, and as they were "
        + "when it had ended: by then others may have taken of them too.",
    ],
    examples: ["appliance request show req_0123456789abcdef"]
  ) { call throws(CommandError) in
    let result = try call.perform(.requestShow, [("id", call.operandField(0))])
    let request = result["request"] ?? .null
    guard !call.wantsJSON else { return call.printJSON(request) }
    printFacts(request, call)
    printPart("Decisions", request["decisions"]?.array ?? [], decisionColumns, call)
    printPart("Limits", request["limits"]?.array ?? [], limitColumns, call)
    printPart("Budgets, in dollars", request["budgets"]?.array ?? [], budgetColumns, call)
    printPart("Plan", request["plan"]?.array ?? [], planColumns, call)
    printPart("Attempts", request["attempt_list"]?.array ?? [], attemptColumns, call)
    printUsage(request, call)
    printCost(request, call)
  }

  private static func printFacts(_ request: JSONValue, _ call: Invocation) {
    let facts = [
      "request_id", "time", "user", "token", "dialect", "endpoint", "model", "provider",
      "upstream_model", "key", "level", "attempts", "status", "stream", "outcome", "wait_ms",
      "ttft_ms", "duration_ms", "anomalies",
    ]
    printPairs(facts.map { ($0, cellText(request[$0])) }.filter { !$0.1.isEmpty }, call)
  }

  private static func printPairs(_ pairs: [(name: String, text: String)], _ call: Invocation) {
    let width = pairs.map(\.name.count).max() ?? 0
    for pair in pairs {
      let gap = String(repeating: " ", count: width - pair.name.count)
      call.console.writeLine(
        "\(pair.name.replacing("_", with: " "))\(gap)  \(printable(pair.text))")
    }
  }

  private static let decisionColumns: [RecordColumn] = [
    RecordColumn("PHASE", "phase"), RecordColumn("RULE", "rule"),
  ]

  private static let limitColumns: [RecordColumn] = [
    RecordColumn("TOKEN", "token"), RecordColumn("LIMIT", "limit"), RecordColumn("MODEL", "model"),
    RecordColumn("MAX", "max", isNumeric: true),
    RecordColumn("BEFORE", "used_before", isNumeric: true),
    RecordColumn("TAKES", "takes", isNumeric: true),
    RecordColumn("AFTER", "used_after", isNumeric: true),
  ]

  private static let budgetColumns: [RecordColumn] = [
    RecordColumn("TOKEN", "token"), RecordColumn("USD", "usd", isNumeric: true),
    RecordColumn("PERIOD", "period"),
    RecordColumn("SPENT BEFORE", "spent_before_usd", isNumeric: true),
    RecordColumn("RESERVED BEFORE", "reserved_before_usd", isNumeric: true),
    RecordColumn("TAKES", "takes_usd", isNumeric: true),
    RecordColumn("SPENT AFTER", "spent_after_usd", isNumeric: true),
  ]

  private static let planColumns: [RecordColumn] = [
    RecordColumn("PROVIDER", "provider"), RecordColumn("MODEL", "model"),
    RecordColumn("LEVEL", "level", isNumeric: true),
  ]

  private static let attemptColumns: [RecordColumn] = [
    RecordColumn("PROVIDER", "provider"), RecordColumn("MODEL", "model"),
    RecordColumn("KEY", "key"), RecordColumn("LEVEL", "level", isNumeric: true),
    RecordColumn("WAIT MS", "wait_ms", isNumeric: true),
    RecordColumn("TOOK MS", "duration_ms", isNumeric: true),
    RecordColumn("STATUS", "status", isNumeric: true),
    RecordColumn("MAY COST USD", "possible_cost_usd", isNumeric: true),
    RecordColumn("END") { attempt in
      let rest = attempt["retry_after_ms"]?.int.map { "; come back in \($0) ms" } ?? ""
      return cellText(attempt["reason"]) + rest
    },
  ]

  private static func printPart(
    _ heading: String, _ records: [JSONValue], _ columns: [RecordColumn], _ call: Invocation
  ) {
    guard !records.isEmpty else { return }
    call.console.writeLine("\n\(heading)")
    call.printTable(records, columns)
  }

  private static func printUsage(_ request: JSONValue, _ call: Invocation) {
    let tokens = (request["usage"]?.object ?? []).filter { $0.value != .int(0) }
    call.console.writeLine("\nUsage, \(cellText(request["usage_source"]))")
    printPairs(tokens.map { ($0.name, cellText($0.value)) }, call)
  }

  private static func printCost(_ request: JSONValue, _ call: Invocation) {
    let cost = request["cost"] ?? .null
    guard request["attempts"] != .int(0) || !cellText(cost["cost_usd"]).isEmpty else {
      return call.console.writeLine("\nCost: none, no provider was asked.")
    }
    guard !usedNothing(request) else {
      return call.console.writeLine("\nCost: none, no usage is known.")
    }
    let entry = cost["price_key"]?.string.map { ", entry \($0)" } ?? ""
    call.console.writeLine("\nCost, by price table \(cellText(cost["price_version"]))\(entry)")
    let lines = cost["lines"]?.array ?? []
    if !lines.isEmpty {
      var table = TextTable([
        .init("ITEM"), .init("QUANTITY", isNumeric: true), .init(""),
        .init("UNIT PRICE USD", isNumeric: true), .init(""), .init("AMOUNT USD", isNumeric: true),
        .init("PRICE"),
      ])
      for line in lines {
        table.append([
          cellText(line["item"]), cellText(line["quantity"]), "×",
          cellText(line["unit_price_usd"]), "=", cellText(line["amount_usd"]),
          cellText(line["price_field"]),
        ])
      }
      call.console.write(table.rendered(isStyled: call.console.isStyled))
    }
    var sums: [(name: String, text: String)] = []
    if !lines.isEmpty { sums.append(("sum", cellText(cost["sum_usd"]))) }
    for factor in cost["factors"]?.array ?? [] {
      sums.append(("times_\(cellText(factor["name"]))", cellText(factor["factor"])))
    }
    if !lines.isEmpty { sums.append(("exactly", cellText(cost["exact_usd"]))) }
    let rounded = cellText(cost["cost_usd"])
    sums.append(("cost_usd", rounded.isEmpty ? "unknown, see anomalies" : rounded))
    let possible = cellText(cost["possible_usd"])
    if !possible.isEmpty { sums.append(("attempts_that_were_left_may_add", possible)) }
    printPairs(sums, call)
  }

  /// Whether the client left before there was anything to count: then no anomaly speaks of the cost.
  private static func usedNothing(_ request: JSONValue) -> Bool {
    let cost = request["cost"] ?? .null
    return request["outcome"]?.string == "abandoned" && request["usage_source"]?.string == "none"
      && cellText(cost["cost_usd"]).isEmpty && cellText(cost["possible_usd"]).isEmpty
  }
}
