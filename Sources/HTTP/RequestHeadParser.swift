/// Reads the head of a request at any cut of the stream (RFC 9112 §§ 2, 3, 5, 6).
///
/// It remembers how far it has come: call it again with the same bytes and more behind them. After
/// a head it is ready for the next one.
///
/// Choices, where the RFC leaves one: a bare LF, a bare CR and `obs-fold` are refused; so is white
/// space other than one space in the request line. Content-Length may stand once and holds digits
/// alone. Transfer-Encoding is exactly `chunked`, once, on HTTP/1.1 alone and without
/// Content-Length. Host is refused when empty. CONNECT and TRACE are not implemented: the one is a
/// proxy's, the other would send back what was added to a request. Expectations other than
/// `100-continue` get 417. HTTP/1.2 and up are read as HTTP/1.1.
package struct RequestHeadParser: Sendable {
  private let limits: HeadLimits
  private var position = 0
  private var phase = Phase.emptyLines
  private var emptyLines = 0
  private var methodStart = 0
  private var targetStart = 0
  private var versionStart = 0
  private var minorVersion = 1
  private var fields = FieldScanner()

  private static let methodBytesMax = 32
  /// `HTTP/1.1`, the first byte lowest.
  private static let version11: UInt64 = 0x312E_312F_5054_5448

  private enum Phase: UInt8 { case emptyLines, emptyLineFeed, method, target, version, fields }

  package init(limits: HeadLimits = HeadLimits()) {
    self.limits = limits
  }

  /// Forgets an unfinished head.
  package mutating func reset() {
    self = RequestHeadParser(limits: limits)
  }

  /// Goes on with what has come in.
  ///
  /// - Parameter buffer: All bytes since the end of the last message.
  /// - Returns: The head and how many bytes of the buffer it took, or nil if more are needed.
  /// - Throws: Why the head is refused; the connection is of no further use.
  package mutating func parse(
    _ buffer: Span<UInt8>
  ) throws(HeadError) -> (head: RequestHead, consumed: Int)? {
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
    while true {
      switch phase {
      case .emptyLines:
        guard position < bytes.count else { return false }
        guard bytes[position] == UInt8(ascii: "\r") else {
          methodStart = position
          phase = .method
          continue
        }
        emptyLines += 1
        guard emptyLines <= limits.emptyLinesMax else {
          throw .badRequest("Empty lines stand in place of a request.")
        }
        position += 1
        phase = .emptyLineFeed
      case .emptyLineFeed:
        guard position < bytes.count else { return false }
        guard bytes[position] == UInt8(ascii: "\n") else {
          throw .badRequest("A CR stands without its LF.")
        }
        position += 1
        phase = .emptyLines
      case .method:
        guard try scanMethod(bytes) else { return false }
        phase = .target
      case .target:
        guard try scanTarget(bytes) else { return false }
        phase = .version
      case .version:
        guard try scanVersion(bytes) else { return false }
        phase = .fields
      case .fields:
        return try fields.scan(bytes, &position, fieldCountMax: limits.fieldCountMax)
      }
    }
  }

  private mutating func scanMethod(_ bytes: Span<UInt8>) throws(HeadError) -> Bool {
    while position < bytes.count, ByteSet.token.contains(bytes[position]) { position += 1 }
    guard position - methodStart <= Self.methodBytesMax else {
      throw .notImplemented("A method of that length")
    }
    guard position < bytes.count else { return false }
    guard bytes[position] == UInt8(ascii: " "), position > methodStart else {
      throw .badRequest("The request line does not begin with a method and a space.")
    }
    position += 1
    targetStart = position
    return true
  }

  private mutating func scanTarget(_ bytes: Span<UInt8>) throws(HeadError) -> Bool {
    let index = bytes.indexOfTargetEnd(from: position)
    position = index
    guard index - targetStart <= limits.targetBytesMax else {
      throw .targetTooLong(limitBytes: limits.targetBytesMax)
    }
    guard index < bytes.count else { return false }
    guard bytes[index] == UInt8(ascii: " "), index > targetStart else {
      throw .badRequest("The request target is empty or holds a byte that it may not.")
    }
    position += 1
    versionStart = position
    return true
  }

  /// `HTTP/` digit `.` digit CR LF.
  private mutating func scanVersion(_ bytes: Span<UInt8>) throws(HeadError) -> Bool {
    // Nearly always it is this, and here whole.
    if position == versionStart, bytes.count &- position >= 10,
      bytes.word(at: position) == Self.version11, bytes[position &+ 8] == UInt8(ascii: "\r"),
      bytes[position &+ 9] == UInt8(ascii: "\n")
    {
      position &+= 10
      minorVersion = 1
      return true
    }
    while position < bytes.count {
      let byte = bytes[position]
      let isExpected =
        switch position - versionStart {
        case 0: byte == UInt8(ascii: "H")
        case 1, 2: byte == UInt8(ascii: "T")
        case 3: byte == UInt8(ascii: "P")
        case 4: byte == UInt8(ascii: "/")
        case 5, 7: isDigit(byte)
        case 6: byte == UInt8(ascii: ".")
        case 8: byte == UInt8(ascii: "\r")
        default: byte == UInt8(ascii: "\n")
        }
      guard isExpected else {
        throw .badRequest("The request line does not end with HTTP/1.1 and CR LF.")
      }
      position += 1
      guard position - versionStart == 10 else { continue }
      guard bytes[versionStart + 5] == UInt8(ascii: "1") else { throw .unsupportedVersion }
      minorVersion = bytes[versionStart + 7] == UInt8(ascii: "0") ? 0 : 1
      return true
    }
    return false
  }

  /// Reads what the lines mean and copies the head.
  private func makeHead(_ bytes: Span<UInt8>) throws(HeadError) -> RequestHead {
    let method = HTTPMethod(methodStart..<targetStart - 1, in: bytes)
    if method == .other("CONNECT") || method == .other("TRACE") {
      throw .notImplemented(method.name)
    }
    let target = targetStart..<versionStart - 1
    var parts = try RequestTarget(target, method: method, in: bytes)
    let message = try MessageFields(fields.lines, in: bytes)
    let framing = try framing(message)
    guard message.hostLines <= 1 else { throw .badRequest("Host stands more than once.") }
    if message.hostLines == 1 {
      guard RequestTarget.isAuthority(message.host, in: bytes) else {
        throw .badRequest("Host is not a valid host name.")
      }
      if parts.authority == nil { parts.authority = message.host }
    } else if minorVersion == 1 {
      throw .badRequest("Host is missing.")
    }
    guard !message.expectsOther else { throw .expectationFailed }

    var copy: [UInt8] = []
    copy.reserveCapacity(bytes.count + 1)
    copy.append(bytes)
    if parts.path.isEmpty {
      copy.append(UInt8(ascii: "/"))
      parts.path = bytes.count..<bytes.count + 1
    }
    return RequestHead(
      method: method, target: target, path: parts.path, query: parts.query,
      authority: parts.authority, minorVersion: minorVersion,
      fields: HeaderFields(bytes: copy, lines: fields.lines), framing: framing,
      keepsAlive: !message.hasClose && (minorVersion == 1 || message.hasKeepAlive),
      expectsContinue: message.expectsContinue && minorVersion == 1 && framing != .none
        && framing != .length(0))
  }

  private func framing(_ message: MessageFields) throws(HeadError) -> BodyFraming {
    guard message.contentLengthLines <= 1 else {
      throw .badRequest("Content-Length stands more than once.")
    }
    guard message.transferEncodingLines > 0 else {
      return message.contentLength.map { .length($0) } ?? .none
    }
    guard message.contentLengthLines == 0 else {
      throw .badRequest("Content-Length and Transfer-Encoding exclude each other.")
    }
    guard minorVersion == 1 else {
      throw .badRequest("Transfer-Encoding is not part of HTTP/1.0.")
    }
    guard message.transferEncodingLines == 1 else {
      throw .badRequest("Transfer-Encoding stands more than once.")
    }
    guard message.isChunked else { throw .notImplemented("A transfer coding other than chunked") }
    return .chunked
  }
}
