/// Amounts that a provider states in other units than tokens, kept as the decimals they are.
enum StatedAmount {
  /// A decimal as it was written; nil if it is negative or no number.
  static func decimal(_ token: Span<UInt8>) -> String? {
    guard (1...40).contains(token.count), token[0] != UInt8(ascii: "-"),
      TokenCount(token) != .notANumber
    else { return nil }
    return readText(token)
  }

  /// US dollars of xAI's ticks, of which 10^10 are one.
  static func dollars(ticks token: Span<UInt8>) -> String? {
    let token = token.copied()
    guard (1...30).contains(token.count), token.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else {
      return nil
    }
    let padding = repeatElement(UInt8(ascii: "0"), count: max(0, 11 - token.count))
    let digits = Array(padding) + token
    var fraction = digits.suffix(10)
    while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
    let whole = String(decoding: digits.dropLast(10), as: UTF8.self)
    return fraction.isEmpty ? whole : whole + "." + String(decoding: fraction, as: UTF8.self)
  }
}
