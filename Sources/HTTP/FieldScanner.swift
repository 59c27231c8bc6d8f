/// Reads header field lines up to the empty line that ends a head, at any cut of the stream.
///
/// Strict (RFC 9112 §§ 2.2, 5): lines end with CR LF alone, a name is a token directly followed by
/// the colon, a value holds no control byte but the tab, and a line that begins with white space
/// (`obs-fold`) is refused. Bytes from 80 on are opaque.
struct FieldScanner: Sendable {
  private(set) var lines: [FieldLine] = []
  private var phase = Phase.lineStart
  private var nameStart = 0
  private var nameEnd = 0
  private var valueStart = 0
  private var valueEnd = 0

  /// SDKs of providers send about 20 fields: one allocation.
  private static let lineCountUsual = 24

  private enum Phase: UInt8 { case lineStart, name, blanks, value, lineFeed, lastLineFeed }

  /// Goes on at `position`.
  ///
  /// - Parameters:
  ///   - buffer: Begins with the first byte of the head at every call.
  ///   - position: The first byte not looked at yet; moved on.
  ///   - fieldCountMax: One more is an error.
  /// - Returns: Whether the empty line has been read; `position` is then behind it.
  /// - Throws: Why the head is refused.
  mutating func scan(
    _ buffer: Span<UInt8>, _ position: inout Int, fieldCountMax: Int
  ) throws(HeadError) -> Bool {
    while true {
      switch phase {
      case .lineStart:
        guard position < buffer.count else { return false }
        if buffer[position] == UInt8(ascii: "\r") {
          position += 1
          phase = .lastLineFeed
        } else {
          guard lines.count < fieldCountMax else { throw .tooManyFields(limit: fieldCountMax) }
          if lines.isEmpty { lines.reserveCapacity(Self.lineCountUsual) }
          nameStart = position
          phase = .name
        }
      case .name:
        position = buffer.indexOfTokenEnd(from: position)
        guard position < buffer.count else { return false }
        guard buffer[position] == UInt8(ascii: ":"), position > nameStart else {
          throw .badRequest("A header field is not 'name: value'.")
        }
        nameEnd = position
        position += 1
        phase = .blanks
      case .blanks:
        while position < buffer.count, isBlank(buffer[position]) { position += 1 }
        guard position < buffer.count else { return false }
        valueStart = position
        phase = .value
      case .value:
        position = buffer.indexOfControl(from: position)
        guard position < buffer.count else { return false }
        switch buffer[position] {
        case UInt8(ascii: "\t"): position += 1
        case UInt8(ascii: "\r"):
          valueEnd = buffer.trimmed(valueStart..<position).upperBound
          position += 1
          phase = .lineFeed
        default: throw .badRequest("A header field holds a control byte.")
        }
      case .lineFeed:
        guard position < buffer.count else { return false }
        try expectLineFeed(buffer[position])
        position += 1
        lines.append(FieldLine(name: nameStart..<nameEnd, value: valueStart..<valueEnd))
        phase = .lineStart
      case .lastLineFeed:
        guard position < buffer.count else { return false }
        try expectLineFeed(buffer[position])
        position += 1
        return true
      }
    }
  }

  private func expectLineFeed(_ byte: UInt8) throws(HeadError) {
    guard byte == UInt8(ascii: "\n") else { throw .badRequest("A CR stands without its LF.") }
  }
}
