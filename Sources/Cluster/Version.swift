/// When and where a record was written: a hybrid logical clock reading and the node that wrote.
///
/// Ordered by wall time, then the logical counter, then the node, so that two versions are equal
/// only if they are the same write. Kulkarni et al., "Logical Physical Clocks", 2014.
package struct Version: Comparable, Hashable, Sendable {
  /// Unix time, milliseconds, never behind any version that the writer had seen.
  package let wallMilliseconds: Int64
  /// Tells apart writes of the same millisecond.
  package let logical: UInt32
  package let node: UInt64

  package init(wallMilliseconds: Int64, logical: UInt32, node: UInt64) {
    self.wallMilliseconds = wallMilliseconds
    self.logical = logical
    self.node = node
  }

  package static func < (left: Version, right: Version) -> Bool {
    (left.wallMilliseconds, left.logical, left.node)
      < (right.wallMilliseconds, right.logical, right.node)
  }
}
