import JSON

/// `appliance key …`: the upstream keys of the pools.
enum KeyCommands {
  static let all: [Command] = [add, list, show, set, check, withdraw, remove]

  private static let operands = [
    Command.Operand(name: "PROVIDER"), Command.Operand(name: "LABEL"),
  ]

  private static let fieldOptions: [Command.Option] = [
    Command.Option("--level", "N", help: "Its tier; keys of a higher level go first. Default: 1."),
    Command.Option(
      "--weight", "N", help: "Its share among the keys of its level. Default: 1."),
    Command.Option(
      "--models", "A,B",
      help: "Models that it serves. Default: all of the provider's. An empty text: none.",
      isRepeated: true),
    Command.Option("--status", "STATUS", help: "active, disabled or pending. Default: active."),
  ]

  private static func fields(_ call: Invocation) throws(CommandError) -> [(String, JSONValue?)] {
    [
      ("provider", call.operandField(0)),
      ("label", call.operandField(1)),
      ("level", try call.field("--level", in: 0...1_000_000)),
      ("weight", try call.field("--weight", in: 1...1_000_000)),
      ("models", call.listField("--models")),
      ("status", try call.field("--status", oneOf: ["active", "disabled", "pending"])),
    ]
  }

  private static let clearable = ["level", "weight", "models", "status"]

  private static let add = Command.operation(
    "key add", "Add an upstream key to a provider", operands: operands,
    options: SecretInput.options + fieldOptions,
    details: [
      "The secret comes from standard input, a file, or is asked for on a terminal; never from "
        + "the command line. It is sealed before it is stored."
    ],
    examples: [
      "appliance key add openai main --secret-file openai.key",
      "printenv OPENAI_API_KEY | appliance key add openai spare --secret-stdin --level 2",
    ]
  ) { call throws(CommandError) in
    var arguments = try fields(call)
    let prompt = "Secret of key \(call.operand(1)): "
    arguments.append(("secret", try SecretInput.read(call, prompt: prompt).map { .string($0) }))
    let result = try call.perform(.keyAdd, arguments)
    call.printChange(result, "key", "Added key \(call.operand(1)) of \(call.operand(0)).")
  }

  private static let set = Command.operation(
    "key set", "Change an upstream key", operands: operands,
    options: SecretInput.options + fieldOptions + [Command.clearOption],
    details: ["What is not given stays as it is."],
    examples: [
      "appliance key set openai main --status disabled",
      "appliance key set openai main --clear models",
    ]
  ) { call throws(CommandError) in
    var arguments = try fields(call) + call.clearedFields(among: clearable)
    arguments.append(("secret", try SecretInput.read(call, prompt: nil).map { .string($0) }))
    let result = try call.perform(.keySet, arguments)
    call.printChange(result, "key", "Changed key \(call.operand(1)) of \(call.operand(0)).")
  }

  private static let list = Command.operation(
    "key list", "List the upstream keys and how they are",
    options: [Command.Option("--provider", "NAME", help: "Only keys of this provider.")]
  ) { call throws(CommandError) in
    call.printList(
      try call.perform(.keyList, [("provider", call.field("--provider"))]), "keys",
      [
        RecordColumn("PROVIDER", "provider"), RecordColumn("LABEL", "label"),
        RecordColumn("LEVEL", "level", isNumeric: true),
        RecordColumn("WEIGHT", "weight", isNumeric: true), RecordColumn("STATUS", "status"),
        RecordColumn("STATE", "state"), RecordColumn("UNTIL", "until"),
        RecordColumn("REASON", "reason"), RecordColumn("SERVED", text: served),
        RecordColumn("LEFT", text: left), RecordColumn("MODELS", text: models),
        RecordColumn("OWNER", "owner"),
      ],
      hint: "No keys yet. 'appliance key add --help' shows how to add one.")
  }

  /// The list, where there is one: an empty one serves nothing.
  private static func models(_ key: JSONValue) -> String {
    key["models"]?.array?.isEmpty == true ? "none" : cellText(key["models"])
  }

  /// `98.5 % of 200`: of the attempts of the last minutes.
  private static func served(_ key: JSONValue) -> String {
    guard let rate = key["success_rate"]?.numberText.flatMap({ Double($0) }),
      let attempts = key["recent_attempts"]?.int
    else {
      return ""
    }
    let tenths = Int((rate * 1_000).rounded())
    let digits = tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    return "\(digits) % of \(attempts)"
  }

  /// `59/60 requests, 9000 tokens (gpt-x)`: what the provider last said.
  private static func left(_ key: JSONValue) -> String {
    var byModel: [(model: String, texts: [String])] = []
    for entry in key["left"]?.array ?? [] {
      let model = entry["model"]?.string ?? ""
      let limit = entry["limit"]?.int.map { "/\($0)" } ?? ""
      let what = entry["of"]?.string?.replacing("_", with: " ") ?? ""
      let text = "\(entry["remaining"]?.int ?? 0)\(limit) \(what)"
      if byModel.last?.model == model {
        byModel[byModel.count - 1].texts.append(text)
      } else {
        byModel.append((model, [text]))
      }
    }
    let shown = byModel.prefix(2).map { model, texts in
      texts.joined(separator: ", ") + (model.isEmpty ? "" : " (\(model))")
    }
    return shown.joined(separator: "; ") + (byModel.count > 2 ? "; …" : "")
  }

  /// `m1 until 2026-01-02T03:04:05.678Z: rate limited; …`: the models that rest on the key.
  fileprivate static func cooling(_ key: JSONValue) -> String {
    let rests = (key["cooling"]?.array ?? []).map { rest in
      "\(cellText(rest["model"])) until \(cellText(rest["until"])): \(cellText(rest["reason"]))"
    }
    return rests.isEmpty ? "none" : rests.joined(separator: "; ")
  }

  private static let show = Command.operation(
    "key show", "Show one upstream key and how it is", operands: operands,
    examples: ["appliance key show openai main"]
  ) { call throws(CommandError) in
    call.printKey(try call.perform(.keyShow, named(call)))
  }

  private static let check = Command.operation(
    "key check", "Ask the provider now whether it accepts a key", operands: operands,
    details: [
      "A list of models is asked for in the background: which models the key may use, and whether "
        + "the provider accepts it. No client's request waits for it. Keys that a provider seems to "
        + "have refused are checked by themselves, again and again until they heal."
    ],
    examples: ["appliance key check openai main"]
  ) { call throws(CommandError) in
    let result = try call.perform(.keyCheck, named(call))
    guard !call.wantsJSON else { return call.printKey(result) }
    let name = "\(call.operand(0))/\(call.operand(1))"
    let models = result["key"]?["shown_models"]?.array?.count
    switch result["key"]?["check"]?.string {
    case "valid":
      let shown = models.map { " It may use \($0) \($0 == 1 ? "model" : "models")." } ?? ""
      call.console.writeLine("The provider accepts \(name).\(shown)")
    case "invalid": throw .failed("The provider refuses \(name).")
    case "out_of_money": throw .failed("The account of \(name) has no money left.")
    default:
      throw .failed("The provider did not say whether it accepts \(name).", .unavailable)
    }
  }

  private static let withdraw = Command.operation(
    "key withdraw", "Take back a key for the user who contributed it", operands: operands,
    details: [
      "Its secret is destroyed at once. What it is known by stays, so that it does not come back "
        + "when its owner uses it again; 'key remove' forgets that too.",
      "Owners do it themselves, with their tokens: GET /appliance/v1/keys lists the keys they have "
        + "contributed, DELETE /appliance/v1/keys/PROVIDER/LABEL takes one back.",
    ],
    examples: ["appliance key withdraw openai found-3fa9c1d2"]
  ) { call throws(CommandError) in
    let result = try call.perform(.keyWithdraw, named(call))
    call.printChange(result, "", "Withdrew key \(call.operand(1)) of \(call.operand(0)).")
  }

  private static let remove = Command.operation(
    "key remove", "Remove an upstream key", operands: operands,
    details: [
      "A key that a user contributed is withdrawn: it does not come back by itself. Removing it once "
        + "more forgets it."
    ]
  ) { call throws(CommandError) in
    let result = try call.perform(.keyRemove, named(call))
    let done = result["withdrawn"] == nil ? "Removed" : "Withdrew"
    call.printChange(result, "", "\(done) key \(call.operand(1)) of \(call.operand(0)).")
  }

  private static func named(_ call: Invocation) -> [(String, JSONValue?)] {
    [("provider", call.operandField(0)), ("label", call.operandField(1))]
  }
}

extension Invocation {
  /// A key as JSON, or a line for each of its fields.
  fileprivate func printKey(_ result: JSONValue) {
    let key = result["key"] ?? .null
    guard !wantsJSON else { return printJSON(key) }
    for member in key.object ?? [] where !member.value.isNull {
      let text =
        switch member.name {
        case "left": member.value.text
        case "cooling": KeyCommands.cooling(key)
        default: cellText(member.value)
        }
      console.writeLine("\(member.name): \(text)")
    }
  }
}
