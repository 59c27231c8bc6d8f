/// Which names may stand in a document, at whatever depth.
///
/// Each name sets one of 64 bits, which others share: that a name is missing is certain, that it is
/// there is not. So a document that names nothing of interest, as most do, need not be searched.
package struct JSONNameSketch: Equatable, Sendable {
  private var bits: UInt64 = 0

  init() {}

  /// The sketch of some names, to look for any of them.
  package init(_ names: [StaticString]) {
    for name in names {
      let bytes = name.description.utf8
      if let first = bytes.first, let last = bytes.last {
        bits |= Self.bit(first, last, bytes.count)
      }
    }
  }

  /// Whether one of the names in both may be the same.
  package func mayMeet(_ other: JSONNameSketch) -> Bool { bits & other.bits != 0 }

  /// Adds the name at `range`, without its quotes; with escapes it may be any.
  @inline(__always)
  mutating func add(_ bytes: Span<UInt8>, _ range: Range<Int>, hasEscapes: Bool) {
    guard !hasEscapes else {
      bits = .max
      return
    }
    guard !range.isEmpty else { return }
    bits |= Self.bit(bytes[range.lowerBound], bytes[range.upperBound &- 1], range.count)
  }

  /// By the name's first byte, its last and its length, so weighed that the usual names of requests
  /// seldom share a bit with those of files.
  @inline(__always)
  private static func bit(_ first: UInt8, _ last: UInt8, _ count: Int) -> UInt64 {
    1 &<< UInt64(truncatingIfNeeded: Int(first) &+ 21 &* Int(last) &+ 6 &* count)
  }
}
