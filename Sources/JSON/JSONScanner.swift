/// Walks over a document and proves it sound: RFC 8259 grammar, UTF-8, bounded depth.
///
/// Holds only its place; the bytes are an argument of every step. Nothing recurses, so a hostile
/// depth costs an error and no stack.
struct JSONScanner {
  private(set) var index: Int
  /// Where the text ends; never past the end of the bytes.
  let end: Int
  /// How many containers may be open inside each other.
  let depthMax: Int
  /// The names that were stepped over, and those that the caller noted.
  private(set) var names = JSONNameSketch()

  init(_ range: Range<Int>, depthMax: Int) {
    index = range.lowerBound
    end = range.upperBound
    self.depthMax = depthMax
  }

  @inline(__always)
  mutating func skipWhitespace(_ bytes: Span<UInt8>) {
    while index < end, JSONByte.isWhitespace(bytes[index]) { index &+= 1 }
  }

  /// The byte here, or nil at the end.
  @inline(__always)
  func peek(_ bytes: Span<UInt8>) -> UInt8? {
    index < end ? bytes[index] : nil
  }

  /// Steps over `byte` if it is here.
  @inline(__always)
  mutating func take(_ byte: UInt8, _ bytes: Span<UInt8>) -> Bool {
    guard index < end, bytes[index] == byte else { return false }
    index &+= 1
    return true
  }

  /// The error of finding something else here than the grammar wants.
  func unexpected() -> JSONError {
    JSONError(index < end ? .unexpectedByte : .unexpectedEnd, at: index)
  }

  /// Steps over the colon between a name and its value, with the white space around it.
  @inline(__always)
  mutating func skipColon(_ bytes: Span<UInt8>) throws(JSONError) {
    skipWhitespace(bytes)
    guard take(JSONByte.colon, bytes) else { throw unexpected() }
    skipWhitespace(bytes)
  }

  /// Steps over one string from its opening to its closing quote.
  ///
  /// - Returns: Whether it is written with escapes.
  @inline(__always)
  mutating func skipString(_ bytes: Span<UInt8>) throws(JSONError) -> Bool {
    guard take(JSONByte.quote, bytes) else { throw unexpected() }
    var hasEscapes = false
    while true {
      index = JSONScan.strictStop(bytes, from: index, to: end)
      guard index < end else { throw unexpected() }
      let byte = bytes[index]
      if byte == JSONByte.quote {
        index &+= 1
        return hasEscapes
      }
      if byte == JSONByte.backslash {
        hasEscapes = true
        try skipEscape(bytes)
        continue
      }
      guard byte >= 0x80 else { throw unexpected() }
      // Text that is not ASCII comes in runs.
      repeat {
        guard let next = JSONScan.sequenceEnd(bytes, at: index, to: end) else {
          throw JSONError(.invalidUTF8, at: index)
        }
        index = next
      } while index < end && bytes[index] >= 0x80
    }
  }

  private mutating func skipEscape(_ bytes: Span<UInt8>) throws(JSONError) {
    guard index &+ 1 < end else { throw JSONError(.unexpectedEnd, at: end) }
    let letter = bytes[index &+ 1]
    if JSONByte.unescaped(letter) != nil {
      index &+= 2
      return
    }
    guard letter == UInt8(ascii: "u") else { throw JSONError(.invalidEscape, at: index) }
    for place in index &+ 2..<index &+ 6 {
      guard place < end else { throw JSONError(.unexpectedEnd, at: end) }
      guard JSONByte.hexValue(bytes[place]) != nil else {
        throw JSONError(.invalidEscape, at: index)
      }
    }
    index &+= 6
  }

  /// Steps over one number (RFC 8259, section 6).
  @inline(__always)
  mutating func skipNumber(_ bytes: Span<UInt8>) throws(JSONError) {
    _ = take(UInt8(ascii: "-"), bytes)
    if !take(UInt8(ascii: "0"), bytes) { try skipDigits(bytes) }
    if take(UInt8(ascii: "."), bytes) { try skipDigits(bytes) }
    if let byte = peek(bytes), byte | 0x20 == UInt8(ascii: "e") {
      index &+= 1
      if !take(UInt8(ascii: "+"), bytes) { _ = take(UInt8(ascii: "-"), bytes) }
      try skipDigits(bytes)
    }
  }

  @inline(__always)
  private mutating func skipDigits(_ bytes: Span<UInt8>) throws(JSONError) {
    guard let first = peek(bytes) else { throw unexpected() }
    guard JSONByte.isDigit(first) else { throw JSONError(.invalidNumber, at: index) }
    index &+= 1
    while index < end, JSONByte.isDigit(bytes[index]) { index &+= 1 }
  }

  private mutating func skipWord(
    _ word: StaticString, _ bytes: Span<UInt8>
  ) throws(JSONError) {
    for byte in word.description.utf8 {
      guard take(byte, bytes) else { throw unexpected() }
    }
  }

  /// Steps over `true`, `false`, `null` or a number.
  @inline(__always)
  mutating func skipScalar(_ kind: JSONKind, _ bytes: Span<UInt8>) throws(JSONError) {
    switch kind {
    case .number: try skipNumber(bytes)
    case .null: try skipWord("null", bytes)
    case .bool:
      if bytes[index] == UInt8(ascii: "t") {
        try skipWord("true", bytes)
      } else {
        try skipWord("false", bytes)
      }
    case .string: _ = try skipString(bytes)
    case .object, .array: throw unexpected()
    }
  }

  /// Steps over one whole value, whatever is in it; stands on its first byte.
  ///
  /// `openContainers` is how many containers around the value count towards the depth.
  mutating func skipValue(
    _ bytes: Span<UInt8>, openContainers: Int = 0
  ) throws(JSONError) -> JSONKind {
    var nesting = JSONNesting()
    var rootKind: JSONKind?
    while true {
      guard let byte = peek(bytes), let kind = JSONKind(firstByte: byte) else {
        throw unexpected()
      }
      if rootKind == nil { rootKind = kind }
      if kind == .object || kind == .array {
        guard openContainers &+ nesting.depth < depthMax else {
          throw JSONError(.tooDeep, at: index)
        }
        index &+= 1
        nesting.push(isObject: kind == .object)
        skipWhitespace(bytes)
        let isEmpty = take(
          kind == .object ? JSONByte.closeBrace : JSONByte.closeBracket, bytes)
        if !isEmpty {
          if kind == .object { try skipName(bytes) }
          continue
        }
        nesting.pop()
      } else {
        try skipScalar(kind, bytes)
      }
      // A value has ended: close what ends with it.
      while true {
        guard nesting.depth > 0 else { return rootKind ?? kind }
        skipWhitespace(bytes)
        guard let next = peek(bytes) else { throw unexpected() }
        if next == JSONByte.comma {
          index &+= 1
          skipWhitespace(bytes)
          if nesting.isObject { try skipName(bytes) }
          break
        }
        guard next == (nesting.isObject ? JSONByte.closeBrace : JSONByte.closeBracket) else {
          throw unexpected()
        }
        index &+= 1
        nesting.pop()
      }
    }
  }

  @inline(__always)
  private mutating func skipName(_ bytes: Span<UInt8>) throws(JSONError) {
    let start = index
    let hasEscapes = try skipString(bytes)
    note(bytes, name: start &+ 1..<index &- 1, hasEscapes: hasEscapes)
    try skipColon(bytes)
  }

  /// Notes a name that the caller stepped over as a string.
  @inline(__always)
  mutating func note(_ bytes: Span<UInt8>, name: Range<Int>, hasEscapes: Bool) {
    names.add(bytes, name, hasEscapes: hasEscapes)
  }

  /// Steps over a container's opening byte; the caller walks its contents itself.
  mutating func open() throws(JSONError) {
    guard depthMax > 0 else { throw JSONError(.tooDeep, at: index) }
    index &+= 1
  }

  /// Allows nothing but white space up to the end.
  mutating func expectEnd(_ bytes: Span<UInt8>) throws(JSONError) {
    skipWhitespace(bytes)
    guard index == end else { throw JSONError(.trailingBytes, at: index) }
  }
}
