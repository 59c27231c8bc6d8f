import JSON

/// What an error answer says, in whatever form its provider has: the input of an `ErrorTable`.
///
/// Read off the hot path, from at most `bodyBytesMax` of the body. A body that is no JSON leaves
/// the texts empty, and the status decides.
package struct ErrorSignals: Equatable, Sendable {
  package var status: Int
  /// OpenAI's `error.type`, Anthropic's `error.type`, Google's `error.status`.
  package var type = ""
  /// `error.code` as text, a number too.
  package var code = ""
  package var message = ""
  /// The reasons in Google's `error.details`, and what providers put beside the error.
  package var reasons: [String] = []
  /// Google's `RetryInfo.retryDelay`.
  package var retryDelay = ""

  package init(
    status: Int, type: String = "", code: String = "", message: String = "", reasons: [String] = []
  ) {
    self.status = status
    self.type = type
    self.code = code
    self.message = message
    self.reasons = reasons
  }

  /// How much of a body is looked at.
  package static let bodyBytesMax = 65_536

  /// Reads the body of an answer of this status.
  package init(status: Int, body: Span<UInt8>) {
    self.status = status
    guard body.count <= Self.bodyBytesMax,
      let root = try? JSONValue(parsing: body, depthMax: 64)
    else { return }
    // Google's OpenAI-compatible path, and its streams, wrap the object in an array.
    let object = root[0] ?? root
    read(object["error"] ?? .null, beside: object)
  }

  /// Reads the error object and what stands beside it.
  private mutating func read(_ error: JSONValue, beside object: JSONValue) {
    if let text = error.string {
      // xAI: {"code":…,"error":"…"}; Together and Ollama: {"error":"…"}.
      message = text
    } else {
      type = error["type"]?.string ?? error["status"]?.string ?? ""
      code = Self.text(error["code"])
      message = Self.text(error["message"])
      read(details: error["details"]?.array ?? [])
      if let inner = error["metadata"]?["error_type"]?.string { reasons.append(inner) }
    }
    // Mistral, Cohere and FastAPI servers have no `error` object.
    if message.isEmpty { message = Self.text(object["message"]) }
    if message.isEmpty { message = Self.text(object["detail"]) }
    if code.isEmpty { code = Self.text(object["code"]) }
    if type.isEmpty, object["error"]?.object == nil {
      type = object["type"]?.string ?? object["error_type"]?.string ?? ""
    }
  }

  private mutating func read(details: [JSONValue]) {
    for detail in details.prefix(32) {
      if let reason = detail["reason"]?.string { reasons.append(reason) }
      if let delay = detail["retryDelay"]?.string { retryDelay = delay }
      for violation in (detail["violations"]?.array ?? []).prefix(32) {
        if let quota = violation["quotaId"]?.string { reasons.append(quota) }
      }
    }
  }

  /// A string as it is, a number as written, anything else as JSON.
  private static func text(_ value: JSONValue?) -> String {
    switch value {
    case nil, .null: ""
    case .string(let text): text
    case .number(let text): text
    case .some(let other): other.text
    }
  }
}

extension ErrorSignals {
  /// The signals of an error event inside a stream.
  package init(_ event: ErrorEventFacts) {
    self.init(
      status: event.status ?? 0, type: event.type ?? "", code: event.code ?? "",
      message: event.message ?? "")
  }
}
