/// One header field: where its name and its value stand in the bytes of the head.
package struct FieldLine: Equatable, Sendable {
  private let nameStart: UInt32
  private let nameEnd: UInt32
  private let valueStart: UInt32
  private let valueEnd: UInt32

  init(name: Range<Int>, value: Range<Int>) {
    nameStart = UInt32(truncatingIfNeeded: name.lowerBound)
    nameEnd = UInt32(truncatingIfNeeded: name.upperBound)
    valueStart = UInt32(truncatingIfNeeded: value.lowerBound)
    valueEnd = UInt32(truncatingIfNeeded: value.upperBound)
  }

  package var name: Range<Int> { Int(nameStart)..<Int(nameEnd) }
  /// Without the white space around it.
  package var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }
}

/// Header fields in their order, as one array of bytes and the places of names and values in it.
///
/// Names are compared without regard to case; names to look for are given in lower case. A value is
/// bytes: what it says is for the caller to read (RFC 9110 § 5.5).
package struct HeaderFields: Sendable {
  /// What `lines` point into.
  ///
  /// For a parsed head it is all of the head, the first line included.
  package private(set) var bytes: [UInt8]
  package private(set) var lines: [FieldLine]
  /// A bit for each length that a name has: most names that are looked for are not there.
  private var lengths: UInt64 = 0

  package init() {
    bytes = []
    lines = []
  }

  init(bytes: [UInt8], lines: [FieldLine]) {
    self.bytes = bytes
    self.lines = lines
    for line in lines { lengths |= Self.bit(line.name.count) }
  }

  private static func bit(_ length: Int) -> UInt64 { 1 << UInt64(min(length, 63)) }

  package var count: Int { lines.count }
  package var isEmpty: Bool { lines.isEmpty }

  /// Where the value of the first field of that name stands in `bytes`.
  package func firstRange(_ name: StaticString) -> Range<Int>? {
    guard lengths & Self.bit(name.utf8CodeUnitCount) != 0 else { return nil }
    let span = bytes.span
    for line in lines where span.matchesIgnoringCase(line.name, name) { return line.value }
    return nil
  }

  /// The value of the first field of that name.
  package func first(_ name: StaticString) -> ArraySlice<UInt8>? {
    firstRange(name).map { bytes[$0] }
  }

  /// The value of the first field of that name as text; bytes that are not UTF-8 become U+FFFD.
  package func string(_ name: StaticString) -> String? {
    first(name).map { String(decoding: $0, as: UTF8.self) }
  }

  /// How many fields have that name.
  package func count(of name: StaticString) -> Int {
    let span = bytes.span
    var count = 0
    for line in lines where span.matchesIgnoringCase(line.name, name) { count += 1 }
    return count
  }

  package func contains(_ name: StaticString) -> Bool { firstRange(name) != nil }

  /// Whether the name of `line` is `name`.
  package func isNamed(_ line: FieldLine, _ name: StaticString) -> Bool {
    bytes.span.matchesIgnoringCase(line.name, name)
  }

  /// Adds a field at the end.
  ///
  /// Control bytes in the value become spaces, so that a value can never end its line.
  ///
  /// - Returns: False, and nothing is added, if the name is not a token.
  @discardableResult
  package mutating func append(name: String, value: String) -> Bool {
    append(name: Array(name.utf8).span, value: Array(value.utf8).span)
  }

  /// Adds a field at the end; as `append(name:value:)` of two strings.
  @discardableResult
  package mutating func append(name: Span<UInt8>, value: Span<UInt8>) -> Bool {
    guard Self.isToken(name) else { return false }
    let nameStart = bytes.count
    bytes.append(name)
    let nameEnd = bytes.count
    bytes.append(": ")
    let valueStart = bytes.count
    bytes.append(value)
    let valueEnd = bytes.count
    for index in valueStart..<valueEnd where bytes[index] < 0x20 || bytes[index] == 0x7F {
      bytes[index] = 0x20
    }
    bytes.append("\r\n")
    let written = bytes.span.trimmed(valueStart..<valueEnd)
    lines.append(FieldLine(name: nameStart..<nameEnd, value: written))
    lengths |= Self.bit(name.count)
    return true
  }

  /// Appends the fields as they go over the wire, without the empty line that ends a head.
  package func appendWire(to out: inout [UInt8]) {
    let span = bytes.span
    for line in lines {
      out.append(span.extracting(line.name))
      out.append(": ")
      out.append(span.extracting(line.value))
      out.append("\r\n")
    }
  }

  /// Whether `name` may name a field (RFC 9110 § 5.1).
  package static func isToken(_ name: Span<UInt8>) -> Bool {
    for index in name.indices where !ByteSet.token.contains(name[index]) { return false }
    return !name.isEmpty
  }
}

/// Walks the members of a comma-separated list (RFC 9110 § 5.6.1); empty ones are left out.
///
/// Commas in quoted strings are not looked for: only lists of tokens are read with it.
struct ListMembers {
  private var rest: Range<Int>

  init(_ value: Range<Int>) { rest = value }

  mutating func next(in bytes: Span<UInt8>) -> Range<Int>? {
    while !rest.isEmpty {
      let end = bytes.extracting(..<rest.upperBound).index(
        of: UInt8(ascii: ","), from: rest.lowerBound)
      let member = bytes.trimmed(rest.lowerBound..<end)
      rest = min(end + 1, rest.upperBound)..<rest.upperBound
      if !member.isEmpty { return member }
    }
    return nil
  }
}
