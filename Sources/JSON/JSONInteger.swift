/// What a number's text says when an integer is wanted.
///
/// Decided on the text, never through floating point: `12.0` and `1e3` are integers, `2^63` is one
/// that does not fit, `0.5` is none.
package enum JSONInteger: Equatable, Sendable {
  /// The number is this integer, exactly; it may be negative.
  case exact(Int64)
  /// The number is an integer beyond `Int64`.
  case outOfRange
  /// The number has a fraction.
  case fraction
  /// The value is something else than a number.
  case notNumber

  /// The integer, if it is one that fits.
  package var exactValue: Int64? {
    if case .exact(let value) = self { value } else { nil }
  }

  package init(parsing text: String) {
    self.init(parsing: text.utf8.span)
  }

  /// Reads a value as it is written in a document; anything but one number is `.notNumber`.
  package init(parsing text: Span<UInt8>) {
    guard let parts = Parts(text) else {
      self = .notNumber
      return
    }
    self = parts.integer(text)
  }

  /// Where the parts of a number are, its zeros at either end left out.
  private struct Parts {
    var isNegative = false
    /// From the first to behind the last digit that is not zero; may hold the point.
    var digits: Range<Int> = 0..<0
    /// How many decimal digits `digits` has.
    var digitCount = 0
    /// The power of ten of the last of them.
    var exponent = 0

    init?(_ text: Span<UInt8>) {
      var scanner = JSONScanner(0..<text.count, depthMax: 0)
      guard let first = scanner.peek(text), JSONKind(firstByte: first) == .number,
        (try? scanner.skipNumber(text)) != nil, scanner.index == text.count
      else { return nil }
      isNegative = first == UInt8(ascii: "-")

      var mantissaEnd = text.count
      var pointAt: Int?
      for index in text.indices {
        if text[index] == UInt8(ascii: ".") { pointAt = index }
        if text[index] | 0x20 == UInt8(ascii: "e") {
          mantissaEnd = index
          break
        }
      }
      var lower = isNegative ? 1 : 0
      while lower < mantissaEnd, Self.isZeroOrPoint(text[lower]) { lower += 1 }
      guard lower < mantissaEnd else { return }  // Zero, whatever its exponent.
      var upper = mantissaEnd
      while Self.isZeroOrPoint(text[upper - 1]) { upper -= 1 }
      digits = lower..<upper
      let point = pointAt ?? mantissaEnd
      digitCount = digits.count - (digits.contains(point) ? 1 : 0)
      // Digits behind the point lower the exponent, zeros cut off before it raise it.
      exponent = point >= upper ? point - upper : upper - point - 1
      if point < upper { exponent = -exponent }
      exponent += Self.exponent(text, from: mantissaEnd + 1)
    }

    private static func isZeroOrPoint(_ byte: UInt8) -> Bool {
      byte == UInt8(ascii: "0") || byte == UInt8(ascii: ".")
    }

    /// The written exponent, held within a range that no text's digits can make up for.
    private static func exponent(_ text: Span<UInt8>, from start: Int) -> Int {
      var value = 0
      var isNegative = false
      var index = start
      while index < text.count {
        let byte = text[index]
        if JSONByte.isDigit(byte) {
          value = min(value * 10 + Int(byte & 0x0F), 1 << 50)
        } else {
          isNegative = byte == UInt8(ascii: "-")
        }
        index += 1
      }
      return isNegative ? -value : value
    }

    func integer(_ text: Span<UInt8>) -> JSONInteger {
      guard digitCount > 0 else { return .exact(0) }
      guard exponent >= 0 else { return .fraction }
      guard digitCount + exponent <= 19 else { return .outOfRange }
      var magnitude: UInt64 = 0  // 19 digits always fit.
      for index in digits where JSONByte.isDigit(text[index]) {
        magnitude = magnitude * 10 + UInt64(text[index] & 0x0F)
      }
      for _ in 0..<exponent { magnitude *= 10 }
      if isNegative {
        guard magnitude <= Int64.min.magnitude else { return .outOfRange }
        return .exact(Int64(truncatingIfNeeded: 0 &- magnitude))
      }
      guard let value = Int64(exactly: magnitude) else { return .outOfRange }
      return .exact(value)
    }
  }
}
