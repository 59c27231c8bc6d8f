/// Passes over an object or array of which nothing is wanted, as fast as bytes can be looked at.
///
/// Of its grammar only strings and brackets are understood, and a bracket closes whichever is open.
struct PassedValue {
  private var depth = 0
  private var isInString = false
  private var isAfterBackslash = false

  /// The closing bracket has been passed.
  var isDone: Bool { depth == 0 }

  /// The opening bracket has been read.
  mutating func begin() {
    depth = 1
    isInString = false
    isAfterBackslash = false
  }

  /// Goes on from `start`.
  ///
  /// - Returns: The index after the closing bracket if `isDone`; else that of a line's end, where
  ///   it `stopsAtLineEnd`, or the count.
  mutating func pass(_ bytes: Span<UInt8>, from start: Int, stopsAtLineEnd: Bool) -> Int {
    var index = start
    while index < bytes.count {
      if isInString {
        if isAfterBackslash {
          if stopsAtLineEnd, isLineEnd(bytes[index]) { return index }
          isAfterBackslash = false
          index += 1
          continue
        }
        index = plainEnd(bytes, from: index)
        guard index < bytes.count else { return index }
        switch bytes[index] {
        case UInt8(ascii: "\""): isInString = false
        case UInt8(ascii: "\\"): isAfterBackslash = true
        default: if stopsAtLineEnd, isLineEnd(bytes[index]) { return index }
        }
        index += 1
        continue
      }
      index = bracketOrQuote(bytes, from: index, stopsAtLineEnd: stopsAtLineEnd)
      guard index < bytes.count else { return index }
      switch bytes[index] {
      case UInt8(ascii: "\""):
        isInString = true
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return index + 1 }
      default:
        return index
      }
      index += 1
    }
    return index
  }
}
