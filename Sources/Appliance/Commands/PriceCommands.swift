import JSON

/// `appliance price …`: what a model's tokens cost.
enum PriceCommands {
  static let all: [Command] = [set, list, importFile, remove]

  private static let model = Command.Operand(name: "MODEL")
  /// Warnings of an import that are printed one by one.
  private static let warningsMax = 20

  /// Options in dollars per million tokens, and the fields per token that they stand for.
  private static let rates: [(option: String, field: String, of: String)] = [
    ("--input", "input_cost_per_token", "input"),
    ("--output", "output_cost_per_token", "output"),
    ("--cache-read", "cache_read_input_token_cost", "input read from a cache"),
    ("--cache-write", "cache_creation_input_token_cost", "input written to a cache"),
  ]

  private static let set = Command.operation(
    "price set", "Set the price of a model", operands: [model],
    options: rates.map {
      Command.Option($0.option, "USD", help: "Dollars for a million tokens of \($0.of).")
    } + [
      Command.Option(
        "--field", "NAME=NUMBER", help: "A field of LiteLLM's table, as it stands there.",
        isRepeated: true)
    ],
    details: [
      "MODEL is the provider's name of the model. What is not given stays as it is, in the "
        + "built-in table too; an empty --field (NAME=) removes the field. A model that answers with "
        + "text has a price when it has one for input and one for output."
    ],
    examples: [
      "appliance price set gpt-4o-mini --input 0.15 --output 0.60",
      "appliance price set whisper-1 --field input_cost_per_second=0.0001",
    ]
  ) { call throws(CommandError) in
    var fields: [JSONValue.Member] = []
    for rate in rates {
      guard let text = call.value(rate.option) else { continue }
      guard let number = perToken(dollarsPerMillion: text) else {
        throw .usage("\(rate.option) takes dollars for a million tokens, as 0.15, not '\(text)'.")
      }
      fields.append(JSONValue.Member(rate.field, .number(number)))
    }
    for member in try call.pairsField("--field")?.object ?? [] {
      let isNumber = member.value.string.map { isJSONNumber($0) } ?? false
      let value = isNumber ? JSONValue.number(member.value.string ?? "") : member.value
      fields.append(JSONValue.Member(member.name, value))
    }
    guard !fields.isEmpty else { throw .usage("Say a price: --input, --output or --field.") }
    let result = try call.perform(
      .priceSet, [("model", call.operandField(0)), ("fields", .object(fields))])
    call.printChange(result, "price", "Set the price of \(call.operand(0)).")
  }

  private static let list = Command.operation(
    "price list", "List the prices of yours, or show that of a model",
    operands: [Command.Operand(name: "MODEL", isOptional: true)],
    details: [
      "The price of a MODEL may be a built-in one; those hold where there is none of yours."
    ]
  ) { call throws(CommandError) in
    let result = try call.perform(.priceList, [("model", call.operandField(0))])
    let prices = result["prices"]?.object ?? []
    guard !call.wantsJSON else { return call.printJSON(.object(prices)) }
    guard !prices.isEmpty else {
      return call.console.writeError(
        call.operands.first.map {
          "No price for '\(printable($0))' by that name, and none is built in.\n"
        }
          ?? """
          No prices of yours: the built-in ones hold, as 'appliance price list MODEL' shows one. \
          'appliance price set' and 'appliance price import FILE' set others.

          """)
    }
    var columns = [RecordColumn("MODEL", "model")]
    columns += rates.map { rate in
      let heading = rate.option.dropFirst(2).uppercased() + " USD/M"
      return RecordColumn(heading, isNumeric: true) { price in
        perMillion(dollarsPerToken: cellText(price["price"]?[rate.field]))
      }
    }
    let records = prices.map { member -> JSONValue in
      ["model": .string(member.name), "price": member.value]
    }
    call.printTable(records, columns)
    if result["built_in"]?.bool == true {
      call.console.writeLine("\nBuilt in; 'appliance price set' goes on from it.")
    }
    call.console.writeLine("\nPrice table \(printable(cellText(result["price_version"])))")
  }

  private static let importFile = Command.operation(
    "price import", "Import a table of prices in LiteLLM's format",
    operands: [Command.Operand(name: "FILE")],
    details: ["FILE is model_prices_and_context_window.json of LiteLLM, or - for standard input."],
    examples: ["appliance price import model_prices.json"]
  ) { call throws(CommandError) in
    let document = try call.readDocument(call.operand(0))
    let result = try call.perform(.priceImport, [("prices", document)])
    let skipped = result["skipped"]?.array?.count ?? 0
    let warnings = result["warnings"]?.array ?? []
    for warning in warnings.prefix(warningsMax) {
      call.console.writeError("Warning: \(printable(cellText(warning)))\n")
    }
    if warnings.count > warningsMax {
      call.console.writeError("Warning: and \(warnings.count - warningsMax) more like these.\n")
    }
    let imported = result["imported"]?.int ?? 0
    let words = [
      imported == 1 ? "Imported 1 price" : "Imported \(imported) prices",
      skipped == 0
        ? nil
        : skipped == 1
          ? "1 entry that is none was skipped" : "\(skipped) entries that are none were skipped",
    ]
    call.printChange(result, "", words.compactMap(\.self).joined(separator: "; ") + ".")
  }

  private static let remove = Command.operation(
    "price remove", "Remove the price of a model", operands: [model]
  ) { call throws(CommandError) in
    let result = try call.perform(.priceRemove, [("model", call.operandField(0))])
    let isBuiltIn = result["built_in"]?.bool == true
    call.printChange(
      result, "",
      "Removed the price of \(call.operand(0))"
        + (isBuiltIn ? "; the built-in one holds again." : "."))
  }

  /// `0.15` dollars for a million tokens → `0.00000015` for one; nil for what is no plain decimal.
  static func perToken(dollarsPerMillion text: String) -> String? {
    guard let (digits, scale) = decimal(text) else { return nil }
    return shifted(digits, scale: scale + 6)
  }

  /// The way back, also from `1.5e-07`; what cannot be read is shown as it is.
  static func perMillion(dollarsPerToken text: String) -> String {
    let parts = text.lowercased().split(separator: "e", omittingEmptySubsequences: false)
    guard parts.count <= 2, let (digits, scale) = decimal(String(parts.first ?? "")),
      let exponent = parts.count == 2 ? Int(parts[1]) : 0, abs(exponent) <= 40
    else { return text }
    return shifted(digits, scale: scale - exponent - 6)
  }

  /// Digits and how many of them stand behind the point.
  private static func decimal(_ text: String) -> (digits: String, scale: Int)? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count <= 2, text.utf8.count <= 40, let whole = parts.first, !whole.isEmpty,
      parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    let fraction = parts.count == 2 ? parts[1] : ""
    return (String(whole + fraction), fraction.count)
  }

  private static func shifted(_ digits: String, scale: Int) -> String {
    var digits = digits
    if scale <= 0 {
      digits += String(repeating: "0", count: -scale)
      let trimmed = digits.drop { $0 == "0" }
      return trimmed.isEmpty ? "0" : String(trimmed)
    }
    if digits.count <= scale {
      digits = String(repeating: "0", count: scale - digits.count + 1) + digits
    }
    var whole = digits.dropLast(scale).drop { $0 == "0" }
    if whole.isEmpty { whole = "0" }
    var fraction = digits.suffix(scale)
    while fraction.last == "0" { fraction.removeLast() }
    return fraction.isEmpty ? String(whole) : "\(whole).\(fraction)"
  }

  private static func isJSONNumber(_ text: String) -> Bool {
    guard let value = try? JSONValue(parsing: text) else { return false }
    return value.numberText != nil
  }
}
