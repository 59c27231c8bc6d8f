import Synchronization

/// The node-wide cap on bodies that are kept for failover.
///
/// Shared by all loops; one atomic number. DESIGN section 4: 503 beyond it.
package final class BodyBudget: Sendable {
  private let bytesMax: Int
  private let taken = Atomic<Int>(0)

  package init(bytesMax: Int) { self.bytesMax = bytesMax }

  /// Sets `count` bytes aside, or returns false and takes nothing.
  package func take(_ count: Int) -> Bool {
    let (sum, _) = taken.add(count, ordering: .relaxed)
    guard sum >= 0, sum + count <= bytesMax else {
      taken.subtract(count, ordering: .relaxed)
      return false
    }
    return true
  }

  package func give(_ count: Int) { taken.subtract(count, ordering: .relaxed) }

  package var bytesTaken: Int { taken.load(ordering: .relaxed) }
}
