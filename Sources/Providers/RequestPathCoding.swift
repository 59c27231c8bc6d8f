/// Percent-coding of paths and queries (RFC 3986 section 2.1), and what of it is dangerous.
package enum PathCoding {
  /// Why a path may not be appended to a provider's base URL.
  package enum Traversal: Equatable, Sendable {
    /// A segment that is `.` or `..` once decoded.
    case dotSegment
    /// `%2F`, `%5C` or `\`: a slash to some servers and not to others.
    case encodedSlash
    /// A control character.
    case control
  }

  /// Whether every `%` is followed by two hexadecimal digits.
  package static func isWellFormed(_ bytes: Span<UInt8>) -> Bool {
    var index = 0
    while index < bytes.count {
      if bytes[index] == UInt8(ascii: "%") {
        guard decodedByte(bytes, at: index) != nil else { return false }
        index += 2
      }
      index += 1
    }
    return true
  }

  /// The byte that the `%XX` at `index` stands for; nil where it is none.
  package static func decodedByte(_ bytes: Span<UInt8>, at index: Int) -> UInt8? {
    guard index + 2 < bytes.count, let high = hexDigitValue(bytes[index + 1]),
      let low = hexDigitValue(bytes[index + 2])
    else { return nil }
    return high << 4 | low
  }

  /// Whether `bytes`, once decoded, are `text`; false where they cannot be decoded.
  static func decodesTo(_ text: String, _ bytes: Span<UInt8>) -> Bool {
    let wanted = text.utf8.span
    var index = 0
    var matched = 0
    while index < bytes.count {
      var byte = bytes[index]
      if byte == UInt8(ascii: "%") {
        guard let value = decodedByte(bytes, at: index) else { return false }
        byte = value
        index += 2
      }
      guard matched < wanted.count, byte == wanted[matched] else { return false }
      matched += 1
      index += 1
    }
    return matched == wanted.count
  }

  /// The first thing in a path by which it could leave the place it is appended to.
  ///
  /// A segment ends at a slash; what follows a `;` in it is no part of its name for some servers.
  package static func traversal(in path: Span<UInt8>) -> Traversal? {
    var index = 0
    var dots = 0
    var isOnlyDots = true
    var isInParameters = false
    while index < path.count {
      var byte = path[index]
      var isEncoded = false
      if byte == UInt8(ascii: "%"), let value = decodedByte(path, at: index) {
        byte = value
        isEncoded = true
        index += 2
      }
      index += 1
      switch byte {
      case UInt8(ascii: "/"):
        if isEncoded { return .encodedSlash }
        if isOnlyDots, dots == 1 || dots == 2 { return .dotSegment }
        (dots, isOnlyDots, isInParameters) = (0, true, false)
      case UInt8(ascii: "\\"): return .encodedSlash
      case 0x00..<0x20, 0x7F: return .control
      case UInt8(ascii: ";"): isInParameters = true
      case UInt8(ascii: "."): if !isInParameters { dots += 1 }
      default: if !isInParameters { isOnlyDots = false }
      }
    }
    return isOnlyDots && (dots == 1 || dots == 2) ? .dotSegment : nil
  }

  /// Whether a decoded name can stand in a path, a log line and a table: no control characters, and
  /// no `.` or `..` between its slashes.
  package static func isPlainName(_ name: Span<UInt8>) -> Bool {
    var dots = 0
    var isOnlyDots = true
    for index in name.indices {
      switch name[index] {
      case 0x00..<0x20, 0x7F: return false
      case UInt8(ascii: "/"), UInt8(ascii: "\\"):
        if isOnlyDots, dots == 1 || dots == 2 { return false }
        (dots, isOnlyDots) = (0, true)
      case UInt8(ascii: "."): dots += 1
      default: isOnlyDots = false
      }
    }
    return !(isOnlyDots && (dots == 1 || dots == 2))
  }

  /// Appends `text` so that it is one path segment whatever it holds.
  package static func appendSegment(_ text: some StringProtocol, to out: inout [UInt8]) {
    for byte in text.utf8 { appendSegment(byte, to: &out) }
  }

  /// Appends `bytes` so that they are one path segment, or one value of a query.
  package static func appendSegment(_ bytes: [UInt8], to out: inout [UInt8]) {
    for byte in bytes { appendSegment(byte, to: &out) }
  }

  private static func appendSegment(_ byte: UInt8, to out: inout [UInt8]) {
    if isSegmentByte(byte) {
      out.append(byte)
    } else {
      appendEncoded(byte, to: &out)
    }
  }

  private static func appendEncoded(_ byte: UInt8, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "%"))
    out.append(hexDigit(byte >> 4))
    out.append(hexDigit(byte & 0x0F))
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x41 + value - 10
  }

  /// The unreserved bytes of RFC 3986 section 2.3, and those that model names hold besides and that
  /// no server takes for syntax inside a segment.
  private static func isSegmentByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
      UInt8(ascii: "@"):
      true
    default: false
    }
  }
}

/// A byte that may stand in a path segment as it is (RFC 3986 section 3.3, `pchar`).
func isPathByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
  case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
  case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"): true
  case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"): true
  case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="), UInt8(ascii: ":"): true
  case UInt8(ascii: "@"): true
  default: false
  }
}

/// The value of a hexadecimal digit.
func hexDigitValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x41...0x46: byte - 0x41 + 10
  case 0x61...0x66: byte - 0x61 + 10
  default: nil
  }
}
