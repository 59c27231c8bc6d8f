/// Appends JSON text to bytes, without values in between.
///
/// Strings are escaped no more than RFC 8259, section 7, demands. The caller writes braces and
/// brackets; `name(_:to:)` and `separate(_:)` see to the commas.
package enum JSONWriter {
  /// Appends a string with its quotes.
  package static func append(string: String, to out: inout [UInt8]) {
    let utf8 = string.utf8.span
    append(escaping: utf8, to: &out)
  }

  /// Appends UTF-8 text as a string with its quotes; the bytes are taken as they are.
  package static func append(escaping text: Span<UInt8>, to out: inout [UInt8]) {
    out.append(JSONByte.quote)
    var index = 0
    while index < text.count {
      var stop = JSONScan.strictStop(text, from: index, to: text.count)
      // Only controls, quotes and backslashes are escaped: text that is not ASCII goes as it is.
      while stop < text.count, text[stop] >= 0x80 {
        stop = JSONScan.strictStop(text, from: stop + 1, to: text.count)
      }
      append(text, index..<stop, to: &out)
      if stop < text.count { append(escaped: text[stop], to: &out) }
      index = stop + 1
    }
    out.append(JSONByte.quote)
  }

  private static func append(escaped byte: UInt8, to out: inout [UInt8]) {
    out.append(JSONByte.backslash)
    switch byte {
    case JSONByte.quote, JSONByte.backslash: out.append(byte)
    case 0x08: out.append(UInt8(ascii: "b"))
    case 0x09: out.append(UInt8(ascii: "t"))
    case 0x0A: out.append(UInt8(ascii: "n"))
    case 0x0C: out.append(UInt8(ascii: "f"))
    case 0x0D: out.append(UInt8(ascii: "r"))
    default:
      let digits: StaticString = "u00"
      out.append(contentsOf: digits.description.utf8)
      out.append(UInt8(ascii: "0") + (byte >> 4))  // A control's first digit is 0 or 1.
      let low = byte & 0x0F
      out.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
    }
  }

  /// Appends a whole number in decimal.
  package static func append(int value: Int64, to out: inout [UInt8]) {
    if value < 0 { out.append(UInt8(ascii: "-")) }
    var divisor: UInt64 = 1
    var rest = value.magnitude
    while rest / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / divisor))
      rest %= divisor
      divisor /= 10
    }
  }

  package static func append(bool value: Bool, to out: inout [UInt8]) {
    append(raw: value ? "true" : "false", to: &out)
  }

  /// Appends text that is JSON already.
  package static func append(raw text: String, to out: inout [UInt8]) {
    out.append(contentsOf: text.utf8)
  }

  /// Appends a comma unless a container was just opened or a name just written.
  ///
  /// Looks at the last byte, so it holds for text that was written without white space.
  package static func separate(_ out: inout [UInt8]) {
    switch out.last {
    case nil, JSONByte.openBrace, JSONByte.openBracket, JSONByte.comma, JSONByte.colon: return
    default: out.append(JSONByte.comma)
    }
  }

  /// Begins a member: a comma if one is needed, the name, the colon.
  package static func name(_ name: String, to out: inout [UInt8]) {
    separate(&out)
    append(string: name, to: &out)
    out.append(JSONByte.colon)
  }

  /// Appends a member whose value is a string.
  package static func member(_ name: String, _ value: String, to out: inout [UInt8]) {
    self.name(name, to: &out)
    append(string: value, to: &out)
  }

  /// Appends a member whose value is a whole number.
  package static func member(_ name: String, _ value: Int64, to out: inout [UInt8]) {
    self.name(name, to: &out)
    append(int: value, to: &out)
  }

  /// Appends a part of a span in one copy.
  @inline(__always)
  package static func append(
    _ bytes: Span<UInt8>, _ range: Range<Int>, to out: inout [UInt8]
  ) {
    // The pointer is used only inside the call, and `extracting` checks the range.
    unsafe bytes.extracting(range).withUnsafeBufferPointer { part in
      unsafe out.append(contentsOf: part)
    }
  }
}
