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
    while index &+ 8 <= count {
      let others = bytesBesidesLettersAndHyphens(word(at: index))
      guard others == 0 else {
        index &+= others.trailingZeroBitCount &>> 3
        break
      }
      index &+= 8
    }
    while index < count, ByteSet.token.contains(self[index]) { index &+= 1 }
    return index
  }

  /// The index of the first byte from `start` on that a request target may not hold, or `count`.
  func indexOfTargetEnd(from start: Int) -> Int {
    var index = start
    while index &+ 8 <= count {
      let others = bytesBesidesPathLetters(word(at: index))
      guard others == 0 else {
        index &+= others.trailingZeroBitCount &>> 3
        break
      }
      index &+= 8
    }
    while index < count, ByteSet.target.contains(self[index]) { index &+= 1 }
    return index
  }

  /// Whether the bytes of `range` are exactly `text`.
  @inline(__always)
  func matches(_ range: Range<Int>, _ text: StaticString) -> Bool {
    range.count == text.utf8CodeUnitCount && hasBytes(text, at: range.lowerBound)
  }

  /// Whether these bytes are exactly `text`.
  @inline(__always)
  package func equals(_ text: StaticString) -> Bool {
    matches(0..<count, text)
  }

  /// Whether `text` stands at `start`.
  package func hasBytes(_ text: StaticString, at start: Int) -> Bool {
    guard start >= 0, text.utf8CodeUnitCount <= count &- start else { return false }
    return text.withUTF8Buffer { text in
      var offset = 0
      while offset &+ 8 <= text.count {
        guard unsafe word(at: start &+ offset) == Self.word(text, offset) else { return false }
        offset &+= 8
      }
      while offset < text.count {
        guard unsafe self[start &+ offset] == text[offset] else { return false }
        offset &+= 1
      }
      return true
    }
  }

  /// Eight bytes of a text from `offset` on, the first one lowest.
  @inline(__always)
  private static func word(_ text: UnsafeBufferPointer<UInt8>, _ offset: Int) -> UInt64 {
    UInt64(
      littleEndian: unsafe UnsafeRawBufferPointer(text).loadUnaligned(
        fromByteOffset: offset, as: UInt64.self))
  }

  /// Whether the bytes of `range` are `text` but for the case of ASCII letters.
  ///
  /// `text` is given in lower case.
  @inline(__always)
  func matchesIgnoringCase(_ range: Range<Int>, _ text: StaticString) -> Bool {
    range.count == text.utf8CodeUnitCount && hasBytesIgnoringCase(text, at: range.lowerBound)
  }

  /// Whether these bytes are `text` but for the case of ASCII letters; `text` is in lower case.
  @inline(__always)
  package func equalsIgnoringCase(_ text: StaticString) -> Bool {
    matchesIgnoringCase(0..<count, text)
  }

  /// Whether `text`, in lower case, stands at `start` but for the case of ASCII letters.
  ///
  /// It must fit: its length has been compared.
  private func hasBytesIgnoringCase(_ text: StaticString, at start: Int) -> Bool {
    text.withUTF8Buffer { text in
      var offset = 0
      while offset &+ 8 <= text.count {
        let wanted = unsafe Self.word(text, offset)
        guard word(at: start &+ offset) | caseBits(of: wanted) == wanted else { return false }
        offset &+= 8
      }
      while offset < text.count {
        guard unsafe lowercased(self[start &+ offset]) == text[offset] else { return false }
        offset &+= 1
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
    let zero = UInt(UInt8(ascii: "0"))
    // Two at a time: a division for each would be most of the work.
    while rest >= 10 {
      let next = rest / 100
      let pair = rest &- next &* 100
      let tens = pair / 10
      start &-= 2
      digits[start &+ 1] = UInt8(truncatingIfNeeded: zero &+ pair &- tens &* 10)
      digits[start] = UInt8(truncatingIfNeeded: zero &+ tens)
      rest = next
    }
    if rest > 0 {
      start &-= 1
      digits[start] = UInt8(truncatingIfNeeded: zero &+ rest)
    }
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

/// The high bit of each byte that is neither an ASCII letter nor a hyphen, as most bytes of field
/// names are.
@inline(__always)
private func bytesBesidesLettersAndHyphens(_ word: UInt64) -> UInt64 {
  bytesBesidesLetters(word, and: 0x2D, to: 0x2D)
}

/// The high bit of each byte that is no ASCII letter, digit, `-`, `.` or `/`, as most bytes of paths
/// are.
@inline(__always)
private func bytesBesidesPathLetters(_ word: UInt64) -> UInt64 {
  bytesBesidesLetters(word, and: 0x2D, to: 0x39)
}

/// The high bit of each byte that is no ASCII letter and not from `first` to `last`.
@inline(__always)
private func bytesBesidesLetters(_ word: UInt64, and first: UInt8, to last: UInt8) -> UInt64 {
  // Without their high bits, the additions carry nothing from a byte into the next one.
  let low = word & ~highBits
  let lower = low | lowBits &* 0x20
  let letters = (lower &+ lowBits &* (0x80 - 0x61)) & ~(lower &+ lowBits &* (0x80 - 0x7B))
  let range =
    (low &+ lowBits &* UInt64(0x80 &- first)) & ~(low &+ lowBits &* UInt64(0x7F &- last))
  return (~(letters | range) | word) & highBits
}

/// The bit that tells small from capital, of each byte of `word` that is a small ASCII letter.
///
/// Only for words of letters, digits and marks below the letters, as in names of fields.
@inline(__always)
private func caseBits(of word: UInt64) -> UInt64 {
  // Letters alone have 40; of those, small ones 20 as well.
  word & (word &>> 1) & (lowBits &* 0x20)
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
