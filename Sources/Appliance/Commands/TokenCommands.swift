import JSON

/// `appliance token …`: the users' API keys.
enum TokenCommands {
  static let all: [Command] = [add, list, show, set, revoke, remove]

  private static let user = Command.Operand(name: "USER")

  private static let operands = [user, Command.Operand(name: "LABEL")]

  /// A token narrows what its user may do, and never widens it.
  private static let fieldOptions: [Command.Option] =
    [
      Command.Option(
        "--expires", "WHEN",
        help: """
          When it ends to be valid: a time as 2027-01-31T12:00:00Z, a date, or a span as 90d or 12h.
          """),
      Command.Option("--level", "N", help: "The tier of keys; only lower than the user's counts."),
    ] + Command.ruleOptions + LimitOptions.ofTokens

  private static func fields(
    _ call: Invocation, label: JSONValue?
  ) throws(CommandError) -> [(String, JSONValue?)] {
    [
      ("user", call.operandField(0)), ("label", label),
      ("expires_at_ms", try call.time("--expires", spansGo: .forward)),
      ("level", try call.field("--level", in: 0...1_000_000)),
    ] + (call.ruleFields + (try LimitOptions.tokenFields(call)))
  }

  private static let add = Command.operation(
    "token add", "Make a token for a user and print it", operands: [user],
    options: [Command.Option("--label", "TEXT", help: "Its name among the user's tokens.")]
      + fieldOptions + SecretInput.options,
    details: [
      "Prints the token alone on standard output. It is shown this once: only a digest is stored.",
      "A secret that clients have already can be taken over from standard input or a file.",
    ],
    examples: [
      "appliance token add ada", "TOKEN=$(appliance token add ada --label laptop --expires 90d)",
    ]
  ) { call throws(CommandError) in
    let secret = try SecretInput.read(call, prompt: nil)
    let result = try call.perform(
      .tokenAdd,
      fields(call, label: call.field("--label")) + [("secret", secret.map { .string($0) })])
    guard !call.wantsJSON else { return call.printJSON(result) }
    guard let made = result["secret"]?.string ?? secret else {
      throw .failed("The appliance answered without a token.")
    }
    call.console.writeLine(made)
  }

  private static let list = Command.operation(
    "token list", "List the tokens", operands: [Command.Operand(name: "USER", isOptional: true)]
  ) { call throws(CommandError) in
    call.printList(
      try call.perform(.tokenList, [("user", call.operandField(0))]), "tokens",
      [
        RecordColumn("USER", "user"), RecordColumn("LABEL", "label"),
        RecordColumn("STATUS", "status"), RecordColumn("PUBLIC ID", "public_id"),
        RecordColumn("LEVEL", "level", isNumeric: true),
        RecordColumn("EXPIRES", "expires_at"), RecordColumn("RULES", text: Command.rules),
      ],
      hint: "No tokens yet. 'appliance token add USER' makes one.")
  }

  private static let show = Command.operation(
    "token show", "Show a token with all its rules, but not the token itself", operands: operands
  ) { call throws(CommandError) in
    call.printRecord(
      try call.perform(
        .tokenShow, [("user", call.operandField(0)), ("label", call.operandField(1))]), "token")
  }

  private static let set = Command.operation(
    "token set", "Change what a token may do", operands: operands,
    options: fieldOptions + [
      Command.Option("--status", "STATUS", help: "active or suspended."), Command.clearOption,
      Command.nowOption,
    ],
    details: ["What is not given stays as it is."],
    examples: ["appliance token set ada laptop --models 'gpt-4o-mini' --level 1"]
  ) { call throws(CommandError) in
    let cleared = try call.clearedFields(
      among: ["expires_at", "level", "models", "endpoints", "ips", "status", "limits", "budgets"])
    let result = try call.perform(
      .tokenSet,
      fields(call, label: call.operandField(1)) + cleared + [
        ("status", try call.field("--status", oneOf: ["active", "suspended"])),
        ("now", call.has("--now") ? .bool(true) : nil),
      ])
    call.printChange(result, "token", "Changed token \(call.operand(1)) of \(call.operand(0)).")
  }

  private static let revoke = Command.operation(
    "token revoke", "Refuse all requests with a token, which stays in the list",
    operands: operands, options: [Command.nowOption],
    details: ["Requests that are under way end as they would, unless --now is given."]
  ) { call throws(CommandError) in
    let result = try call.perform(
      .tokenSet,
      [
        ("user", call.operandField(0)), ("label", call.operandField(1)), ("status", "suspended"),
        ("now", call.has("--now") ? .bool(true) : nil),
      ])
    call.printChange(result, "token", "Revoked token \(call.operand(1)) of \(call.operand(0)).")
  }

  private static let remove = Command.operation(
    "token remove", "Remove a token; requests with it are refused from then on",
    operands: operands, options: [Command.nowOption]
  ) { call throws(CommandError) in
    let result = try call.perform(
      .tokenRemove,
      [
        ("user", call.operandField(0)), ("label", call.operandField(1)),
        ("now", call.has("--now") ? .bool(true) : nil),
      ])
    call.printChange(result, "", "Removed token \(call.operand(1)) of \(call.operand(0)).")
  }
}
