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
    if phase == .lineStart { takeWholeLines(buffer, &position, fieldCountMax: fieldCountMax) }
    while true {
      switch phase {
      case .lineStart:
        guard position < buffer.count else { return false }
        if buffer[position] == UInt8(ascii: "\r") {
          position += 1
          phase = .lastLineFeed
        } else {
          guard lines.count < fieldCountMax else { throw .tooManyFields(limit: fieldCountMax) }
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

  /// Takes the lines that are here whole and in the usual form, as all of a head are as a rule.
  ///
  /// Anything else, faults as well, is left to the walk from phase to phase.
  private mutating func takeWholeLines(
    _ buffer: Span<UInt8>, _ position: inout Int, fieldCountMax: Int
  ) {
    if lines.isEmpty { lines.reserveCapacity(Self.lineCountUsual) }
    while lines.count < fieldCountMax {
      let nameEnd = buffer.indexOfTokenEnd(from: position)
      guard nameEnd > position, nameEnd < buffer.count, buffer[nameEnd] == UInt8(ascii: ":") else {
        return
      }
      var start = nameEnd &+ 1
      while start < buffer.count, isBlank(buffer[start]) { start &+= 1 }
      var end = buffer.indexOfControl(from: start)
      while end < buffer.count, buffer[end] == UInt8(ascii: "\t") {
        end = buffer.indexOfControl(from: end &+ 1)
      }
      guard end &+ 1 < buffer.count, buffer[end] == UInt8(ascii: "\r"),
        buffer[end &+ 1] == UInt8(ascii: "\n")
      else { return }
      var valueEnd = end
      while valueEnd > start, isBlank(buffer[valueEnd &- 1]) { valueEnd &-= 1 }
      lines.append(FieldLine(name: position..<nameEnd, value: start..<valueEnd))
      position = end &+ 2
    }
  }

  private func expectLineFeed(_ byte: UInt8) throws(HeadError) {
    guard byte == UInt8(ascii: "\n") else { throw .badRequest("A CR stands without its LF.") }
  }
}
