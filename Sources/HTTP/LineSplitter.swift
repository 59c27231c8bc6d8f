/// What `LineSplitter` finds in a chunk.
package enum LinePiece: Equatable, Sendable {
  /// Bytes of the line, without its end; a long one comes in several pieces.
  case bytes(Range<Int>)
  /// The line is complete; `rawEnd` is behind its LF.
  case end(rawEnd: Int, isBlank: Bool)
}

/// Splits a stream of JSON texts, one a line (NDJSON), without keeping their bytes.
///
/// A line ends with LF; a CR before it is white space of the JSON text and stays with it. Blank is
/// a line of white space alone.
package struct LineSplitter: Sendable {
  private let lineBytesMax: Int
  private var lineBytes = 0
  private var isBlank = true

  /// Makes a splitter that refuses lines longer than `lineBytesMax`.
  package init(lineBytesMax: Int = 33_554_432) {
    precondition(lineBytesMax > 0)
    self.lineBytesMax = lineBytesMax
  }

  package enum Failure: Error, Equatable, Sendable {
    case lineTooLong(limitBytes: Int)
  }

  /// Whether the last line has no end yet; at the end of the stream it is complete all the same.
  package var isInsideLine: Bool { lineBytes > 0 }

  /// The next piece from `position` on, which is moved behind it; nil when the chunk is used up.
  package mutating func next(
    in chunk: Span<UInt8>, _ position: inout Int
  ) throws(Failure) -> LinePiece? {
    guard position < chunk.count else { return nil }
    let start = position
    position = chunk.index(of: UInt8(ascii: "\n"), from: start)
    guard start == position else {
      lineBytes += position - start
      guard lineBytes <= lineBytesMax else { throw .lineTooLong(limitBytes: lineBytesMax) }
      if isBlank {
        for index in start..<position where !Self.isWhiteSpace(chunk[index]) {
          isBlank = false
          break
        }
      }
      return .bytes(start..<position)
    }
    position += 1
    defer {
      isBlank = true
      lineBytes = 0
    }
    return .end(rawEnd: position, isBlank: isBlank)
  }

  private static func isWhiteSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0D || byte == 0x09
  }
}
