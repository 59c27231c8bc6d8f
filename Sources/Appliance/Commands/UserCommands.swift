import JSON

/// `appliance user …`: who may use the appliance.
enum UserCommands {
  static let all: [Command] = [add, list, set, remove]

  private static let name = Command.Operand(name: "NAME")

  private static let fieldOptions: [Command.Option] = [
    Command.Option("--status", "STATUS", help: "active or suspended. Default: active."),
    Command.Option("--level", "N", help: "The tier of keys that it is served with. Default: 1."),
    Command.Option(
      "--affinity", "none|user",
      help: """
        user: keep it on one key while that is healthy, so that the provider's prompt cache stays \
        warm. Default: none.
        """),
  ]

  private static func fields(_ call: Invocation) throws(CommandError) -> [(String, JSONValue?)] {
    [
      ("name", call.operandField(0)),
      ("status", try call.field("--status", oneOf: ["active", "suspended"])),
      ("level", try call.field("--level", in: 0...1_000_000)),
      ("affinity", try call.field("--affinity", oneOf: ["none", "user"])),
    ]
  }

  private static let add = Command.operation(
    "user add", "Add a user", operands: [name], options: fieldOptions,
    examples: ["appliance user add ada", "appliance token add ada"]
  ) { call throws(CommandError) in
    let result = try call.perform(.userAdd, fields(call))
    call.printChange(
      result, "user", "Added user \(call.operand(0)). Next: appliance token add \(call.operand(0))."
    )
  }

  private static let set = Command.operation(
    "user set", "Change a user", operands: [name], options: fieldOptions,
    examples: ["appliance user set ada --status suspended"]
  ) { call throws(CommandError) in
    let result = try call.perform(.userSet, fields(call))
    call.printChange(result, "user", "Changed user \(call.operand(0)).")
  }

  private static let list = Command.operation("user list", "List the users") {
    call throws(CommandError) in
    call.printList(
      try call.perform(.userList), "users",
      [
        RecordColumn("NAME", "name"), RecordColumn("STATUS", "status"),
        RecordColumn("LEVEL", "level", isNumeric: true), RecordColumn("AFFINITY", "affinity"),
        RecordColumn("TOKENS", "tokens", isNumeric: true),
      ],
      hint: "No users yet. 'appliance user add NAME' adds one.")
  }

  private static let remove = Command.operation(
    "user remove", "Remove a user and its tokens", operands: [name]
  ) { call throws(CommandError) in
    let result = try call.perform(.userRemove, [("name", call.operandField(0))])
    call.printChange(result, "", "Removed user \(call.operand(0)) and its tokens.")
  }
}
