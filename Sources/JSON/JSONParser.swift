extension JSONValue {
  /// The deepest nesting a value may have: values are compared, written and freed by recursion.
  package static let depthLimit = 1_000

  /// Parses a whole document.
  ///
  /// Lossless but for white space, the spelling of strings, and escapes of lone surrogates, which
  /// become U+FFFD.
  ///
  /// - Parameters:
  ///   - bytes: One JSON text (RFC 8259), without a byte order mark.
  ///   - depthMax: How many containers may be open inside each other; at most `depthLimit`.
  /// - Throws: At the first byte that cannot stand.
  package init(parsing bytes: Span<UInt8>, depthMax: Int = 512) throws(JSONError) {
    var parser = JSONParser(bytes, depthMax: min(depthMax, Self.depthLimit))
    self = try parser.document(bytes)
  }

  package init(parsing bytes: [UInt8], depthMax: Int = 512) throws(JSONError) {
    try self.init(parsing: bytes.span, depthMax: depthMax)
  }

  package init(parsing text: String, depthMax: Int = 512) throws(JSONError) {
    try self.init(parsing: text.utf8.span, depthMax: depthMax)
  }
}

/// Builds values along a scan; open containers are on a stack of its own, not on the thread's.
private struct JSONParser {
  private struct Container {
    let isObject: Bool
    var name = ""
    var members: [JSONValue.Member] = []
    var elements: [JSONValue] = []
  }

  private var scanner: JSONScanner
  private var open: [Container] = []

  init(_ bytes: Span<UInt8>, depthMax: Int) {
    scanner = JSONScanner(0..<bytes.count, depthMax: depthMax)
  }

  mutating func document(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue {
    scanner.skipWhitespace(bytes)
    while true {
      guard var value = try begin(bytes) else { continue }
      while !open.isEmpty {
        if try !append(value, bytes) { break }
        value = close()
      }
      if open.isEmpty {
        try scanner.expectEnd(bytes)
        return value
      }
    }
  }

  /// Reads a scalar or an empty container; nil once a container with contents is open.
  private mutating func begin(_ bytes: Span<UInt8>) throws(JSONError) -> JSONValue? {
    guard let byte = scanner.peek(bytes), let kind = JSONKind(firstByte: byte) else {
      throw scanner.unexpected()
    }
    let start = scanner.index
    switch kind {
    case .object:
      try enter()
      scanner.skipWhitespace(bytes)
      if scanner.take(JSONByte.closeBrace, bytes) { return .object([]) }
      open.append(Container(isObject: true))
      try readName(bytes)
      return nil
    case .array:
      try enter()
      scanner.skipWhitespace(bytes)
      if scanner.take(JSONByte.closeBracket, bytes) { return .array([]) }
      open.append(Container(isObject: false))
      return nil
    case .string:
      return .string(try readString(bytes))
    case .number:
      try scanner.skipNumber(bytes)
      let text = bytes.extracting(start..<scanner.index)
      guard let utf8 = try? UTF8Span(validating: text) else {
        throw JSONError(.invalidUTF8, at: start)
      }
      return .number(String(copying: utf8))
    case .bool:
      try scanner.skipScalar(kind, bytes)
      return .bool(byte == UInt8(ascii: "t"))
    case .null:
      try scanner.skipScalar(kind, bytes)
      return .null
    }
  }

  private mutating func enter() throws(JSONError) {
    guard open.count < scanner.depthMax else { throw JSONError(.tooDeep, at: scanner.index) }
    try scanner.open()
  }

  private mutating func readString(_ bytes: Span<UInt8>) throws(JSONError) -> String {
    let start = scanner.index
    _ = try scanner.skipString(bytes)
    guard let text = JSONString.text(bytes, start + 1..<scanner.index - 1) else {
      throw JSONError(.invalidUTF8, at: start)
    }
    return text
  }

  private mutating func readName(_ bytes: Span<UInt8>) throws(JSONError) {
    let name = try readString(bytes)
    open[open.count - 1].name = name
    try scanner.skipColon(bytes)
  }

  /// Adds a value to the innermost container; true if that container ends here.
  private mutating func append(
    _ value: JSONValue, _ bytes: Span<UInt8>
  ) throws(JSONError) -> Bool {
    let top = open.count - 1
    let isObject = open[top].isObject
    if isObject {
      open[top].members.append(JSONValue.Member(open[top].name, value))
    } else {
      open[top].elements.append(value)
    }
    scanner.skipWhitespace(bytes)
    if scanner.take(JSONByte.comma, bytes) {
      scanner.skipWhitespace(bytes)
      if isObject { try readName(bytes) }
      return false
    }
    guard scanner.take(isObject ? JSONByte.closeBrace : JSONByte.closeBracket, bytes) else {
      throw scanner.unexpected()
    }
    return true
  }

  private mutating func close() -> JSONValue {
    let container = open.removeLast()
    return container.isObject ? .object(container.members) : .array(container.elements)
  }
}
