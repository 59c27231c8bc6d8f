/// Percent coding (RFC 3986 § 2.1).
package enum PercentCoding {
  /// The bytes that `text` stands for, or nil if a `%` is not followed by two hexadecimal digits.
  package static func decoded(_ text: ArraySlice<UInt8>, plusIsSpace: Bool = false) -> [UInt8]? {
    var out: [UInt8] = []
    out.reserveCapacity(text.count)
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      index += 1
      guard byte == UInt8(ascii: "%") else {
        out.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
        continue
      }
      guard text.endIndex - index >= 2, let high = hexValue(text[index]),
        let low = hexValue(text[index + 1])
      else { return nil }
      out.append(UInt8(truncatingIfNeeded: high << 4 | low))
      index += 2
    }
    return out
  }

  /// Appends `bytes` as a path segment or a query value: all but unreserved bytes are escaped.
  package static func append(_ bytes: Span<UInt8>, to out: inout [UInt8]) {
    for index in bytes.indices {
      let byte = bytes[index]
      if isUnreserved(byte) {
        out.append(byte)
      } else {
        out.append(UInt8(ascii: "%"))
        out.append(hexDigit(byte >> 4))
        out.append(hexDigit(byte & 0xF))
      }
    }
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    isDigit(byte) || (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "~")
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x37 + value
  }
}
