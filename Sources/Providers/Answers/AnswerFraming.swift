import HTTP

/// How an answer's body is cut into events.
package enum AnswerFraming: Equatable, Sendable {
  /// One JSON document.
  case json
  /// JSON documents one after the other, usually one a line.
  case jsonLines
  /// A JSON array that grows, each element an event (Gemini without `alt=sse`).
  case jsonArray
  /// Server-sent events.
  case events
  /// Not for reading: audio, images, text, garbage, a coded body.
  case opaque
  /// Not known before the first byte has come.
  case undecided

  /// What a `content-type` promises; the first byte of the body has the last word.
  enum Promise: Equatable {
    case json, jsonLines, events
    /// Nothing for certain: often JSON all the same.
    case unknown
    /// Plain text; a transcription, or JSON all the same.
    case text
    /// Media and markup: not looked into.
    case opaque

    /// A function and not an initializer: from one that owns its array, Swift 6.3.1 makes code that
    /// releases a wrong pointer when it optimizes.
    static func of(contentType: [UInt8]) -> Promise {
      let bytes = contentType.span
      func isEssence(_ type: StaticString) -> Bool {
        guard bytes.hasBytes(type, at: 0) else { return false }
        let end = type.utf8CodeUnitCount
        return end == bytes.count || bytes[end] == UInt8(ascii: ";")
          || bytes[end] == UInt8(ascii: " ")
      }
      if isEssence("application/json") { return .json }
      if isEssence("text/event-stream") { return .events }
      let essence = contentType.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
      let type = String(decoding: essence, as: UTF8.self).lowercased()
      return switch type {
      case "application/json", "text/json": .json
      case "text/event-stream": .events
      case "application/x-ndjson", "application/ndjson", "application/jsonl",
        "application/x-jsonlines", "application/stream+json", "application/json-seq":
        .jsonLines
      case "", "application/octet-stream": .unknown
      case "text/plain", "text/vtt", "application/x-subrip": .text
      default: type.hasSuffix("+json") ? .json : .opaque
      }
    }

    /// The body is said to be JSON or events, so that anything else is an anomaly.
    var isReadable: Bool {
      switch self {
      case .json, .jsonLines, .events: true
      case .unknown, .text, .opaque: false
      }
    }
  }

  /// Decides by the first byte that is not white space.
  static func of(firstByte byte: UInt8, promise: Promise, kind: AnswerReader.Kind) -> AnswerFraming
  {
    switch byte {
    case UInt8(ascii: "{"):
      promise == .jsonLines ? .jsonLines : .json
    case UInt8(ascii: "["):
      kind == .generate ? .jsonArray : .json
    case UInt8(ascii: ":"), UInt8(ascii: "d"), UInt8(ascii: "e"), UInt8(ascii: "i"),
      UInt8(ascii: "r"):
      promise.isReadable ? .events : .opaque
    default:
      promise == .events ? .events : .opaque
    }
  }
}
