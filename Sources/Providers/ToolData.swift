import HTTP

/// What belongs to a tool of the client's in a request: what it was called with, what it answered.
///
/// Names in there are the client's own: a `container` may be one of its machine and a `file_id` one
/// of its database. OpenAI writes both as text.
package enum ToolData {
  /// Longest of the names, in bytes.
  package static let nameBytesMax = 8

  /// Whether the object behind a member of this name is a tool's.
  ///
  /// Sources: docs.anthropic.com/en/api/messages, `tool_use`; ai.google.dev/api/caching,
  /// `FunctionCall` and `FunctionResponse`.
  package static func isName(_ name: Span<UInt8>, of endpoint: Endpoint) -> Bool {
    switch endpoint {
    case .messages, .messagesCountTokens: name.equals("input")
    case .generateContent, .streamGenerateContent, .countTokens:
      name.equals("args") || name.equals("response")
    default: false
    }
  }
}
