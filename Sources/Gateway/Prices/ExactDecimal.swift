/// A decimal number exactly as it was written: `digits × 10^exponent`.
///
/// Normalised: no trailing zero in `digits`, and zero is `0 × 10^0`. It never passes through
/// binary floating point, so `0.1` stays a tenth.
package struct ExactDecimal: Hashable, Sendable {
  package let digits: Int128
  package let exponent: Int

  package static let zero = ExactDecimal(0)
  package static let one = ExactDecimal(1)

  /// Why a text is no decimal that can be kept exactly.
  package enum Failure: Error, Equatable, Sendable {
    case notANumber
    /// More significant digits, or a larger exponent, than can be kept.
    case outOfRange

    package var message: String {
      switch self {
      case .notANumber: "is not a number"
      case .outOfRange: "has more digits than can be kept exactly"
      }
    }
  }

  /// The exponents that a number may have; the range of any price is far inside.
  private static let exponentMax = 10_000

  package init(_ number: Int64) {
    var digits = number
    var exponent = 0
    while digits != 0, digits.isMultiple(of: 10) {
      digits /= 10
      exponent += 1
    }
    self.digits = Int128(digits)
    self.exponent = exponent
  }

  /// Normalises `digits × 10^exponent`; the exponent must be one of a number already kept.
  init(digits: Int128, exponent: Int) {
    var digits = digits
    var exponent = digits == 0 ? 0 : exponent
    while digits != 0, digits.isMultiple(of: 10) {
      digits /= 10
      exponent += 1
    }
    self.digits = digits
    self.exponent = exponent
  }

  /// A number from its stored parts; nil where the exponent is none that is kept.
  package init?(storedDigits digits: Int128, exponent: Int) {
    guard abs(max(exponent, -.max)) <= Self.exponentMax else { return nil }
    self.init(digits: digits, exponent: exponent)
  }

  /// Reads a JSON number (RFC 8259, section 6), scientific notation included.
  package init(_ text: String) throws(Failure) {
    try self.init(ascii: text.utf8.span)
  }

  /// Reads a JSON number (RFC 8259, section 6), scientific notation included.
  package init(ascii text: Span<UInt8>) throws(Failure) {
    var position = 0
    let isNegative = text.byte(at: position) == UInt8(ascii: "-")
    if isNegative { position += 1 }
    var significand = Significand()
    let wholeStart = position
    try significand.append(text, &position)
    let wholeDigits = position - wholeStart
    guard wholeDigits == 1 || (wholeDigits > 1 && text[wholeStart] != UInt8(ascii: "0"))
    else { throw .notANumber }
    var fractionDigits = 0
    if text.byte(at: position) == UInt8(ascii: ".") {
      position += 1
      let fractionStart = position
      try significand.append(text, &position)
      fractionDigits = position - fractionStart
      guard fractionDigits > 0 else { throw .notANumber }
    }
    let power = try Self.power(text, &position)
    guard position == text.count else { throw .notANumber }
    guard significand.value != 0 else {
      self = .zero
      return
    }
    let exponent = power - fractionDigits + significand.zeros
    guard abs(exponent) <= Self.exponentMax else { throw .outOfRange }
    self.digits = isNegative ? -significand.value : significand.value
    self.exponent = exponent
  }

  /// The number after `e`, if there is one; bounded, so that no sum with it overflows.
  private static func power(
    _ text: Span<UInt8>, _ position: inout Int
  ) throws(Failure) -> Int {
    guard let mark = text.byte(at: position), mark | 0x20 == UInt8(ascii: "e") else { return 0 }
    position += 1
    let sign = text.byte(at: position)
    if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { position += 1 }
    let start = position
    var power = 0
    while let digit = text.digit(at: position) {
      power = min(power * 10 + Int(digit), 1_000_000)
      position += 1
    }
    guard position > start else { throw .notANumber }
    return sign == UInt8(ascii: "-") ? -power : power
  }

  package var isNegative: Bool { digits < 0 }

  /// The number where it is a whole one in range.
  package var int64: Int64? {
    guard exponent >= 0 else { return digits == 0 ? 0 : nil }
    guard let whole = digits.scaled(byPowerOfTen: exponent) else { return nil }
    return Int64(exactly: whole)
  }
}

extension ExactDecimal: CustomStringConvertible {
  /// The number in plain notation without needless zeros: `0.000000075`.
  package var description: String {
    guard exponent < 0 else {
      return String(digits) + String(repeating: "0", count: exponent)
    }
    let magnitude = String(digits.magnitude)
    let padding = max(0, 1 - exponent - magnitude.utf8.count)
    var text = String(repeating: "0", count: padding) + magnitude
    text.insert(".", at: text.index(text.endIndex, offsetBy: exponent))
    return digits < 0 ? "-" + text : text
  }
}

extension Int128 {
  /// The powers of ten that fit: up to 10³⁸.
  private static let powers: [Int128] = {
    var powers: [Int128] = [1]
    for _ in 0..<38 { powers.append((powers.last ?? 1) * 10) }
    return powers
  }()

  /// `self × 10^power`, or nil where it does not fit; `power` is not negative.
  func scaled(byPowerOfTen power: Int) -> Int128? {
    guard self != 0, power > 0 else { return self }
    guard power < Self.powers.count else { return nil }
    let (product, overflow) = multipliedReportingOverflow(by: Self.powers[power])
    return overflow ? nil : product
  }

  /// `self / 10^power`, rounded half to even; `power` is not negative.
  func dividedHalfToEven(byPowerOfTen power: Int) -> Int128 {
    guard power > 0 else { return self }
    guard power < Self.powers.count else { return 0 }
    let divisor = Self.powers[power].magnitude
    let (quotient, rest) = magnitude.quotientAndRemainder(dividingBy: divisor)
    let half = divisor / 2
    let isUp = rest > half || (rest == half && quotient & 1 == 1)
    let rounded = Int128(truncatingIfNeeded: isUp ? quotient + 1 : quotient)
    return self < 0 ? -rounded : rounded
  }
}

/// The digits of a number read so far; trailing zeros wait until a digit follows them.
private struct Significand {
  private(set) var value: Int128 = 0
  /// Zeros that ended the number so far.
  private(set) var zeros = 0

  /// Takes the digits that stand at `position`.
  mutating func append(
    _ text: Span<UInt8>, _ position: inout Int
  ) throws(ExactDecimal.Failure) {
    while let digit = text.digit(at: position) {
      try append(digit)
      position += 1
    }
  }

  private mutating func append(_ digit: UInt8) throws(ExactDecimal.Failure) {
    guard digit != 0 else {
      if value != 0 { zeros += 1 }
      return
    }
    guard let scaled = value.scaled(byPowerOfTen: zeros + 1) else { throw .outOfRange }
    let (sum, overflow) = scaled.addingReportingOverflow(Int128(digit))
    guard !overflow else { throw .outOfRange }
    value = sum
    zeros = 0
  }
}

extension Span<UInt8> {
  fileprivate func byte(at position: Int) -> UInt8? {
    position < count ? self[position] : nil
  }

  fileprivate func digit(at position: Int) -> UInt8? {
    guard let byte = byte(at: position), byte &- UInt8(ascii: "0") < 10 else { return nil }
    return byte &- UInt8(ascii: "0")
  }
}
