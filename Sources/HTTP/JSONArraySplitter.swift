/// What `JSONArraySplitter` finds in a chunk, in stream order.
///
/// `rawEnd` is behind the byte that the piece speaks of. White space belongs to no piece.
package enum JSONArrayPiece: Equatable, Sendable {
  /// The `[` of the array.
  case open(rawEnd: Int)
  /// Bytes of an element, white space inside it included; a long one comes in several pieces.
  case bytes(Range<Int>)
  /// The element is complete.
  case elementEnd(rawEnd: Int)
  /// The `,` before the next element.
  case separator(rawEnd: Int)
  /// The `]` of the array.
  case close(rawEnd: Int)
}

/// Why a growing array cannot be read on.
package enum JSONArrayError: Error, Equatable, Sendable {
  /// It does not begin with `[`: an error answer in place of the stream, or no JSON.
  case notAnArray
  /// A byte that cannot stand between elements.
  case unexpectedByte
  case tooDeep(limit: Int)
  case elementTooLong(limitBytes: Int)
}

/// Splits one JSON array that arrives piece by piece into its elements, without keeping their bytes.
///
/// Gemini streams so when SSE is not asked for. It knows strings, escapes and nesting and nothing
/// else: whether an element is valid is for who reads it.
package struct JSONArraySplitter: Sendable {
  /// Elements that are complete.
  package private(set) var count = 0

  private let elementBytesMax: Int
  private let depthMax: Int
  private var phase = Phase.beforeArray
  private var depth = 0
  private var elementBytes = 0

  private enum Phase: UInt8 {
    case beforeArray, beforeFirst, beforeNext, nested, string, escape, scalar, afterElement, closed
  }

  package init(elementBytesMax: Int = 33_554_432, depthMax: Int = 512) {
    precondition(elementBytesMax > 0 && depthMax > 0)
    self.elementBytesMax = elementBytesMax
    self.depthMax = depthMax
  }

  /// Whether the array has been closed.
  package var isComplete: Bool { phase == .closed }

  /// Whether the end of an element has not come yet.
  package var isInsideElement: Bool { elementBytes > 0 }

  /// The next piece from `position` on, which is moved behind it; nil when the chunk is used up.
  package mutating func next(
    in chunk: Span<UInt8>, _ position: inout Int
  ) throws(JSONArrayError) -> JSONArrayPiece? {
    while position < chunk.count {
      switch phase {
      case .nested, .string, .escape, .scalar:
        let start = position
        // One byte more than may come: the first fault counts, wherever the stream is cut.
        let end = min(chunk.count - start, elementBytesMax - elementBytes + 1) + start
        let isComplete = try scanElement(chunk.extracting(..<end), &position)
        elementBytes += position - start
        guard elementBytes <= elementBytesMax else {
          throw .elementTooLong(limitBytes: elementBytesMax)
        }
        if isComplete { phase = .afterElement }
        if start < position { return .bytes(start..<position) }
      case .afterElement where elementBytes > 0:
        return endElement(position)
      case .beforeArray, .beforeFirst, .beforeNext, .afterElement, .closed:
        let byte = chunk[position]
        guard !Self.isWhiteSpace(byte) else {
          position += 1
          continue
        }
        if let piece = try scanBetween(byte, &position) { return piece }
      }
    }
    return phase == .afterElement && elementBytes > 0 ? endElement(position) : nil
  }

  private mutating func endElement(_ position: Int) -> JSONArrayPiece {
    elementBytes = 0
    count += 1
    return .elementEnd(rawEnd: position)
  }

  /// Reads what stands between elements, or how the next one begins.
  private mutating func scanBetween(
    _ byte: UInt8, _ position: inout Int
  ) throws(JSONArrayError) -> JSONArrayPiece? {
    switch (phase, byte) {
    case (.beforeArray, UInt8(ascii: "[")):
      position += 1
      phase = .beforeFirst
      return .open(rawEnd: position)
    case (.beforeArray, _): throw .notAnArray
    case (.beforeFirst, UInt8(ascii: "]")), (.afterElement, UInt8(ascii: "]")):
      position += 1
      phase = .closed
      return .close(rawEnd: position)
    case (.afterElement, UInt8(ascii: ",")):
      position += 1
      phase = .beforeNext
      return .separator(rawEnd: position)
    case (.beforeFirst, _), (.beforeNext, _):
      depth = 0
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "\""): phase = .nested
      case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"): throw .unexpectedByte
      default: phase = .scalar
      }
      return nil
    default: throw .unexpectedByte
    }
  }

  /// Goes on inside an element; true when `position` is behind its last byte.
  private mutating func scanElement(
    _ chunk: Span<UInt8>, _ position: inout Int
  ) throws(JSONArrayError) -> Bool {
    while position < chunk.count {
      switch phase {
      case .string:
        position = chunk.index(of: UInt8(ascii: "\""), or: UInt8(ascii: "\\"), from: position)
        guard position < chunk.count else { return false }
        phase = chunk[position] == UInt8(ascii: "\"") ? .nested : .escape
        position += 1
        if phase == .nested, depth == 0 { return true }
      case .escape:
        position += 1
        phase = .string
      case .scalar:
        let byte = chunk[position]
        if Self.isWhiteSpace(byte) || byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") {
          return true
        }
        position += 1
      default:
        let byte = chunk[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""): phase = .string
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          depth += 1
          guard depth <= depthMax else { throw .tooDeep(limit: depthMax) }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          depth -= 1
          if depth == 0 { return true }
        default: break
        }
      }
    }
    return false
  }

  private static func isWhiteSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }
}
