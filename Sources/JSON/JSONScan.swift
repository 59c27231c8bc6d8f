/// The bytes that have a meaning of their own in JSON text.
enum JSONByte {
  static var quote: UInt8 { 0x22 }
  static var comma: UInt8 { 0x2C }
  static var colon: UInt8 { 0x3A }
  static var openBracket: UInt8 { 0x5B }
  static var backslash: UInt8 { 0x5C }
  static var closeBracket: UInt8 { 0x5D }
  static var openBrace: UInt8 { 0x7B }
  static var closeBrace: UInt8 { 0x7D }

  /// Space, tab, line feed, carriage return: one bit each, by byte value.
  private static var whitespaceBits: UInt64 { 1 << 0x20 | 1 << 0x09 | 1 << 0x0A | 1 << 0x0D }

  @inline(__always)
  static func isWhitespace(_ byte: UInt8) -> Bool {
    byte <= 0x20 && whitespaceBits &>> UInt64(byte) & 1 != 0
  }

  @inline(__always)
  static func isDigit(_ byte: UInt8) -> Bool {
    byte &- 0x30 < 10
  }

  /// The value of a hexadecimal digit of either case.
  @inline(__always)
  static func hexValue(_ byte: UInt8) -> UInt16? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte &- 0x30)
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte &- 0x57)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte &- 0x37)
    default: nil
    }
  }

  /// What a one-letter escape stands for (RFC 8259, section 7); nil for `u` and all others.
  @inline(__always)
  static func unescaped(_ byte: UInt8) -> UInt8? {
    switch byte {
    case quote, backslash, UInt8(ascii: "/"): byte
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: nil
    }
  }
}

/// Scans inside strings, 16 bytes at a time.
///
/// The two unsafe steps are a load that checks its own bounds and a reinterpretation of a vector
/// of the same size; neither can leave the span.
enum JSONScan {
  /// The first byte at or after `start` that a strict reader of strings must look at.
  ///
  /// That is a quote, a backslash, a control character or a byte that is not ASCII; `end` if none.
  @inline(__always)
  static func strictStop(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    let quotes = SIMD16<Int8>(repeating: 0x22)
    let backslashes = SIMD16<Int8>(repeating: 0x5C)
    let spaces = SIMD16<Int8>(repeating: 0x20)
    var index = start
    // Long texts, two loads at a time.
    while end &- index >= 32 {
      let first = load(bytes, at: index)
      let second = load(bytes, at: index &+ 16)
      // As signed numbers, controls and bytes from 0x80 are both below the space.
      let hits =
        (first .== quotes) .| (first .== backslashes) .| (first .< spaces)
        .| (second .== quotes) .| (second .== backslashes) .| (second .< spaces)
      guard !hasAny(hits) else { break }
      index &+= 32
    }
    while end &- index >= 16 {
      let lanes = load(bytes, at: index)
      let lane = firstLane((lanes .== quotes) .| (lanes .== backslashes) .| (lanes .< spaces))
      guard lane == 16 else { return index &+ lane }
      index &+= 16
    }
    while index < end {
      let byte = bytes[index]
      guard byte >= 0x20, byte < 0x80, byte != 0x22, byte != 0x5C else { break }
      index &+= 1
    }
    return index
  }

  /// The first quote or backslash at or after `start`; `end` if none.
  @inline(__always)
  static func looseStop(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
    let quotes = SIMD16<Int8>(repeating: 0x22)
    let backslashes = SIMD16<Int8>(repeating: 0x5C)
    var index = start
    while end &- index >= 16 {
      let lanes = load(bytes, at: index)
      let lane = firstLane((lanes .== quotes) .| (lanes .== backslashes))
      guard lane == 16 else { return index &+ lane }
      index &+= 16
    }
    while index < end, bytes[index] != 0x22, bytes[index] != 0x5C { index &+= 1 }
    return index
  }

  @inline(__always)
  private static func load(_ bytes: Span<UInt8>, at index: Int) -> SIMD16<Int8> {
    unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: SIMD16<Int8>.self)
  }

  /// Whether a lane is set.
  @inline(__always)
  private static func hasAny(_ hits: SIMDMask<SIMD16<Int8>>) -> Bool {
    let words = unsafe unsafeBitCast(hits, to: SIMD2<UInt64>.self)
    return words[0] | words[1] != 0
  }

  /// The number of the first lane that is set; 16 if none.
  @inline(__always)
  private static func firstLane(_ hits: SIMDMask<SIMD16<Int8>>) -> Int {
    let words = unsafe unsafeBitCast(hits, to: SIMD2<UInt64>.self)
    if words[0] != 0 { return UInt64(littleEndian: words[0]).trailingZeroBitCount &>> 3 }
    return 8 &+ UInt64(littleEndian: words[1]).trailingZeroBitCount &>> 3
  }

  /// The end of the UTF-8 sequence of two to four bytes at `index` (Unicode, table 3-7).
  ///
  /// Nil for overlong forms, surrogates, values past U+10FFFF and sequences cut short.
  @inline(__always)
  static func sequenceEnd(_ bytes: Span<UInt8>, at index: Int, to end: Int) -> Int? {
    let lead = bytes[index]
    let left = end &- index
    guard left >= 2 else { return nil }
    let second = bytes[index &+ 1]
    switch lead {
    case 0xC2...0xDF:
      return isContinuation(second) ? index &+ 2 : nil
    case 0xE0...0xEF:
      let lowest: UInt8 = lead == 0xE0 ? 0xA0 : 0x80
      let highest: UInt8 = lead == 0xED ? 0x9F : 0xBF
      guard left >= 3, second >= lowest, second <= highest, isContinuation(bytes[index &+ 2])
      else { return nil }
      return index &+ 3
    case 0xF0...0xF4:
      let lowest: UInt8 = lead == 0xF0 ? 0x90 : 0x80
      let highest: UInt8 = lead == 0xF4 ? 0x8F : 0xBF
      guard left >= 4, second >= lowest, second <= highest, isContinuation(bytes[index &+ 2]),
        isContinuation(bytes[index &+ 3])
      else { return nil }
      return index &+ 4
    default:
      return nil
    }
  }

  @inline(__always)
  private static func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}

/// Which of the open containers are objects: one bit each, 64 without an allocation.
struct JSONNesting {
  private var bits: UInt64 = 0
  private var spilled: [UInt64] = []
  private(set) var depth = 0

  /// Whether the innermost open container is an object; meaningless when none is open.
  @inline(__always)
  var isObject: Bool { bits & 1 != 0 }

  @inline(__always)
  mutating func push(isObject: Bool) {
    if depth & 63 == 0, depth > 0 { spilled.append(bits) }
    bits = bits &<< 1 | (isObject ? 1 : 0)
    depth &+= 1
  }

  @inline(__always)
  mutating func pop() {
    depth &-= 1
    if depth & 63 == 0, depth > 0, let word = spilled.popLast() {
      bits = word
    } else {
      bits &>>= 1
    }
  }
}
