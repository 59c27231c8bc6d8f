// The scans that the parsers share. All `unsafe` constructs of this target stand in this file: a load
// of eight bytes, which checks its bounds, two bulk copies, and reads of texts that are part of the
// program, inside their length.

extension Span<UInt8> {
  /// Eight bytes from `offset` on, the first one lowest.
  @inline(__always)
  func word(at offset: Int) -> UInt64 {
    // The load traps outside the span, and every pattern of bits is a UInt64.
    UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// The index of the first control byte (00 to 1F, 7F) from `start` on, or `count`.
  func indexOfControl(from start: Int) -> Int {
    var index = start
    while index &+ 8 <= count {
      let word = word(at: index)
      let found = bytesBelow(0x20, in: word) | bytesEqual(to: 0x7F, in: word)
      if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < count, self[index] >= 0x20, self[index] != 0x7F { index &+= 1 }
    return index
  }

  /// The index of the first byte from `start` on that is `first` or `second`, or `count`.
  func index(of first: UInt8, or second: UInt8, from start: Int) -> Int {
    var index = start
    while index &+ 8 <= count {
      let word = word(at: index)
      let found = bytesEqual(to: first, in: word) | bytesEqual(to: second, in: word)
      if found != 0 { return index &+ found.trailingZeroBitCount &>> 3 }
      index &+= 8
    }
    while index < count, self[index] != first, self[index] != second { index &+= 1 }
    return index
  }

  /// The index of the first `byte` from `start` on, or `count`.
  func index(of byte: UInt8, from start: Int) -> Int { index(of: byte, or: byte, from: start) }

  /// The index of the first byte from `start` on that is no byte of a token, or `count`.
  func indexOfTokenEnd(from start: Int) -> Int {
    var index = start
    while index &+ 8 <= count, isLettersAndHyphens(word(at: index)) { index &+= 8 }
    while index < count, ByteSet.token.contains(self[index]) { index &+= 1 }
    return index
  }

  /// Whether the bytes of `range` are exactly `text`.
  func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
    guard range.count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { text in
      for offset in 0..<text.count where unsafe self[range.lowerBound + offset] != text[offset] {
        return false
      }
      return true
    }
  }

  /// Whether the bytes of `range` are `text` but for the case of ASCII letters.
  ///
  /// `text` is given in lower case.
  func matchesIgnoringCase(_ range: Range<Int>, _ text: StaticString) -> Bool {
    guard range.count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { text in
      for offset in 0..<text.count
      where unsafe lowercased(self[range.lowerBound + offset]) != text[offset] {
        return false
      }
      return true
    }
  }

  /// `range` without spaces and tabs at its ends.
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, isBlank(self[start]) { start &+= 1 }
    while end > start, isBlank(self[end &- 1]) { end &-= 1 }
    return start..<end
  }
}

extension [UInt8] {
  /// Appends a copy of `bytes`.
  package mutating func append(_ bytes: Span<UInt8>) {
    unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
  }

  /// Appends a text that is part of the program.
  package mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { unsafe append(contentsOf: $0) }
  }

  /// Appends a number in decimal digits.
  package mutating func append(decimal number: Int) {
    if (0..<10).contains(number) { return append(UInt8(ascii: "0") + UInt8(number)) }
    if number < 0 { append(UInt8(ascii: "-")) }
    var rest = number.magnitude
    // 2^63 has nineteen digits.
    var digits = InlineArray<20, UInt8>(repeating: UInt8(ascii: "0"))
    var start = digits.count
    repeat {
      start &-= 1
      let next = rest / 10
      digits[start] = UInt8(truncatingIfNeeded: UInt(UInt8(ascii: "0")) &+ rest &- next &* 10)
      rest = next
    } while rest > 0
    append(digits.span.extracting(start..<digits.count))
  }
}

/// The high bit of each byte of `word` that is `byte`; exact up to the lowest one found.
@inline(__always)
private func bytesEqual(to byte: UInt8, in word: UInt64) -> UInt64 {
  let difference = word ^ (lowBits &* UInt64(byte))
  return (difference &- lowBits) & ~difference & highBits
}

/// The high bit of each byte of `word` below `bound` (at most 0x80); exact up to the lowest found.
@inline(__always)
private func bytesBelow(_ bound: UInt8, in word: UInt64) -> UInt64 {
  (word &- lowBits &* UInt64(bound)) & ~word & highBits
}

/// Whether all bytes of `word` are ASCII letters or hyphens, as most bytes of field names are.
@inline(__always)
private func isLettersAndHyphens(_ word: UInt64) -> Bool {
  // No byte has its high bit, so that the additions carry nothing into the next one.
  guard word & highBits == 0 else { return false }
  let lower = word | lowBits &* 0x20
  let letters = (lower &+ lowBits &* (0x80 - 0x61)) & ~(lower &+ lowBits &* (0x80 - 0x7B))
  let hyphens = ~((word ^ lowBits &* 0x2D) &+ lowBits &* 0x7F)
  return (letters | hyphens) & highBits == highBits
}

private let lowBits: UInt64 = 0x0101_0101_0101_0101
private let highBits: UInt64 = 0x8080_8080_8080_8080

/// `byte`, an upper-case ASCII letter in lower case.
@inline(__always)
func lowercased(_ byte: UInt8) -> UInt8 {
  byte &- 0x41 < 26 ? byte | 0x20 : byte
}

/// Whether `byte` is a space or a tab: the `OWS` of RFC 9110 § 5.6.3.
@inline(__always)
func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

/// The value of a hexadecimal digit, or nil.
@inline(__always)
func hexValue(_ byte: UInt8) -> Int? {
  if isDigit(byte) { return Int(byte &- 0x30) }
  let letter = (byte | 0x20) &- 0x61
  return letter < 6 ? Int(letter) + 10 : nil
}

/// A set of ASCII bytes: one bit a byte.
struct ByteSet: Sendable {
  let low: UInt64
  let high: UInt64

  @inline(__always)
  func contains(_ byte: UInt8) -> Bool {
    byte < 0x80 && ((byte < 64 ? low : high) &>> UInt64(byte & 63)) & 1 == 1
  }

  /// Letters, digits and ``!#$%&'*+-.^_`|~`` (RFC 9110 § 5.6.2).
  @inline(__always) static var token: ByteSet {
    ByteSet(low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
  }
  /// What a request target may hold: visible ASCII without `"#<>\`.
  @inline(__always) static var target: ByteSet {
    ByteSet(low: 0xAFFF_FFF2_0000_0000, high: 0x7FFF_FFFF_EFFF_FFFF)
  }
  /// A registered name: unreserved, `%` and sub-delims (RFC 3986 § 3.2.2).
  @inline(__always) static var registeredName: ByteSet {
    ByteSet(low: 0x2BFF_7FF2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
  }
  /// An IPv6 address between brackets.
  @inline(__always) static var ipv6: ByteSet {
    ByteSet(low: 0x07FF_4000_0000_0000, high: 0x0000_007E_0000_007E)
  }
  /// `bchars` of a multipart boundary (RFC 2046 § 5.1.1).
  @inline(__always) static var boundary: ByteSet {
    ByteSet(low: 0xA7FF_FB81_0000_0000, high: 0x07FF_FFFE_87FF_FFFE)
  }
}
