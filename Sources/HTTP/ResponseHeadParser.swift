/// Reads the head of an answer at any cut of the stream (RFC 9112 §§ 2, 4, 5, 6).
///
/// As strict as for requests, for a provider may be hostile or broken too, but for this: the words
/// after the status may be missing with their space and may hold any byte that is not a control
/// byte; Content-Length may be repeated if it says the same; and with Transfer-Encoding beside it
/// Content-Length is ignored and the connection not used again (RFC 9112 § 6.3). Interim answers
/// (1xx) come back as heads: the caller skips them and bounds their number.
package struct ResponseHeadParser: Sendable {
  private let limits: HeadLimits
  private var position = 0
  private var isInsideFields = false
  private var reasonEnd = 0
  private var fields = FieldScanner()

  /// Bytes of the status line that stand always: `HTTP/1.1 200`.
  private static let statusLineBytesMin = 12

  package init(limits: HeadLimits = HeadLimits()) {
    self.limits = limits
  }

  /// Forgets an unfinished head.
  package mutating func reset() {
    self = ResponseHeadParser(limits: limits)
  }

  /// Goes on with what has come in.
  ///
  /// - Parameter buffer: All bytes since the end of the last message.
  /// - Returns: The head and how many bytes of the buffer it took, or nil if more are needed.
  /// - Throws: Why the head is refused; the connection is of no further use.
  package mutating func parse(
    _ buffer: Span<UInt8>
  ) throws(HeadError) -> (head: ResponseHead, consumed: Int)? {
    let window = buffer.extracting(..<min(buffer.count, limits.headBytesMax))
    guard try scan(window) else {
      guard buffer.count < limits.headBytesMax else {
        throw .tooLarge(limitBytes: limits.headBytesMax)
      }
      return nil
    }
    let consumed = position
    let head = try makeHead(window.extracting(..<consumed))
    reset()
    return (head, consumed)
  }

  private mutating func scan(_ bytes: Span<UInt8>) throws(HeadError) -> Bool {
    if !isInsideFields {
      guard try scanStatusLine(bytes) else { return false }
      isInsideFields = true
    }
    return try fields.scan(bytes, &position, fieldCountMax: limits.fieldCountMax)
  }

  private mutating func scanStatusLine(_ bytes: Span<UInt8>) throws(HeadError) -> Bool {
    while position < Self.statusLineBytesMin {
      guard position < bytes.count else { return false }
      guard Self.isExpected(bytes[position], at: position) else {
        throw .badRequest("The status line does not begin with a version and a status.")
      }
      position += 1
    }
    guard position < bytes.count else { return false }
    if position == Self.statusLineBytesMin {
      guard bytes[position] == UInt8(ascii: " ") || bytes[position] == UInt8(ascii: "\r") else {
        throw .badRequest("The status is not a number of three digits.")
      }
    }
    while true {
      position = bytes.indexOfControl(from: position)
      guard position < bytes.count else { return false }
      guard bytes[position] == UInt8(ascii: "\t") else { break }
      position += 1
    }
    guard bytes[position] == UInt8(ascii: "\r") else {
      throw .badRequest("The status line holds a control byte.")
    }
    guard position + 1 < bytes.count else { return false }
    guard bytes[position + 1] == UInt8(ascii: "\n") else {
      throw .badRequest("A CR stands without its LF.")
    }
    reasonEnd = position
    position += 2
    return true
  }

  /// Whether `byte` may stand at `position` of a status line.
  private static func isExpected(_ byte: UInt8, at position: Int) -> Bool {
    switch position {
    case 0: byte == UInt8(ascii: "H")
    case 1, 2: byte == UInt8(ascii: "T")
    case 3: byte == UInt8(ascii: "P")
    case 4: byte == UInt8(ascii: "/")
    case 6: byte == UInt8(ascii: ".")
    case 8: byte == UInt8(ascii: " ")
    case 9: isDigit(byte) && byte != UInt8(ascii: "0")
    default: isDigit(byte)
    }
  }

  private func makeHead(_ bytes: Span<UInt8>) throws(HeadError) -> ResponseHead {
    guard bytes[5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
    let minorVersion = bytes[7] == UInt8(ascii: "0") ? 0 : 1
    var status = 0
    for index in 9..<12 { status = status * 10 + Int(bytes[index] &- 0x30) }

    let message = try MessageFields(fields.lines, in: bytes)
    guard message.contentLengthsAgree else {
      throw .badRequest("Content-Length stands more than once.")
    }
    var keepsAlive = !message.hasClose && (minorVersion == 1 || message.hasKeepAlive)
    if message.transferEncodingLines > 0 {
      guard message.transferEncodingLines == 1, message.isChunked, minorVersion == 1 else {
        throw .notImplemented("A transfer coding other than chunked")
      }
      if message.contentLengthLines > 0 { keepsAlive = false }
    }
    var copy: [UInt8] = []
    copy.reserveCapacity(bytes.count)
    copy.append(bytes)
    return ResponseHead(
      status: status, minorVersion: minorVersion,
      reason: min(Self.statusLineBytesMin + 1, reasonEnd)..<reasonEnd,
      fields: HeaderFields(bytes: copy, lines: fields.lines), keepsAlive: keepsAlive,
      contentLength: message.contentLength, isChunked: message.isChunked)
  }
}
