import JSON

/// What ends a stream that was cut after content had gone to the client.
///
/// A client must never take a cut answer for a whole one. Where the framing can say that something
/// went wrong it is said; where it cannot, nil, and the connection is aborted without its last
/// chunk.
package enum ErrorEvent {
  /// How the answer is framed, and where in it the cut is.
  package enum Framing: Equatable, Sendable {
    /// Server-sent events; `isInsideEvent` where part of an event has been relayed that will not be
    /// whole, `nextNumber` the number that follows those of the events so far, in a stream that
    /// numbers them.
    case sse(isInsideEvent: Bool, nextNumber: Int64 = 0)
    /// A JSON value a line; `isInsideLine` where part of a line has been relayed.
    case lines(isInsideLine: Bool)
    /// Google's growing array, and what of it has been relayed.
    case array(ArrayState)
    /// Plain JSON, text or binary.
    case other
  }

  /// How much of a JSON array the client has.
  package enum ArrayState: Equatable, Sendable {
    /// Not even its opening bracket.
    case nothing
    /// The bracket and no element.
    case opened
    /// The last byte ended an element; no comma followed.
    case afterElement
    /// A comma followed the last element.
    case afterComma
    /// Part of an element: nothing can be said any more.
    case insideElement
  }

  /// The bytes to append to the answer before it is closed; nil where the framing has none.
  package static func bytes(
    dialect: Dialect, endpoint: Endpoint, framing: Framing, refusal: Refusal, requestID: String
  ) -> [UInt8]? {
    var out: [UInt8] = []
    switch framing {
    case .other: return nil
    case .sse(let isInsideEvent, let nextNumber):
      // What was begun cannot be taken back, and ended it would be read: it is not what it says.
      guard !isInsideEvent else { return nil }
      appendEvent(dialect, endpoint, refusal, requestID, nextNumber, to: &out)
    case .lines(let isInsideLine):
      if isInsideLine { out.append(UInt8(ascii: "\n")) }
      out += refusal.body(dialect: dialect, requestID: requestID)
      out.append(UInt8(ascii: "\n"))
    case .array(let state):
      switch state {
      case .insideElement: return nil
      case .nothing: out.append(UInt8(ascii: "["))
      case .afterElement: out.append(ascii: ",\n")
      case .opened, .afterComma: break
      }
      refusal.appendGeminiError(to: &out)
      out.append(ascii: "\n]")
    }
    return out
  }

  private static func appendEvent(
    _ dialect: Dialect, _ endpoint: Endpoint, _ refusal: Refusal, _ requestID: String,
    _ number: Int64, to out: inout [UInt8]
  ) {
    switch (dialect, endpoint) {
    case (.openai, .responses), (.openai, .response), (.openai, .responsesCompact):
      appendResponsesEvent(refusal, number, to: &out)
    case (.openai, _):
      out.append(ascii: "data: {\"error\":")
      refusal.appendOpenAIError(to: &out)
      out.append(UInt8(ascii: "}"))
    case (.anthropic, _):
      out.append(ascii: "event: error\ndata: ")
      refusal.appendAnthropicError(requestID: requestID, to: &out)
    case (.gemini, _):
      out.append(ascii: "data: ")
      refusal.appendGeminiError(to: &out)
    }
    out.append(ascii: "\n\n")
  }

  /// The `error` event of the Responses API.
  ///
  /// Its reference has the members at the top level; the service itself, and the SDKs' check for a
  /// failed stream, have them in `error`: both are sent.
  private static func appendResponsesEvent(
    _ refusal: Refusal, _ number: Int64, to out: inout [UInt8]
  ) {
    out.append(ascii: "event: error\ndata: {\"type\":\"error\"")
    JSONWriter.member("code", refusal.code, to: &out)
    JSONWriter.member("message", refusal.message, to: &out)
    out.append(ascii: ",\"param\":null,\"sequence_number\":")
    JSONWriter.append(int: number, to: &out)
    out.append(ascii: ",\"error\":")
    refusal.appendOpenAIError(to: &out)
    out.append(UInt8(ascii: "}"))
  }
}
