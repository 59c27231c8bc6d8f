/// Gives versions that always rise, whatever the wall clock does.
///
/// Pure: the caller brings the wall clock. One per node, owned by whoever writes records.
package struct HybridClock: Sendable {
  private let node: UInt64
  private var last: Version

  /// - Parameters:
  ///   - node: The node's id, never used by another node.
  ///   - last: The newest version this node has stored; a restart must not go behind it.
  package init(node: UInt64, last: Version? = nil) {
    self.node = node
    self.last = last ?? Version(wallMilliseconds: 0, logical: 0, node: node)
  }

  /// A version above every one given or observed before.
  package mutating func tick(nowMilliseconds: Int64) -> Version {
    if nowMilliseconds > last.wallMilliseconds {
      last = Version(wallMilliseconds: nowMilliseconds, logical: 0, node: node)
    } else if last.logical < .max {
      last = Version(
        wallMilliseconds: last.wallMilliseconds, logical: last.logical + 1, node: node)
    } else {
      last = Version(wallMilliseconds: last.wallMilliseconds &+ 1, logical: 0, node: node)
    }
    return last
  }

  /// Takes note of a version seen elsewhere, so that the next write beats it.
  package mutating func observe(_ version: Version) {
    guard
      (version.wallMilliseconds, version.logical) > (last.wallMilliseconds, last.logical)
    else { return }
    last = Version(
      wallMilliseconds: version.wallMilliseconds, logical: version.logical, node: node)
  }
}
