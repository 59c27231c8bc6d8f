package import HTTP

/// Finds the token of ours that a client sends.
///
/// Clients of five SDKs send it in five places; where two places differ, two readers could
/// disagree about who asks, so that is refused.
package enum ClientCredential {
  /// Reads the token from the head.
  ///
  /// - Returns: Its bytes, never empty.
  /// - Throws: `Refusal.missingToken`, or `.malformed` where two tokens differ or the query is not
  ///   well encoded.
  package static func find(_ head: RequestHead) throws(Refusal) -> [UInt8] {
    let bytes = head.fields.bytes
    let span = bytes.span
    var found: Range<Int>?
    for line in head.fields.lines {
      guard let place = token(line, of: head.fields), !place.isEmpty else { continue }
      if let other = found {
        guard span.extracting(other).equals(span.extracting(place)) else { throw differ }
      } else {
        found = place
      }
    }
    var token = found.map { span.extracting($0).copied() } ?? []
    if let query = head.query {
      try readQuery(span.extracting(query), token: &token)
    }
    guard !token.isEmpty else { throw .missingToken }
    return token
  }

  /// Whether the query holds `key`, as Google's clients write it.
  static func isInQuery(_ head: RequestHead) -> Bool {
    guard let query = head.query else { return false }
    let bytes = head.fields.bytes
    let span = bytes.span.extracting(query)
    var parameters = QueryParameters()
    while let parameter = parameters.next(in: span) {
      if isKey(span.extracting(parameter.name)) { return true }
    }
    return false
  }

  private static var differ: Refusal {
    .malformed("Two different tokens were sent. Send one, in one place.")
  }

  /// Where a field's value holds a token; nil where the field carries none.
  private static func token(_ line: FieldLine, of fields: HeaderFields) -> Range<Int>? {
    switch line.name.count {
    case 7 where fields.isNamed(line, "api-key"): return line.value
    case 9 where fields.isNamed(line, "x-api-key"): return line.value
    case 14 where fields.isNamed(line, "x-goog-api-key"): return line.value
    case 13 where fields.isNamed(line, "authorization"):
      let bytes = fields.bytes.span
      let value = bytes.extracting(line.value)
      guard value.count > 7, value.extracting(0..<6).equalsIgnoringCase("bearer"),
        value[6] == UInt8(ascii: " ")
      else { return nil }
      var start = line.value.lowerBound + 7
      while start < line.value.upperBound, bytes[start] == UInt8(ascii: " ") { start += 1 }
      return start..<line.value.upperBound
    default: return nil
    }
  }

  private static func readQuery(
    _ query: Span<UInt8>, token: inout [UInt8]
  ) throws(Refusal) {
    var parameters = QueryParameters()
    while let parameter = parameters.next(in: query) {
      guard isKey(query.extracting(parameter.name)) else { continue }
      guard let value = PercentCoding.decoded(query.extracting(parameter.value)) else {
        throw .malformed("The query parameter 'key' is not well percent-encoded.")
      }
      guard !value.isEmpty else { continue }
      if token.isEmpty {
        token = value
      } else if token != value {
        throw differ
      }
    }
  }

  private static func isKey(_ name: Span<UInt8>) -> Bool {
    PathCoding.decodesTo("key", name)
  }
}

/// Walks the parameters of a query: what stands between `&`s, parted at the first `=`.
struct QueryParameters {
  struct Parameter {
    /// As written, percent escapes included.
    var name: Range<Int>
    /// Empty where there is no `=`.
    var value: Range<Int>
    /// Name, `=` and value.
    var whole: Range<Int> { name.lowerBound..<value.upperBound }
  }

  private var index = 0

  /// The next parameter of `query`, the same at each call, that is not empty.
  mutating func next(in query: Span<UInt8>) -> Parameter? {
    while index < query.count {
      let start = index
      let end = query.firstIndex(of: UInt8(ascii: "&"), in: start..<query.count) ?? query.count
      index = end + 1
      guard end > start else { continue }
      guard let equals = query.firstIndex(of: UInt8(ascii: "="), in: start..<end) else {
        return Parameter(name: start..<end, value: end..<end)
      }
      return Parameter(name: start..<equals, value: equals + 1..<end)
    }
    return nil
  }
}
