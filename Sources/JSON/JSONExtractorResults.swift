/// What can be asked of an extractor at any time, also after an error.
extension JSONExtractor {
  /// How often a path matched, whatever its mode; void matches of repeated names left out.
  package func count(_ path: Int) -> Int { captures.tally(path).matches }

  /// The kind of the last match; nil if there was none.
  package func kind(_ path: Int) -> JSONKind? { captures.tally(path).kind }

  /// Whether a value was dropped because it did not fit (for `.last`: the last one).
  package func overflowed(_ path: Int) -> Bool { captures.tally(path).isOverflowed }

  /// The sum of a `.length` or `.size` path, up to the last byte fed.
  package func length(_ path: Int) -> Int { captures.tally(path).total }

  /// How many captured values can be read.
  package func valueCount(_ path: Int) -> Int { captures.tally(path).values }

  /// The raw bytes of every captured value, in order.
  package func values(_ path: Int) -> [[UInt8]] {
    (0..<valueCount(path)).compactMap { value(path, at: $0) }
  }

  /// The raw bytes of the last captured value.
  package func value(_ path: Int) -> [UInt8]? { value(path, at: valueCount(path) - 1) }

  /// The raw bytes of one captured value.
  package func value(_ path: Int, at position: Int) -> [UInt8]? {
    withValue(path, at: position) { bytes in
      var copy: [UInt8] = []
      JSONWriter.append(bytes, 0..<bytes.count, to: &copy)
      return copy
    }
  }

  /// Lends the raw bytes of a captured value, by default the last, without a copy.
  ///
  /// - Returns: What `body` returns; nil if there is no such value.
  package func withValue<Result>(
    _ path: Int, at position: Int? = nil, _ body: (Span<UInt8>) -> Result
  ) -> Result? {
    guard let range = captures.range(path, at: position ?? valueCount(path) - 1) else {
      return nil
    }
    return body(captures.bytes(of: path).span.extracting(range))
  }

  /// What the last captured value is as an integer; nil if there is none or it is `null`.
  package func integer(_ path: Int) -> JSONInteger? {
    guard kind(path) != .null else { return nil }
    return withValue(path) { JSONInteger(parsing: $0) }
  }

  /// The last captured value, if it is an integer that `Int64` holds exactly.
  package func int(_ path: Int) -> Int64? { integer(path)?.exactValue }

  /// The last captured value, if it is a string of valid UTF-8.
  package func string(_ path: Int) -> String? {
    withValue(path) { jsonString($0, 0..<$0.count) } ?? nil
  }

  /// The last captured value, if it is `true` or `false`.
  package func bool(_ path: Int) -> Bool? {
    guard kind(path) == .bool else { return nil }
    return withValue(path) { $0[0] == UInt8(ascii: "t") }
  }
}
