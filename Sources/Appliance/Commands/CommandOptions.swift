import JSON

extension Command {
  /// Where the appliance is, for every command that asks one.
  static let locationOptions: [Option] = [
    Option(
      "--data", "DIR",
      help: "Data folder of the appliance. Default: \(Settings.data.defaultValue)."),
    Option("--config", "FILE", help: "Configuration file that names the data folder."),
  ]

  /// A command that performs operations: with the options that say where, and `--json`.
  static func operation(
    _ name: String, _ summary: String, operands: [Operand] = [], options: [Option] = [],
    details: [String] = [], examples: [String] = [],
    run: @escaping @Sendable (Invocation) throws(CommandError) -> Void
  ) -> Command {
    Command(
      words: name.split(separator: " ").map(String.init), summary: summary, operands: operands,
      options: options + [jsonOption] + locationOptions, details: details, examples: examples,
      run: run)
  }
}

extension Command {
  /// What users and tokens may be limited to.
  static let ruleOptions: [Option] = [
    Option(
      "--models", "A,B",
      help: """
        Models that may be asked for: names, provider/model, one * in each; !NAME denies. An empty \
        text allows none.
        """, isRepeated: true),
    Option(
      "--endpoints", "A,B",
      help: """
        Endpoints that may be used, as chat/completions, audio/*, !embeddings; passthrough must be \
        named once there is any rule.
        """, isRepeated: true),
    Option(
      "--ips", "A,B",
      help: "Addresses or blocks that requests may come from, as 10.0.0.0/8; !BLOCK denies.",
      isRepeated: true),
  ]

  /// Which rules a user or a token has; `show` says what they are.
  static let rules: @Sendable (JSONValue) -> String = { record in
    [
      "allow_levels", "models", "endpoints", "ips", "model_map", "limits", "model_limits",
      "budgets",
    ].filter { record[$0] != nil }
      .joined(separator: ", ")
  }

  static let clearOption = Option(
    "--clear", "FIELD",
    help: "Return a field to its default: no rule at all.", isRepeated: true)

  static let nowOption = Option(
    "--now", help: "Also break off the requests that are under way.")
}

extension Invocation {
  var ruleFields: [(String, JSONValue?)] {
    [
      ("models", listField("--models")), ("endpoints", listField("--endpoints")),
      ("ips", listField("--ips")),
    ]
  }

  /// The option as a text; an empty one is null, which returns the field to its default.
  func field(_ option: String) -> JSONValue? {
    value(option).map { $0.isEmpty ? .null : .string($0) }
  }

  /// The option as one of `allowed`.
  func field(_ option: String, oneOf allowed: [String]) throws(CommandError) -> JSONValue? {
    guard let text = value(option) else { return nil }
    guard allowed.contains(text) else {
      throw .usage("\(option) takes one of \(allowed.joined(separator: ", ")), not '\(text)'.")
    }
    return .string(text)
  }

  func field(_ option: String, in range: ClosedRange<Int>) throws(CommandError) -> JSONValue? {
    try integer(option, in: range).map { .int(Int64($0)) }
  }

  /// The option as a list of texts, `a,b` or repeated; an empty text is the empty list.
  func listField(_ option: String) -> JSONValue? {
    list(option).map { .array($0.map { .string($0) }) }
  }

  /// `--flag` and `--no-flag`.
  func switchField(_ name: String) throws(CommandError) -> JSONValue? {
    let (on, off) = (has("--\(name)"), has("--no-\(name)"))
    guard !(on && off) else { throw .usage("--\(name) and --no-\(name) exclude each other.") }
    return on || off ? .bool(on) : nil
  }

  /// `NAME=VALUE`, repeated, as an object of texts; a name without a value is removed.
  func pairsField(_ option: String) throws(CommandError) -> JSONValue? {
    guard has(option) else { return nil }
    var members: [JSONValue.Member] = []
    for text in values(option) {
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw .usage("\(option) takes NAME=VALUE, or NAME= to take the name out, not '\(text)'.")
      }
      let value = String(text[text.index(after: equals)...])
      members.append(
        JSONValue.Member(String(text[..<equals]), value.isEmpty ? .null : .string(value)))
    }
    return .object(members)
  }

  /// The fields that `--clear` names, as nulls, which return them to their defaults.
  func clearedFields(among fields: [String]) throws(CommandError) -> [(String, JSONValue?)] {
    var cleared: [(String, JSONValue?)] = []
    for name in list("--clear") ?? [] {
      let field = name.replacing("-", with: "_")
      guard fields.contains(field) else {
        throw .usage("--clear takes one of \(fields.joined(separator: ", ")), not '\(name)'.")
      }
      cleared.append((field, .null))
    }
    return cleared
  }

  /// The operand at a position that the parser has made sure of.
  func operand(_ position: Int) -> String {
    operands.indices.contains(position) ? operands[position] : ""
  }

  func operandField(_ position: Int) -> JSONValue? {
    operands.indices.contains(position) ? .string(operands[position]) : nil
  }
}
