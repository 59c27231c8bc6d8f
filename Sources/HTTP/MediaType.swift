/// Reads the value of Content-Type and its kin (RFC 9110 § 8.3.1).
package enum MediaType {
  /// `type/subtype` in lower case, without parameters.
  package static func essence(of value: ArraySlice<UInt8>) -> String {
    let range = essenceRange(value.span)
    let essence = value.dropFirst(range.lowerBound).prefix(range.count)
    return String(decoding: essence.map { lowercased($0) }, as: UTF8.self)
  }

  /// Whether the essence of `value` is `essence`, which is given in lower case.
  package static func isEssence(
    _ essence: StaticString, of value: ArraySlice<UInt8>
  ) -> Bool {
    let bytes = value.span
    return bytes.matchesIgnoringCase(essenceRange(bytes), essence)
  }

  /// `application/json`, or any subtype with the suffix `+json`.
  package static func isJSON(_ value: ArraySlice<UInt8>) -> Bool {
    let bytes = value.span
    let essence = essenceRange(bytes)
    let suffix = max(essence.lowerBound, essence.upperBound - 5)..<essence.upperBound
    return bytes.matchesIgnoringCase(essence, "application/json")
      || bytes.matchesIgnoringCase(suffix, "+json")
  }

  /// `text/event-stream`.
  package static func isEventStream(_ value: ArraySlice<UInt8>) -> Bool {
    isEssence("text/event-stream", of: value)
  }

  /// The value of a parameter, unquoted; nil if it is absent, repeated, or the list is malformed.
  ///
  /// The name is given in lower case and compared without regard to case.
  package static func parameter(
    _ name: StaticString, of value: ArraySlice<UInt8>
  ) -> [UInt8]? {
    let bytes = value.span
    let found = FieldParameters.read(bytes, from: essenceEnd(bytes))?
      .filter { $0.isNamed(name) }
    return found?.count == 1 ? found?.first?.value : nil
  }

  private static func essenceEnd(_ bytes: Span<UInt8>) -> Int {
    bytes.index(of: UInt8(ascii: ";"), from: 0)
  }

  private static func essenceRange(_ bytes: Span<UInt8>) -> Range<Int> {
    bytes.trimmed(0..<essenceEnd(bytes))
  }
}
