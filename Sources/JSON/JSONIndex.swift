/// One member of an object, by its place in the document.
package struct JSONMember: Equatable, Sendable {
  /// The name without its quotes, as it is written.
  package let name: Range<Int>
  /// The whole value; for a string the quotes are part of it.
  package let value: Range<Int>
  package let kind: JSONKind
  /// Whether the name is written with escapes, so that its bytes are not the name itself.
  package let hasEscapes: Bool
}

/// One element of an array, by its place in the document.
package struct JSONElement: Equatable, Sendable {
  package let value: Range<Int>
  package let kind: JSONKind
}

/// The result of one scan: the document is sound, and these are the members of its root object.
///
/// Sound means: RFC 8259 grammar, valid UTF-8, no deeper than allowed, nothing behind the root but
/// white space. Escapes of lone surrogates are grammatical and pass. The index holds no bytes, so
/// every question about names takes the same bytes again.
package struct JSONIndex: Sendable {
  /// The kind of the root.
  package let kind: JSONKind
  /// The root value, without the white space around it.
  package let value: Range<Int>
  /// In order of appearance, repeated names included; empty unless the root is an object.
  package let members: [JSONMember]
  /// All names of the document, those below the root's too.
  package let names: JSONNameSketch

  /// Scans a whole document.
  package init(_ bytes: Span<UInt8>, depthMax: Int = 512) throws(JSONError) {
    try self.init(bytes, range: 0..<bytes.count, depthMax: depthMax)
  }

  /// Scans a part of a document as one of its own, to look into a nested object.
  ///
  /// - Parameters:
  ///   - bytes: The whole document; every range and error offset counts from its start.
  ///   - range: The value to scan, as another index gave it.
  ///   - depthMax: How many containers may be open inside each other.
  ///   - membersMax: How many members the root object may have.
  /// - Throws: At the first byte that cannot stand.
  package init(
    _ bytes: Span<UInt8>, range: Range<Int>, depthMax: Int = 512, membersMax: Int = 4096
  ) throws(JSONError) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "range of other bytes")
    var scanner = JSONScanner(range, depthMax: depthMax)
    scanner.skipWhitespace(bytes)
    let start = scanner.index
    if scanner.peek(bytes) == JSONByte.openBrace {
      kind = .object
      members = try Self.scanMembers(bytes, &scanner, membersMax: membersMax)
    } else {
      kind = try scanner.skipValue(bytes)
      members = []
    }
    value = start..<scanner.index
    names = scanner.names
    try scanner.expectEnd(bytes)
  }

  private static func scanMembers(
    _ bytes: Span<UInt8>, _ scanner: inout JSONScanner, membersMax: Int
  ) throws(JSONError) -> [JSONMember] {
    var members: [JSONMember] = []
    try scanner.open()
    scanner.skipWhitespace(bytes)
    if scanner.take(JSONByte.closeBrace, bytes) { return members }
    members.reserveCapacity(12)
    repeat {
      scanner.skipWhitespace(bytes)
      let nameStart = scanner.index
      let hasEscapes = try scanner.skipString(bytes)
      let name = nameStart + 1..<scanner.index - 1
      guard members.count < membersMax else {
        throw JSONError(.tooManyMembers, at: nameStart)
      }
      scanner.note(bytes, name: name, hasEscapes: hasEscapes)
      try scanner.skipColon(bytes)
      let valueStart = scanner.index
      let kind = try scanner.skipValue(bytes, openContainers: 1)
      members.append(
        JSONMember(
          name: name, value: valueStart..<scanner.index, kind: kind, hasEscapes: hasEscapes))
      scanner.skipWhitespace(bytes)
    } while scanner.take(JSONByte.comma, bytes)
    guard scanner.take(JSONByte.closeBrace, bytes) else { throw scanner.unexpected() }
    return members
  }

  /// Lists the elements of an array.
  ///
  /// - Parameters:
  ///   - bytes: The whole document.
  ///   - range: An array's value, as an index gave it; no elements if it is something else.
  ///   - depthMax: How many containers may be open inside each other.
  ///   - elementsMax: Elements beyond this many are checked but not listed.
  /// - Returns: The elements in order.
  /// - Throws: At the first byte that cannot stand.
  package static func elements(
    _ bytes: Span<UInt8>, range: Range<Int>, depthMax: Int = 512, elementsMax: Int = 4096
  ) throws(JSONError) -> [JSONElement] {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "range of other bytes")
    var elements: [JSONElement] = []
    var scanner = JSONScanner(range, depthMax: depthMax)
    scanner.skipWhitespace(bytes)
    guard scanner.peek(bytes) == JSONByte.openBracket else { return elements }
    try scanner.open()
    scanner.skipWhitespace(bytes)
    if !scanner.take(JSONByte.closeBracket, bytes) {
      repeat {
        scanner.skipWhitespace(bytes)
        let start = scanner.index
        let kind = try scanner.skipValue(bytes, openContainers: 1)
        if elements.count < elementsMax {
          elements.append(JSONElement(value: start..<scanner.index, kind: kind))
        }
        scanner.skipWhitespace(bytes)
      } while scanner.take(JSONByte.comma, bytes)
      guard scanner.take(JSONByte.closeBracket, bytes) else { throw scanner.unexpected() }
    }
    try scanner.expectEnd(bytes)
    return elements
  }

  /// The first member of this name, escapes decoded (`"mo\u0064el"` is `model`).
  package func member(named name: String, in bytes: Span<UInt8>) -> JSONMember? {
    for member in members where JSONString.isEqual(bytes, member, to: name) { return member }
    return nil
  }

  /// How often a name stands in the root object.
  package func count(named name: String, in bytes: Span<UInt8>) -> Int {
    var count = 0
    for member in members where JSONString.isEqual(bytes, member, to: name) { count += 1 }
    return count
  }
}
