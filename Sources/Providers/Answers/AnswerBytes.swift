// The hot scans of the answer reader: eight bytes at a time, then byte by byte. Each load is within
// the span: the loop's condition is the bounds check.

private let ones: UInt64 = 0x0101_0101_0101_0101
private let highs: UInt64 = 0x8080_8080_8080_8080

/// Marks (in the high bit) at least the first zero byte of a word; none if there is none.
@inline(__always)
private func zeroBytes(_ word: UInt64) -> UInt64 {
  (word &- ones) & ~word & highs
}

/// Marks the quotes, backslashes and control characters of a word.
///
/// A mark above another may be false; the lowest never is.
@inline(__always)
private func specialBytes(_ word: UInt64) -> UInt64 {
  let quotes = (word ^ (ones &* 0x22)) &- ones
  let backslashes = (word ^ (ones &* 0x5C)) &- ones
  let controls = word &- (ones &* 0x20)
  return (quotes | backslashes | controls) & ~word & highs
}

/// The index of the first quote, backslash or control character from `start` on, or the count.
func plainEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
  var index = start
  let raw = unsafe bytes.bytes
  while index &+ 8 <= bytes.count {
    let word = UInt64(
      littleEndian: unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    let hits = specialBytes(word)
    guard hits == 0 else { return index &+ hits.trailingZeroBitCount &>> 3 }
    index &+= 8
  }
  while index < bytes.count {
    let byte = bytes[index]
    if byte == 0x22 || byte == 0x5C || byte < 0x20 { return index }
    index &+= 1
  }
  return index
}

/// The index of the first bracket, brace or quote from `start` on, or the count.
func bracketOrQuote(_ bytes: Span<UInt8>, from start: Int, stopsAtLineEnd: Bool) -> Int {
  var index = start
  let raw = unsafe bytes.bytes
  while index < bytes.count {
    while index &+ 8 <= bytes.count {
      let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
      // `[`, `]`, `{` and `}` become 0x7F with these bits set; so do a few letters, which are
      // told apart below.
      var hits =
        zeroBytes((word | (ones &* 0x26)) ^ (ones &* 0x7F)) | zeroBytes(word ^ (ones &* 0x22))
      if stopsAtLineEnd {
        hits |= zeroBytes(word ^ (ones &* 0x0A)) | zeroBytes(word ^ (ones &* 0x0D))
      }
      if hits != 0 { break }
      index &+= 8
    }
    let limit = min(index + 8, bytes.count)
    while index < limit {
      switch bytes[index] {
      case 0x22, 0x5B, 0x5D, 0x7B, 0x7D: return index
      case 0x0A, 0x0D: if stopsAtLineEnd { return index }
      default: break
      }
      index += 1
    }
  }
  return index
}

/// Whether a byte ends a line of a stream of events.
func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

/// The index of the first CR or LF from `start` on, or the count.
func lineEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
  var index = start
  let raw = unsafe bytes.bytes
  while index &+ 8 <= bytes.count {
    let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
    if zeroBytes(word ^ (ones &* 0x0A)) | zeroBytes(word ^ (ones &* 0x0D)) != 0 { break }
    index &+= 8
  }
  while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D { index += 1 }
  return index
}

/// The hash of the name whose first byte stands at `start`, and where its quote stands.
///
/// Nil if it has an escape or a control character, or may not be whole: one that ends within the
/// last bytes of a chunk is left to `TornToken` too.
@inline(__always)
func wholeName(_ bytes: Span<UInt8>, from start: Int) -> (hash: UInt64, end: Int)? {
  var hash = NameHash()
  var index = start
  let raw = unsafe bytes.bytes
  while index &+ 8 <= bytes.count {
    let word = UInt64(
      littleEndian: unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    let hits = specialBytes(word)
    if hits == 0 {
      hash.add(word: word)
      index &+= 8
      continue
    }
    let count = hits.trailingZeroBitCount &>> 3
    guard bytes[index &+ count] == UInt8(ascii: "\"") else { return nil }
    hash.add(part: word, count: count)
    return (hash.value, index &+ count)
  }
  return nil
}

/// The index of the first byte from `start` on that cannot be of a number, or the count.
///
/// Letters can: some servers write `NaN` and `-Infinity`.
@inline(__always)
func numberEnd(_ bytes: Span<UInt8>, from start: Int) -> Int {
  var index = start
  while index < bytes.count {
    let byte = bytes[index]
    let isOfNumber =
      byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
    guard isOfNumber else { break }
    index &+= 1
  }
  return index
}

/// The text of a token; what is no UTF-8 in it becomes U+FFFD.
func readText(_ token: Span<UInt8>) -> String {
  guard let text = try? UTF8Span(validating: token) else {
    return String(decoding: token.copied(), as: UTF8.self)
  }
  return String(copying: text)
}
