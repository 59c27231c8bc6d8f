import Synchronization

/// How many client connections are open, with a cap.
package final class ConnectionCount: Sendable {
  private let max: Int
  private let count = Atomic<Int>(0)

  package init(max: Int) { self.max = max }

  /// Counts one in, unless the cap is reached.
  func enter() -> Bool {
    guard count.add(1, ordering: .relaxed).newValue <= max else {
      leave()
      return false
    }
    return true
  }

  func leave() { count.subtract(1, ordering: .relaxed) }

  package var value: Int { count.load(ordering: .relaxed) }
}
