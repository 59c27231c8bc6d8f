/// The text of a string value, escapes decoded.
///
/// - Parameters:
///   - bytes: The document.
///   - range: A string value with its quotes, as `JSONIndex` gives it.
/// - Returns: Nil if the range does not hold a sound string. A lone surrogate escape, which no
///   Swift string can hold, becomes U+FFFD.
package func jsonString(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String? {
  guard let inside = JSONString.inside(bytes, range) else { return nil }
  return JSONString.text(bytes, inside)
}

/// Decoding and comparing of strings as they are written in a document.
package enum JSONString {
  /// What stands between the quotes of a string value; nil if the range has no quotes.
  package static func inside(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
    guard range.lowerBound >= 0, range.upperBound <= bytes.count, range.count >= 2,
      bytes[range.lowerBound] == JSONByte.quote, bytes[range.upperBound - 1] == JSONByte.quote
    else { return nil }
    return range.lowerBound + 1..<range.upperBound - 1
  }

  /// The text of what stands between quotes; nil if it is not sound.
  package static func text(_ bytes: Span<UInt8>, _ inside: Range<Int>) -> String? {
    let stop = JSONScan.looseStop(bytes, from: inside.lowerBound, to: inside.upperBound)
    guard stop < inside.upperBound else {
      guard let span = try? UTF8Span(validating: bytes.extracting(inside)) else { return nil }
      return String(copying: span)
    }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(inside.count)
    guard appendDecoded(bytes, inside, to: &decoded) else { return nil }
    guard let span = try? UTF8Span(validating: decoded.span) else { return nil }
    return String(copying: span)
  }

  /// Appends what stands between quotes with its escapes decoded.
  ///
  /// - Returns: False at an escape that is not sound or a bare quote; bytes before it are appended.
  package static func appendDecoded(
    _ bytes: Span<UInt8>, _ inside: Range<Int>, to out: inout [UInt8]
  ) -> Bool {
    var index = inside.lowerBound
    let end = inside.upperBound
    while true {
      let stop = JSONScan.looseStop(bytes, from: index, to: end)
      JSONWriter.append(bytes, index..<stop, to: &out)
      guard stop < end else { return true }
      guard bytes[stop] == JSONByte.backslash, stop + 1 < end else { return false }
      if let byte = JSONByte.unescaped(bytes[stop + 1]) {
        out.append(byte)
        index = stop + 2
        continue
      }
      guard let unit = codeUnit(bytes, at: stop, to: end) else { return false }
      index = stop + 6
      var scalar = UInt32(unit)
      if isHighSurrogate(unit), let low = codeUnit(bytes, at: index, to: end),
        isLowSurrogate(low)
      {
        scalar = joined(unit, low)
        index += 6
      }
      appendUTF8(scalar, to: &out)
    }
  }

  /// What stands between quotes with its escapes decoded, to compare it with words.
  ///
  /// - Returns: Nil if it is not sound, or written too long for any word of `bytesMax` bytes.
  package static func decoded(
    _ bytes: Span<UInt8>, _ inside: Range<Int>, bytesMax: Int
  ) -> [UInt8]? {
    // An escape is at most six bytes for one.
    guard inside.count <= bytesMax * 6 else { return nil }
    var out: [UInt8] = []
    return appendDecoded(bytes, inside, to: &out) ? out : nil
  }

  /// The four digits of a `\uXXXX` at `index`; nil if there is none.
  private static func codeUnit(_ bytes: Span<UInt8>, at index: Int, to end: Int) -> UInt16? {
    guard end - index >= 6, bytes[index] == JSONByte.backslash,
      bytes[index + 1] == UInt8(ascii: "u")
    else { return nil }
    var unit: UInt16 = 0
    for place in index + 2..<index + 6 {
      guard let digit = JSONByte.hexValue(bytes[place]) else { return nil }
      unit = unit << 4 | digit
    }
    return unit
  }

  /// Whether a member's name is `name`, escapes decoded.
  @inline(__always)
  static func isEqual(_ bytes: Span<UInt8>, _ member: JSONMember, to name: String) -> Bool {
    guard member.hasEscapes else {
      return isEqual(bytes.extracting(member.name), name.utf8.span)
    }
    return isEqualDecoded(bytes, member.name, to: name)
  }

  @inline(__always)
  static func isEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    for index in left.indices where left[index] != right[index] { return false }
    return true
  }

  private static func isEqualDecoded(
    _ bytes: Span<UInt8>, _ inside: Range<Int>, to name: String
  ) -> Bool {
    guard let text = decoded(bytes, inside, bytesMax: name.utf8.count) else { return false }
    return isEqual(text.span, name.utf8.span)
  }

  @inline(__always)
  static func isHighSurrogate(_ unit: UInt16) -> Bool { unit & 0xFC00 == 0xD800 }

  @inline(__always)
  static func isLowSurrogate(_ unit: UInt16) -> Bool { unit & 0xFC00 == 0xDC00 }

  /// The scalar that a surrogate pair stands for.
  static func joined(_ high: UInt16, _ low: UInt16) -> UInt32 {
    0x10000 + (UInt32(high & 0x3FF) << 10 | UInt32(low & 0x3FF))
  }

  /// Appends a scalar as UTF-8; U+FFFD for what is none.
  static func appendUTF8(_ scalar: UInt32, to out: inout [UInt8]) {
    let scalar = Unicode.Scalar(scalar) ?? "\u{FFFD}"
    out.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }
}
