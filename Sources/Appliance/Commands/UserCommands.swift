import JSON

/// `appliance user …`: who may use the appliance.
enum UserCommands {
  static let all: [Command] = [add, list, show, set, suspend, resume, remove]

  private static let name = Command.Operand(name: "NAME")

  private static let fieldOptions: [Command.Option] =
    [
      Command.Option(
        "--status", "STATUS",
        help: """
          active, or suspended: its requests are refused, and keys that it has contributed stay in \
          the pool. Default: active.
          """),
      Command.Option("--level", "N", help: "The tier of keys that it is served with. Default: 1."),
      Command.Option(
        "--affinity", "none|user",
        help: """
          user: keep it on one key while that is healthy, so that the provider's prompt cache stays \
          warm. Default: none.
          """),
      Command.Option(
        "--allow-levels", "N,N",
        help: "The only tiers of keys that may serve it. Default: no rule.",
        isRepeated: true),
      Command.Option(
        "--failover", "lower|any|none",
        help: "Where a request goes when its tier cannot serve it. Default: lower."),
      Command.Option(
        "--map", "NAME=TARGET",
        help: """
          A model name of its own, which goes before the system's; one * in each. Without TARGET the \
          name is taken out again.
          """, isRepeated: true),
      Command.Option(
        "--disconnect", "cancel|drain",
        help: """
          Whether an answer is given up when the client leaves, or read to its end for its usage. \
          Default: cancel.
          """),
      Command.Option("--contribute-keys", help: "Keys that it brings may join the pool."),
      Command.Option(
        "--no-contribute-keys",
        help: "They may not, and those that have are withdrawn. The default."),
    ] + Command.ruleOptions + LimitOptions.ofUsers

  private static let clearable = [
    "status", "level", "affinity", "allow_levels", "failover", "models", "endpoints", "ips",
    "model_map", "disconnect", "contribute_keys", "limits", "model_limits", "budgets",
  ]

  private static func fields(_ call: Invocation) throws(CommandError) -> [(String, JSONValue?)] {
    [
      ("name", call.operandField(0)),
      ("status", try call.field("--status", oneOf: ["active", "suspended"])),
      ("level", try call.field("--level", in: 0...1_000_000)),
      ("affinity", try call.field("--affinity", oneOf: ["none", "user"])),
      ("allow_levels", try levels(call)),
      ("failover", try call.field("--failover", oneOf: ["lower", "any", "none"])),
      ("map", try call.pairsField("--map")),
      ("disconnect", try call.field("--disconnect", oneOf: ["cancel", "drain"])),
      ("contribute_keys", try call.switchField("contribute-keys")),
    ] + (call.ruleFields + (try LimitOptions.userFields(call)))
  }

  private static func levels(_ call: Invocation) throws(CommandError) -> JSONValue? {
    guard let texts = call.list("--allow-levels") else { return nil }
    var levels: [JSONValue] = []
    for text in texts {
      guard let level = Int64(text), (0...1_000_000).contains(level) else {
        throw .usage("--allow-levels takes whole numbers from 0 to 1000000, not '\(text)'.")
      }
      levels.append(.int(level))
    }
    return .array(levels)
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
    "user set", "Change a user", operands: [name],
    options: fieldOptions + [Command.clearOption, Command.nowOption],
    details: ["What is not given stays as it is. Requests see the change from the next one on."],
    examples: [
      "appliance user set ada --models 'gpt-4*,!gpt-4-32k' --ips 10.0.0.0/8",
      "appliance user set ada --map gpt-4-best=openai/gpt-4o", "appliance user set ada --clear ips",
    ]
  ) { call throws(CommandError) in
    let result = try call.perform(
      .userSet,
      fields(call) + call.clearedFields(among: clearable)
        + [("now", call.has("--now") ? .bool(true) : nil)])
    call.printChange(result, "user", "Changed user \(call.operand(0)).")
  }

  private static let suspend = Command.operation(
    "user suspend", "Refuse all requests of a user", operands: [name],
    options: [Command.nowOption],
    details: [
      "Requests that are under way end as they would, unless --now is given.",
      "Keys that it has contributed to the pool go on serving others: 'user set NAME "
        + "--no-contribute-keys' withdraws them all, 'key withdraw PROVIDER LABEL' one. A suspended "
        + "user cannot take them back itself.",
    ]
  ) { call throws(CommandError) in
    let result = try call.perform(
      .userSet,
      [
        ("name", call.operandField(0)), ("status", "suspended"),
        ("now", call.has("--now") ? .bool(true) : nil),
      ])
    call.printChange(result, "user", "Suspended user \(call.operand(0)).")
  }

  private static let resume = Command.operation(
    "user resume", "Serve a suspended user again", operands: [name]
  ) { call throws(CommandError) in
    let result = try call.perform(
      .userSet, [("name", call.operandField(0)), ("status", "active")])
    call.printChange(result, "user", "User \(call.operand(0)) is served again.")
  }

  private static let list = Command.operation("user list", "List the users") {
    call throws(CommandError) in
    call.printList(
      try call.perform(.userList), "users",
      [
        RecordColumn("NAME", "name"), RecordColumn("STATUS", "status"),
        RecordColumn("LEVEL", "level", isNumeric: true), RecordColumn("AFFINITY", "affinity"),
        RecordColumn("TOKENS", "tokens", isNumeric: true),
        RecordColumn("RULES", text: Command.rules),
      ],
      hint: "No users yet. 'appliance user add NAME' adds one.")
  }

  private static let show = Command.operation(
    "user show", "Show a user with all its rules", operands: [name]
  ) { call throws(CommandError) in
    call.printRecord(try call.perform(.userShow, [("name", call.operandField(0))]), "user")
  }

  private static let remove = Command.operation(
    "user remove", "Remove a user and its tokens", operands: [name], options: [Command.nowOption]
  ) { call throws(CommandError) in
    let result = try call.perform(
      .userRemove,
      [("name", call.operandField(0)), ("now", call.has("--now") ? .bool(true) : nil)])
    call.printChange(result, "", "Removed user \(call.operand(0)) and its tokens.")
  }
}
