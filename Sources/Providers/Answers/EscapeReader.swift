/// Reads the escapes of a JSON string byte by byte.
///
/// The two halves of a surrogate pair make one character. A second half alone becomes U+FFFD; a
/// first half alone is left out: it is no text.
struct EscapeReader {
  private enum Place: UInt8 {
    case outside, afterBackslash, digits
  }

  private var place = Place.outside
  private var digitsLeft: UInt8 = 0
  private var unit: UInt32 = 0
  private var highSurrogate: UInt32 = 0

  /// An escape is begun and not whole.
  var isOpen: Bool { place != .outside }

  /// A backslash has come.
  mutating func begin() { place = .afterBackslash }

  /// A character that is no escape has come: a first half before it stands alone.
  mutating func sawPlain() { highSurrogate = 0 }

  /// Takes one byte of the escape; returns the character once it is whole.
  mutating func next(_ byte: UInt8) -> UInt32? {
    guard place == .digits else { return afterBackslash(byte) }
    let digit: UInt32
    switch byte {
    case 0x30...0x39: digit = UInt32(byte - 0x30)
    case 0x41...0x46: digit = UInt32(byte - 0x41) + 10
    case 0x61...0x66: digit = UInt32(byte - 0x61) + 10
    default:
      self = EscapeReader()
      return 0xFFFD
    }
    unit = unit << 4 | digit
    digitsLeft -= 1
    guard digitsLeft == 0 else { return nil }
    place = .outside
    return whole()
  }

  private mutating func afterBackslash(_ byte: UInt8) -> UInt32? {
    guard byte != UInt8(ascii: "u") else {
      place = .digits
      digitsLeft = 4
      unit = 0
      return nil
    }
    self = EscapeReader()
    return switch byte {
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "t"): 0x09
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    default: UInt32(byte)
    }
  }

  private mutating func whole() -> UInt32? {
    let first = highSurrogate
    highSurrogate = 0
    switch unit {
    case 0xD800...0xDBFF:
      highSurrogate = unit
      return nil
    case 0xDC00...0xDFFF:
      return first == 0 ? 0xFFFD : 0x10000 + (first & 0x3FF) << 10 + unit & 0x3FF
    default:
      return unit
    }
  }
}
