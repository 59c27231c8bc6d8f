/// The parts of a request target, as places in the head (RFC 9112 § 3.2).
struct RequestTarget: Equatable {
  /// Empty for `http://host` without a path, which means `/`.
  var path: Range<Int>
  /// Without its `?`.
  var query: Range<Int>?
  /// Host and port of the absolute form.
  var authority: Range<Int>?

  /// Reads the target at `range`, whose bytes are all in `ByteSet.target`.
  init(_ range: Range<Int>, method: HTTPMethod, in bytes: Span<UInt8>) throws(HeadError) {
    var pathStart = range.lowerBound
    if bytes[pathStart] != UInt8(ascii: "/") {
      if bytes.matches(range, "*") {
        guard method == .options else {
          throw .badRequest("The request target '*' is for OPTIONS alone.")
        }
        path = range
        return
      }
      let host = try Self.authorityStart(range, in: bytes)
      pathStart = host
      while pathStart < range.upperBound, bytes[pathStart] != UInt8(ascii: "/"),
        bytes[pathStart] != UInt8(ascii: "?")
      {
        pathStart += 1
      }
      guard Self.isAuthority(host..<pathStart, in: bytes) else {
        throw .badRequest("The request target names no valid host.")
      }
      authority = host..<pathStart
    }
    let mark = bytes.extracting(..<range.upperBound).index(of: UInt8(ascii: "?"), from: pathStart)
    path = pathStart..<mark
    query = mark < range.upperBound ? mark + 1..<range.upperBound : nil
  }

  /// Where the authority begins in `http://…` or `https://…`.
  private static func authorityStart(
    _ range: Range<Int>, in bytes: Span<UInt8>
  ) throws(HeadError) -> Int {
    for scheme: StaticString in ["http://", "https://"] {
      let end = range.lowerBound + scheme.utf8CodeUnitCount
      if end <= range.upperBound, bytes.matchesIgnoringCase(range.lowerBound..<end, scheme) {
        return end
      }
    }
    throw .badRequest("The request target is neither a path nor an http URL.")
  }

  /// Whether `range` is `host` or `host:port`, without user information (RFC 3986 § 3.2).
  ///
  /// An empty host is refused, as RFC 9110 § 4.2.1 has it for http; so is a port above 65535.
  static func isAuthority(_ range: Range<Int>, in bytes: Span<UInt8>) -> Bool {
    var index = range.lowerBound
    let end = range.upperBound
    guard index < end else { return false }
    if bytes[index] == UInt8(ascii: "[") {
      index += 1
      let start = index
      while index < end, ByteSet.ipv6.contains(bytes[index]) { index += 1 }
      guard index < end, index > start, bytes[index] == UInt8(ascii: "]") else { return false }
      index += 1
    } else {
      while index < end, ByteSet.registeredName.contains(bytes[index]) { index += 1 }
      guard index > range.lowerBound else { return false }
    }
    guard index < end else { return true }
    guard bytes[index] == UInt8(ascii: ":") else { return false }
    var port = 0
    for index in index + 1..<end {
      guard isDigit(bytes[index]) else { return false }
      port = port * 10 + Int(bytes[index] &- 0x30)
      guard port <= 65_535 else { return false }
    }
    return true
  }
}
