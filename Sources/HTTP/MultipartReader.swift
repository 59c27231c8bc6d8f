/// Why a multipart form was refused.
package enum MultipartError: Error, Equatable, Sendable {
  /// Content-Type has no `boundary`, or one that RFC 2046 does not allow.
  case badBoundary
  /// The body ends without the closing delimiter.
  case unterminated
  /// A delimiter is followed by something else than the end of its line.
  case malformedDelimiter
  case malformedHeader
  case headerTooLarge(limitBytes: Int)
  /// A part says no name, or says it in a way that readers understand differently.
  case unclearName
  /// A field's value is coded (`Content-Transfer-Encoding`).
  case codedField
  case tooManyParts(limit: Int)
  /// The new value of a field holds the delimiter.
  case valueHoldsBoundary

  /// What the sender reads.
  package var message: String {
    switch self {
    case .badBoundary: "Content-Type names no valid multipart boundary."
    case .unterminated: "The multipart body ends without its closing delimiter."
    case .malformedDelimiter: "A multipart delimiter line is malformed."
    case .malformedHeader: "The header of a multipart part is malformed."
    case .headerTooLarge(let limit): "The header of a part is larger than \(limit) bytes."
    case .unclearName: "A multipart part has no name, or more than one."
    case .codedField: "A multipart field has a Content-Transfer-Encoding."
    case .tooManyParts(let limit): "The multipart body has more than \(limit) parts."
    case .valueHoldsBoundary: "A multipart field cannot hold the delimiter of its form."
    }
  }
}

/// The parts of a form with files, over a body that is whole in memory (RFC 2046 § 5.1, RFC 7578).
///
/// Nothing is copied but names; contents are ranges of the body. It is as strict as forms allow,
/// because the provider reads the same bytes with another parser: lines of headers and delimiters
/// end with CR LF, a line that begins like the delimiter is one, a part has one Content-Disposition
/// with one `name` and no `name*`, and only a file may have a transfer coding. Preamble and epilogue
/// are left alone. Nested multiparts are contents like any other.
package struct MultipartReader: Sendable {
  package struct Part: Equatable, Sendable {
    /// Quoted pairs resolved.
    package let name: [UInt8]
    /// Nil for a plain field.
    package let filename: [UInt8]?
    /// The header lines, without the empty line behind them.
    package let header: Range<Int>
    package let content: Range<Int>

    package func isNamed(_ text: StaticString) -> Bool {
      name.span.matches(0..<name.count, text)
    }
  }

  /// In the order of the body.
  package let parts: [Part]
  /// Without the hyphens before it.
  package let boundary: [UInt8]

  private static let headerBytesMax = 16_384
  private static let boundaryBytesMax = 70

  /// Reads a body whose boundary stands in `contentType`.
  package init(
    _ body: Span<UInt8>, contentType: ArraySlice<UInt8>, partCountMax: Int = 1_000
  ) throws(MultipartError) {
    guard let boundary = MediaType.parameter("boundary", of: contentType) else {
      throw .badBoundary
    }
    try self.init(body, boundary: boundary, partCountMax: partCountMax)
  }

  /// Reads a body with a known boundary.
  package init(
    _ body: Span<UInt8>, boundary: [UInt8], partCountMax: Int = 1_000
  ) throws(MultipartError) {
    guard (1...Self.boundaryBytesMax).contains(boundary.count), boundary.last != 0x20,
      boundary.allSatisfy({ ByteSet.boundary.contains($0) })
    else { throw .badBoundary }
    let scanner = DelimiterScanner(boundary: boundary)
    var parts: [Part] = []
    guard var delimiter = try scanner.next(in: body, from: 0) else { throw .unterminated }
    while !delimiter.isLast {
      guard parts.count < partCountMax else { throw .tooManyParts(limit: partCountMax) }
      let header = try Self.headerEnd(body, from: delimiter.end)
      guard let next = try scanner.next(in: body, from: header.contentStart - 2) else {
        throw .unterminated
      }
      // RFC 2046 lets a part without content share this line end with its delimiter; then no
      // content could be put there, and readers differ.
      guard next.start >= header.contentStart else { throw .malformedDelimiter }
      parts.append(
        try Self.part(
          body, header: delimiter.end..<header.end, content: header.contentStart..<next.start))
      delimiter = next
    }
    self.parts = parts
    self.boundary = boundary
  }

  /// The first part of that name.
  package func first(_ name: StaticString) -> Part? {
    parts.first { $0.isNamed(name) }
  }

  /// How many parts have that name.
  package func count(of name: StaticString) -> Int {
    parts.count { $0.isNamed(name) }
  }

  /// Where the header lines of a part end and its content begins: behind the empty line.
  private static func headerEnd(
    _ body: Span<UInt8>, from start: Int
  ) throws(MultipartError) -> (end: Int, contentStart: Int) {
    var line = start
    while true {
      let end = body.index(of: UInt8(ascii: "\r"), from: line)
      guard end - start <= headerBytesMax else { throw .headerTooLarge(limitBytes: headerBytesMax) }
      guard end + 1 < body.count else { throw .unterminated }
      guard body[end + 1] == UInt8(ascii: "\n") else { throw .malformedHeader }
      if end == line { return (line, end + 2) }
      line = end + 2
    }
  }

  private static func part(
    _ body: Span<UInt8>, header: Range<Int>, content: Range<Int>
  ) throws(MultipartError) -> Part {
    var disposition: [FieldParameter]?
    var isCoded = false
    var line = header.lowerBound
    while line < header.upperBound {
      let end = body.index(of: UInt8(ascii: "\r"), from: line)
      let colon = body.extracting(..<end).index(of: UInt8(ascii: ":"), from: line)
      guard colon < end, HeaderFields.isToken(body.extracting(line..<colon)) else {
        throw .malformedHeader
      }
      let value = body.trimmed(colon + 1..<end)
      for index in value where body[index] < 0x20 && body[index] != 0x09 || body[index] == 0x7F {
        throw .malformedHeader
      }
      if body.matchesIgnoringCase(line..<colon, "content-disposition") {
        guard disposition == nil else { throw .unclearName }
        disposition = try parameters(body, value)
      } else if body.matchesIgnoringCase(line..<colon, "content-transfer-encoding") {
        isCoded = isCoded || !isIdentity(body, value)
      }
      line = end + 2
    }
    guard let disposition else { throw .unclearName }
    let names = disposition.filter { $0.isNamed("name") }
    let filenames = disposition.filter { $0.isNamed("filename") }
    guard let name = names.first, names.count == 1, filenames.count <= 1,
      !disposition.contains(where: { $0.isNamed("name*") })
    else { throw .unclearName }
    let filename =
      filenames.first?.value ?? disposition.first { $0.isNamed("filename*") }?.value
    guard !isCoded || filename != nil else { throw .codedField }
    return Part(name: name.value, filename: filename, header: header, content: content)
  }

  /// The parameters of `form-data; name="…"`.
  private static func parameters(
    _ body: Span<UInt8>, _ value: Range<Int>
  ) throws(MultipartError) -> [FieldParameter] {
    let bytes = body.extracting(value)
    let end = bytes.index(of: UInt8(ascii: ";"), from: 0)
    guard bytes.matchesIgnoringCase(bytes.trimmed(0..<end), "form-data"),
      let parameters = FieldParameters.read(bytes, from: end)
    else { throw .malformedHeader }
    return parameters
  }

  /// Whether a transfer coding leaves the bytes as they are.
  private static func isIdentity(_ body: Span<UInt8>, _ value: Range<Int>) -> Bool {
    body.matchesIgnoringCase(value, "binary") || body.matchesIgnoringCase(value, "8bit")
      || body.matchesIgnoringCase(value, "7bit")
  }
}

/// Finds the delimiter lines of a multipart body.
private struct DelimiterScanner {
  let boundary: [UInt8]

  struct Delimiter {
    /// Where the CR LF before the hyphens begins: the end of the content before it.
    let start: Int
    /// Behind its line.
    let end: Int
    let isLast: Bool
  }

  /// The first delimiter whose line begins at `start` or later, or at the start of the body.
  func next(in body: Span<UInt8>, from start: Int) throws(MultipartError) -> Delimiter? {
    if start == 0, isBoundary(body, 0) { return try delimiter(body, lineStart: 0, start: 0) }
    var index = start
    while true {
      index = body.index(of: UInt8(ascii: "\r"), from: index)
      guard index + 1 < body.count else { return nil }
      if body[index + 1] == UInt8(ascii: "\n"), isBoundary(body, index + 2) {
        return try delimiter(body, lineStart: index + 2, start: index)
      }
      index += 1
    }
  }

  /// Whether hyphens and boundary stand at `index`.
  private func isBoundary(_ body: Span<UInt8>, _ index: Int) -> Bool {
    guard body.count - index >= boundary.count + 2, body[index] == UInt8(ascii: "-"),
      body[index + 1] == UInt8(ascii: "-")
    else { return false }
    for offset in boundary.indices where body[index + 2 + offset] != boundary[offset] {
      return false
    }
    return true
  }

  /// Reads the rest of the line: `--` on the last one, white space, CR LF.
  private func delimiter(
    _ body: Span<UInt8>, lineStart: Int, start: Int
  ) throws(MultipartError) -> Delimiter {
    var index = lineStart + 2 + boundary.count
    var isLast = false
    if index + 1 < body.count, body[index] == UInt8(ascii: "-"),
      body[index + 1] == UInt8(ascii: "-")
    {
      isLast = true
      index += 2
    }
    while index < body.count, isBlank(body[index]) { index += 1 }
    if isLast, index == body.count { return Delimiter(start: start, end: index, isLast: true) }
    guard index + 1 < body.count else { throw .unterminated }
    guard body[index] == UInt8(ascii: "\r"), body[index + 1] == UInt8(ascii: "\n") else {
      throw .malformedDelimiter
    }
    return Delimiter(start: start, end: index + 2, isLast: isLast)
  }
}
