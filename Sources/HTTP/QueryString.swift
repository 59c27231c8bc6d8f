/// The query of a request target: `name=value` pairs between `&`.
///
/// Names are compared as they are meant, percent escapes decoded, so that `k%65y` is `key`; bytes
/// that are not looked for are never changed.
package struct QueryString: Sendable {
  package let bytes: ArraySlice<UInt8>

  /// `bytes` is what follows the `?`.
  package init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
  }

  /// The decoded values of all pairs of that name; one without `=` is empty.
  ///
  /// A value whose escapes are not valid comes as it stands.
  package func values(_ name: StaticString) -> [[UInt8]] {
    var values: [[UInt8]] = []
    forEachPair { pair, nameEnd in
      guard isNamed(pair.lowerBound..<nameEnd, name) else { return }
      let raw = bytes[min(nameEnd + 1, pair.upperBound)..<pair.upperBound]
      values.append(PercentCoding.decoded(raw, plusIsSpace: true) ?? Array(raw))
    }
    return values
  }

  /// The decoded value of the first pair of that name.
  package func first(_ name: StaticString) -> [UInt8]? { values(name).first }

  package func contains(_ name: StaticString) -> Bool { !values(name).isEmpty }

  /// The query without the pairs of these names and the `&` of each; all other bytes as they are.
  package func removing(_ names: [StaticString]) -> [UInt8] {
    var out: [UInt8] = []
    var isFirst = true
    forEachPair { pair, nameEnd in
      guard !names.contains(where: { isNamed(pair.lowerBound..<nameEnd, $0) }) else { return }
      if !isFirst { out.append(UInt8(ascii: "&")) }
      isFirst = false
      out.append(contentsOf: bytes[pair])
    }
    return out
  }

  private func isNamed(_ range: Range<Int>, _ name: StaticString) -> Bool {
    guard let decoded = PercentCoding.decoded(bytes[range], plusIsSpace: true) else { return false }
    return decoded.span.matches(0..<decoded.count, name)
  }

  /// Calls `body` with each pair and where its name ends.
  private func forEachPair(_ body: (_ pair: Range<Int>, _ nameEnd: Int) -> Void) {
    var start = bytes.startIndex
    while true {
      let end = bytes[start...].firstIndex(of: UInt8(ascii: "&")) ?? bytes.endIndex
      let nameEnd = bytes[start..<end].firstIndex(of: UInt8(ascii: "=")) ?? end
      body(start..<end, nameEnd)
      guard end < bytes.endIndex else { return }
      start = end + 1
    }
  }
}
