import JSON

/// `appliance provider …`: the services upstream.
enum ProviderCommands {
  static let all: [Command] = [add, list, show, set, remove]

  private static let name = Command.Operand(name: "NAME")

  private static let fieldOptions: [Command.Option] = [
    Command.Option(
      "--auth", "SCHEME",
      help: """
        How the key is sent: bearer, x-api-key, api-key, x-goog-api-key, query:NAME or none. \
        Default: as the dialect has it.
        """),
    Command.Option(
      "--api-version", "TEXT", help: "anthropic-version, or Azure's api-version."),
    Command.Option("--style", "azure", help: "Build Azure's paths from deployments."),
    Command.Option(
      "--allow-private", help: "Allow loopback and private addresses (a literal one is allowed)."),
    Command.Option("--no-allow-private", help: "Refuse loopback and private addresses."),
    Command.Option(
      "--stream-usage", "ask|never",
      help: """
        Whether streams are asked to state their usage (stream_options). Default: ask.
        """),
    Command.Option(
      "--header", "NAME=VALUE", help: "A header field sent with every request.", isRepeated: true),
  ]

  private static func fields(_ call: Invocation) throws(CommandError) -> [(String, JSONValue?)] {
    [
      ("name", call.operandField(0)),
      ("dialect", try call.field("--dialect", oneOf: ["openai", "anthropic", "gemini"])),
      ("base_url", call.field("--base-url")),
      ("auth", call.field("--auth")),
      ("api_version", call.field("--api-version")),
      ("style", call.field("--style")),
      ("allow_private", try call.switchField("allow-private")),
      ("stream_usage", try call.field("--stream-usage", oneOf: ["ask", "never"])),
      ("headers", try call.pairsField("--header")),
    ]
  }

  private static let dialectOptions: [Command.Option] = [
    Command.Option("--dialect", "DIALECT", help: "openai, anthropic or gemini."),
    Command.Option(
      "--base-url", "URL",
      help: """
        What the provider's own SDK takes, as https://api.openai.com/v1, \
        https://api.anthropic.com or https://generativelanguage.googleapis.com.
        """),
  ]

  private static let add = Command.operation(
    "provider add", "Add a provider", operands: [name], options: dialectOptions + fieldOptions,
    details: [
      "A provider is a service upstream; its keys are added with 'appliance key add'. Providers "
        + "that are compatible with OpenAI (Groq, Mistral, OpenRouter, Azure…) have the dialect "
        + "openai."
    ],
    examples: [
      "appliance provider add openai --dialect openai --base-url https://api.openai.com/v1",
      "appliance provider add claude --dialect anthropic --base-url https://api.anthropic.com",
    ]
  ) { call throws(CommandError) in
    for option in ["--dialect", "--base-url"] where !call.has(option) {
      throw .usage("\(option) is missing.")
    }
    let result = try call.perform(.providerAdd, fields(call))
    call.printChange(
      result, "provider",
      "Added provider \(call.operand(0)). Next: appliance key add \(call.operand(0)) LABEL.")
  }

  private static let set = Command.operation(
    "provider set", "Change a provider", operands: [name], options: dialectOptions + fieldOptions,
    details: ["What is not given stays as it is; an empty text returns a field to its default."],
    examples: ["appliance provider set openai --stream-usage never"]
  ) { call throws(CommandError) in
    let result = try call.perform(.providerSet, fields(call))
    call.printChange(result, "provider", "Changed provider \(call.operand(0)).")
  }

  private static let list = Command.operation("provider list", "List the providers") {
    call throws(CommandError) in
    call.printList(
      try call.perform(.providerList), "providers",
      [
        RecordColumn("NAME", "name"), RecordColumn("DIALECT", "dialect"),
        RecordColumn("KEYS", "keys", isNumeric: true), RecordColumn("AUTH", "auth"),
        RecordColumn("BASE URL", "base_url"),
      ],
      hint: "No providers yet. 'appliance provider add --help' shows how to add one.")
  }

  private static let show = Command.operation(
    "provider show", "Show a provider with all its fields", operands: [name]
  ) { call throws(CommandError) in
    call.printRecord(
      try call.perform(.providerShow, [("name", call.operandField(0))]), "provider")
  }

  private static let remove = Command.operation(
    "provider remove", "Remove a provider", operands: [name],
    options: [Command.Option("--force", help: "Remove its keys with it.")]
  ) { call throws(CommandError) in
    let result = try call.perform(
      .providerRemove,
      [("name", call.operandField(0)), ("force", call.has("--force") ? true : nil)])
    call.printChange(result, "", "Removed provider \(call.operand(0)).")
  }
}
