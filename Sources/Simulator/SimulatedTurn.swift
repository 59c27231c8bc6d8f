import JSON

/// What the simulated model says to a request: text or a tool call, and the tokens of both sides.
///
/// The dialects only dress it.
struct SimulatedTurn {
  let model: String
  /// A number for ids.
  let serial: Int
  let createdSeconds: Int
  let behaviour: Behaviour
  let prompt: PromptText
  /// Words of the answer; empty for a tool call.
  let pieces: [String]
  /// The answer was cut at the request's own limit.
  let isCut: Bool
  let tool: ToolCall?

  struct ToolCall {
    let name: String
    /// Compact JSON.
    let arguments: String
  }

  init(
    _ call: SimulatedCall, model: String, behaviour: Behaviour, serial: Int, createdSeconds: Int
  ) {
    let document = call.document
    self.model = model
    self.behaviour = behaviour
    self.serial = serial
    self.createdSeconds = createdSeconds
    prompt = PromptText(document)
    tool = Self.tool(document, prompt)
    let limit =
      document["max_completion_tokens"]?.int ?? document["max_tokens"]?.int
      ?? document["max_output_tokens"]?.int
      ?? document["generationConfig"]?["maxOutputTokens"]?.int
    if tool == nil {
      (pieces, isCut) = AnswerText.pieces(
        for: prompt.last, count: behaviour.chunks ?? 16, tokensMax: limit.map { Int(max(0, $0)) })
    } else {
      (pieces, isCut) = ([], false)
    }
  }

  var text: String { pieces.joined() }
  var cachedTokens: Int { min(behaviour.cachedTokens ?? 0, prompt.tokens) }
  var reasoningTokens: Int { behaviour.reasoningTokens ?? 0 }

  /// Tokens of the text or the tool call, without reasoning.
  var visibleTokens: Int {
    guard let tool else { return TokenCounter.count(text) }
    return TokenCounter.count(tool.name) + TokenCounter.count(tool.arguments)
  }

  /// A number of the usage, as the directives would have it told.
  func told(_ count: Int) -> JSONValue {
    switch behaviour.usageForm {
    case .max: .number("9223372036854775808")
    case .negative: .number("-1")
    case .absent, nil: number(count)
    }
  }

  var tellsUsage: Bool { behaviour.usageForm != .absent }

  // MARK: Tools

  private static func tool(_ document: JSONValue, _ prompt: PromptText) -> ToolCall? {
    let declarations = declarations(document)
    guard !declarations.isEmpty, !prompt.endsWithToolResult else { return nil }
    let choice = document["tool_choice"]
    let kind = choice?.string ?? choice?["type"]?.string ?? ""
    let mode = document["toolConfig"]?["functionCallingConfig"]?["mode"]?.string ?? ""
    guard kind != "none", mode != "NONE" else { return nil }
    let isForced = ["required", "any", "tool", "function"].contains(kind) || mode == "ANY"
    guard isForced || prompt.last.lowercased().contains("call the tool") else { return nil }
    let wanted = choice?["function"]?["name"]?.string ?? choice?["name"]?.string
    let chosen = declarations.first { $0.name == wanted } ?? declarations[0]
    return ToolCall(name: chosen.name, arguments: sample(of: chosen.schema).text)
  }

  /// Names and schemas, wherever the dialect keeps them.
  private static func declarations(_ document: JSONValue) -> [(name: String, schema: JSONValue)] {
    (document["tools"]?.array ?? []).flatMap { tool -> [(name: String, schema: JSONValue)] in
      let list = tool["functionDeclarations"]?.array ?? [tool["function"] ?? tool]
      return list.compactMap { function in
        guard let name = function["name"]?.string else { return nil }
        let schema =
          function["parameters"] ?? function["input_schema"]
          ?? function["parametersJsonSchema"] ?? function["parameters_json_schema"] ?? [:]
        return (name, schema)
      }
    }
  }

  /// A value that the schema allows, as far as its types say.
  private static func sample(of schema: JSONValue, depth: Int = 0) -> JSONValue {
    if let first = schema["enum"]?.array?.first { return first }
    switch schema["type"]?.string?.lowercased() {
    case "string": return "sim"
    case "integer", "number": return 7
    case "boolean": return true
    case "array": return depth > 8 ? [] : [sample(of: schema["items"] ?? [:], depth: depth + 1)]
    default:
      guard depth <= 8, let properties = schema["properties"]?.object else { return [:] }
      return .object(
        properties.map { JSONValue.Member($0.name, sample(of: $0.value, depth: depth + 1)) })
    }
  }
}
