import JSON

/// `appliance model …`: the names that clients ask for, and what serves them.
enum ModelCommands {
  static let all: [Command] = [add, list, set, remove]

  private static let name = Command.Operand(name: "NAME")

  private static let fieldOptions: [Command.Option] = [
    Command.Option(
      "--target", "PROVIDER/MODEL[:WEIGHT]", help: "What serves it.", isRepeated: true),
    Command.Option(
      "--fallback", "PROVIDER/MODEL|NAME",
      help: "What serves it when no target can; a NAME is another model's.", isRepeated: true),
    Command.Option(
      "--level", "N",
      help: "The tier of keys that serves it, whatever the caller's own; empty: the caller's."),
  ]

  private static let details = [
    "Clients ask for NAME; the targets share the requests by weight. A name may hold a * that "
      + "stands for any text, and a target's model a * for what it stood for. A colon and digits "
      + "at the end of a target are its weight: write :1 behind a model's name that ends so."
  ]

  private static func fields(_ call: Invocation) throws(CommandError) -> [(String, JSONValue?)] {
    [
      ("name", call.operandField(0)),
      ("targets", try targets(call, "--target")),
      ("fallbacks", try targets(call, "--fallback", orNames: true)),
      (
        "level",
        call.value("--level") == "" ? .null : try call.field("--level", in: 0...1_000_000)
      ),
    ]
  }

  /// A fallback without a slash is the name of another model.
  private static func targets(
    _ call: Invocation, _ option: String, orNames: Bool = false
  ) throws(CommandError) -> JSONValue? {
    guard call.has(option) else { return nil }
    var list: [JSONValue] = []
    for text in call.values(option) {
      if orNames, !text.isEmpty, !text.contains("/") {
        list.append(.string(text))
        continue
      }
      guard let target = ModelTarget(text) else {
        let forms = "PROVIDER/MODEL or PROVIDER/MODEL:WEIGHT" + (orNames ? " or a NAME" : "")
        throw .usage("\(option) takes \(forms), not '\(text)'.")
      }
      list.append([
        "provider": .string(target.provider), "model": .string(target.model),
        "weight": .int(Int64(target.weight)),
      ])
    }
    return .array(list)
  }

  private static let add = Command.operation(
    "model add", "Add a model name and what serves it", operands: [name], options: fieldOptions,
    details: details,
    examples: [
      "appliance model add fast --target openai/gpt-4o-mini:3 --target groq/llama-3.1-8b-instant",
      "appliance model add 'claude-*' --target claude/claude-* --fallback openrouter/claude-*",
    ]
  ) { call throws(CommandError) in
    guard call.has("--target") else { throw .usage("--target is missing.") }
    let result = try call.perform(.modelAdd, fields(call))
    call.printChange(result, "model", "Added model \(call.operand(0)).")
  }

  private static let set = Command.operation(
    "model set", "Change what serves a model name", operands: [name], options: fieldOptions,
    details: details
  ) { call throws(CommandError) in
    let result = try call.perform(.modelSet, fields(call))
    call.printChange(result, "model", "Changed model \(call.operand(0)).")
  }

  private static let list = Command.operation("model list", "List the model names") {
    call throws(CommandError) in
    call.printList(
      try call.perform(.modelList), "models",
      [
        RecordColumn("NAME", "name"),
        RecordColumn("TARGETS") { ModelTarget.texts($0["targets"]) },
        RecordColumn("LEVEL", "level", isNumeric: true),
        RecordColumn("FALLBACKS") { ModelTarget.texts($0["fallbacks"]) },
      ],
      hint: "No model names yet: clients use the providers' own. 'appliance model add --help'.")
  }

  private static let remove = Command.operation(
    "model remove", "Remove a model name", operands: [name],
    options: [Command.Option("--force", help: "Even if another name leads to it.")]
  ) { call throws(CommandError) in
    let result = try call.perform(
      .modelRemove,
      [("name", call.operandField(0)), ("force", call.has("--force") ? true : nil)])
    call.printChange(result, "", "Removed model \(call.operand(0)).")
  }
}

/// `PROVIDER/MODEL[:WEIGHT]`; models may hold slashes and colons of their own.
struct ModelTarget: Equatable {
  let provider: String
  let model: String
  let weight: Int

  init?(_ text: String) {
    guard let slash = text.firstIndex(of: "/"), slash != text.startIndex else { return nil }
    var rest = text[text.index(after: slash)...]
    var weight = 1
    if let colon = rest.lastIndex(of: ":") {
      let digits = rest[rest.index(after: colon)...]
      if !digits.isEmpty && digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
        guard let number = Int(digits), (0...1_000_000).contains(number) else { return nil }
        weight = number
        rest = rest[..<colon]
      }
    }
    guard !rest.isEmpty else { return nil }
    provider = String(text[..<slash])
    model = String(rest)
    self.weight = weight
  }

  /// A list of targets as the options write them.
  static func texts(_ targets: JSONValue?) -> String {
    (targets?.array ?? []).map { target in
      guard target.string == nil else { return target.string ?? "" }
      let weight = target["weight"]?.int ?? 1
      return "\(cellText(target["provider"]))/\(cellText(target["model"]))"
        + (weight == 1 ? "" : ":\(weight)")
    }.joined(separator: ", ")
  }
}
