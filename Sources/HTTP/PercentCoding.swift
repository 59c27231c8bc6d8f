/// Percent coding (RFC 3986 § 2.1).
package enum PercentCoding {
  /// The bytes that `text` stands for, or nil if a `%` is not followed by two hexadecimal digits.
  ///
  /// A `+` stays one unless `plusIsSpace`, as in the query of a form.
  package static func decoded(_ text: Span<UInt8>, plusIsSpace: Bool = false) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let byte = text[index]
      index += 1
      guard byte == UInt8(ascii: "%") else {
        out.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        continue
      }
      guard text.count - index >= 2, let high = hexValue(text[index]),
        let low = hexValue(text[index + 1])
      else { return nil }
      out.append(UInt8(truncatingIfNeeded: high << 4 | low))
      index += 2
    }
    return out
  }
}
