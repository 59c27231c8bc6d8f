import JSON

/// `appliance key …`: the upstream keys of the pools.
enum KeyCommands {
  static let all: [Command] = [add, list, set, remove]

  private static let operands = [
    Command.Operand(name: "PROVIDER"), Command.Operand(name: "LABEL"),
  ]

  private static let fieldOptions: [Command.Option] = [
    Command.Option("--level", "N", help: "Its tier; keys of a higher level go first. Default: 1."),
    Command.Option(
      "--weight", "N", help: "Its share among the keys of its level. Default: 1."),
    Command.Option(
      "--models", "A,B", help: "Models that it serves. Default: all of the provider's.",
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
    options: SecretInput.options + fieldOptions,
    details: ["What is not given stays as it is."],
    examples: ["appliance key set openai main --status disabled"]
  ) { call throws(CommandError) in
    var arguments = try fields(call)
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
        RecordColumn("REASON", "reason"), RecordColumn("MODELS", "models"),
      ],
      hint: "No keys yet. 'appliance key add --help' shows how to add one.")
  }

  private static let remove = Command.operation(
    "key remove", "Remove an upstream key", operands: operands
  ) { call throws(CommandError) in
    let result = try call.perform(
      .keyRemove, [("provider", call.operandField(0)), ("label", call.operandField(1))])
    call.printChange(result, "", "Removed key \(call.operand(1)) of \(call.operand(0)).")
  }
}
