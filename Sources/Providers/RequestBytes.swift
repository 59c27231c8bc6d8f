import HTTP

// Comparisons and copies of ASCII that the request path needs: no String is made.

extension Span<UInt8> {
  /// Whether both hold the same bytes but for the case of ASCII letters.
  func equalsIgnoringCase(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    var index = 0
    while index < count {
      guard asciiLowercase(self[index]) == asciiLowercase(other[index]) else { return false }
      index += 1
    }
    return true
  }

  /// Whether both hold the same bytes.
  func equals(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    var index = 0
    while index < count {
      guard self[index] == other[index] else { return false }
      index += 1
    }
    return true
  }

  /// The first place of `byte` in `range`.
  func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
    var index = range.lowerBound
    while index < range.upperBound {
      if self[index] == byte { return index }
      index += 1
    }
    return nil
  }

  /// A copy as an array.
  func copied() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.append(self)
    return bytes
  }

  /// The text, where the bytes are UTF-8.
  func text() -> String? {
    String(validating: copied(), as: UTF8.self)
  }
}

extension [UInt8] {
  /// Appends text that is not a literal.
  mutating func append(ascii text: String) {
    append(text.utf8.span)
  }
}

/// ASCII capitals become small letters; all else stays.
@inline(__always)
func asciiLowercase(_ byte: UInt8) -> UInt8 {
  byte &- 0x41 < 26 ? byte | 0x20 : byte
}
