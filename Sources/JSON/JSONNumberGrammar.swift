/// The grammar of a number (RFC 8259, section 6) as a machine that can stop after any byte.
enum JSONNumberGrammar {
  case start
  case minus
  case zero
  case integer
  case point
  case fraction
  case exponentMark
  case exponentSign
  case exponent

  /// Whether the bytes so far are a number.
  @inline(__always)
  var isWhole: Bool {
    switch self {
    case .zero, .integer, .fraction, .exponent: true
    case .start, .minus, .point, .exponentMark, .exponentSign: false
    }
  }

  /// Whether any number of digits may follow and change nothing.
  @inline(__always)
  var takesDigits: Bool {
    self == .integer || self == .fraction || self == .exponent
  }

  /// Where a byte leads; nil if it does not belong to the number.
  @inline(__always)
  func next(_ byte: UInt8) -> Self? {
    if JSONByte.isDigit(byte) {
      switch self {
      case .start, .minus: return byte == UInt8(ascii: "0") ? .zero : .integer
      case .zero: return nil
      case .integer: return .integer
      case .point, .fraction: return .fraction
      case .exponentMark, .exponentSign, .exponent: return .exponent
      }
    }
    switch byte {
    case UInt8(ascii: "-"):
      return self == .start ? .minus : self == .exponentMark ? .exponentSign : nil
    case UInt8(ascii: "+"):
      return self == .exponentMark ? .exponentSign : nil
    case UInt8(ascii: "."):
      return self == .zero || self == .integer ? .point : nil
    case UInt8(ascii: "e"), UInt8(ascii: "E"):
      return self == .zero || self == .integer || self == .fraction ? .exponentMark : nil
    default:
      return nil
    }
  }
}
