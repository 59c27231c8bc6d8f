/// Walks over the strings of a document, from the first to the last, whatever holds them.
///
/// For a document that is known to be sound; over other bytes it ends early or gives what is no
/// string, and never traps. Strings are stepped over whole, so that nothing inside one is taken for
/// a name. Holds only its place: the bytes are an argument of every step, always the same.
package struct JSONStringWalk {
  /// One string of the document.
  package struct Found: Equatable, Sendable {
    /// What stands between the quotes, as it is written.
    package let inside: Range<Int>
    /// Whether it is written with escapes, so that its bytes are not the text itself.
    package let hasEscapes: Bool
    /// Whether it is the name of a member; the walk then stands in front of the member's value.
    package let isName: Bool

    /// Whether the string is one of the words that `isWord` knows, its escapes decoded.
    ///
    /// None of those words is longer than `bytesMax`.
    package func reads(
      _ bytes: Span<UInt8>, bytesMax: Int, as isWord: (Span<UInt8>) -> Bool
    ) -> Bool {
      guard hasEscapes else { return isWord(bytes.extracting(inside)) }
      guard let decoded = JSONString.decoded(bytes, inside, bytesMax: bytesMax) else {
        return false
      }
      return isWord(decoded.span)
    }
  }

  private var index = 0

  package init() {}

  /// The next string, whatever stands before it.
  package mutating func next(_ bytes: Span<UInt8>) -> Found? {
    while index < bytes.count {
      index = JSONScan.looseStop(bytes, from: index, to: bytes.count)
      guard index < bytes.count else { return nil }
      if bytes[index] == JSONByte.quote { return string(bytes) }
      index += 1  // A backslash outside of strings, which no sound document has.
    }
    return nil
  }

  /// The next string if nothing but white space stands before it.
  package mutating func nextHere(_ bytes: Span<UInt8>) -> Found? {
    skipWhitespace(bytes)
    guard index < bytes.count, bytes[index] == JSONByte.quote else { return nil }
    return string(bytes)
  }

  /// Steps over `byte` if nothing but white space stands before it.
  package mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    skipWhitespace(bytes)
    guard index < bytes.count, bytes[index] == byte else { return false }
    index += 1
    return true
  }

  /// Steps over an object, whatever it holds, if nothing but white space stands before it.
  package mutating func takeObject(_ bytes: Span<UInt8>) -> Bool {
    guard take(UInt8(ascii: "{"), bytes) else { return false }
    var depth = 1
    while index < bytes.count, depth > 0 {
      switch bytes[index] {
      case JSONByte.quote:
        guard string(bytes) != nil else { return true }
        continue
      case UInt8(ascii: "{"): depth += 1
      case UInt8(ascii: "}"): depth -= 1
      default: break
      }
      index += 1
    }
    return true
  }

  /// Steps over the string whose opening quote is here, and over the colon behind a name.
  private mutating func string(_ bytes: Span<UInt8>) -> Found? {
    index += 1
    let start = index
    var hasEscapes = false
    while true {
      index = JSONScan.looseStop(bytes, from: index, to: bytes.count)
      guard index < bytes.count else { return nil }
      if bytes[index] == JSONByte.quote { break }
      hasEscapes = true
      index += 2
    }
    let inside = start..<index
    index += 1
    return Found(inside: inside, hasEscapes: hasEscapes, isName: take(JSONByte.colon, bytes))
  }

  private mutating func skipWhitespace(_ bytes: Span<UInt8>) {
    while index < bytes.count, JSONByte.isWhitespace(bytes[index]) { index += 1 }
  }
}
