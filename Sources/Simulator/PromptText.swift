import JSON

/// What a request says, whatever its dialect: all texts for counting, and the last for the echo.
struct PromptText {
  /// Tokens of all texts, 4 for each message, 85 for each image, file or audio part.
  private(set) var tokens = 0
  private(set) var last = ""
  /// Whether the conversation ends with a tool's result.
  private(set) var endsWithToolResult = false

  private static let messageTokens = 4
  private static let mediaTokens = 85

  init(_ document: JSONValue) {
    for name in ["system", "instructions", "systemInstruction", "system_instruction"] {
      add(document[name])
    }
    for name in ["messages", "contents", "input", "prompt", "content", "query", "documents"] {
      if let list = document[name]?.array, list.contains(where: { $0.object != nil }) {
        for message in list { addMessage(message) }
      } else {
        add(document[name])
      }
    }
    if let tools = document["tools"] { tokens += TokenCounter.count(tools.text) }
  }

  private mutating func addMessage(_ message: JSONValue) {
    tokens += Self.messageTokens
    let role = message["role"]?.string ?? ""
    let kind = message["type"]?.string ?? ""
    last = ""
    endsWithToolResult = role == "tool" || kind == "function_call_output"
    add(message["content"] ?? message["parts"] ?? message["text"] ?? message["output"])
    if let calls = message["tool_calls"] { tokens += TokenCounter.count(calls.text) }
  }

  private mutating func add(_ value: JSONValue?) {
    switch value {
    case .string(let text):
      tokens += TokenCounter.count(text)
      last = text
    case .array(let parts):
      // A prompt may also be given as token numbers.
      let numbers = parts.filter { $0.numberText != nil }.count
      tokens += numbers
      for part in parts where part.numberText == nil { add(part) }
    case .object:
      if let text = value?["text"]?.string {
        add(.string(text))
      } else if let parts = value?["parts"] ?? value?["content"] {
        if value?["type"]?.string == "tool_result" { endsWithToolResult = true }
        add(parts)
      } else if value?["functionResponse"] != nil || value?["type"]?.string == "tool_result" {
        endsWithToolResult = true
        tokens += TokenCounter.count(value?.text ?? "")
      } else if value?["functionCall"] != nil || value?["type"]?.string == "tool_use" {
        tokens += TokenCounter.count(value?.text ?? "")
      } else {
        tokens += Self.mediaTokens
      }
    case nil, .null, .bool, .number: break
    }
  }
}
