/// The levels of keys that may serve a candidate, and in which order: from `start` downwards, then,
/// where the user's failover is `any`, upwards to `ceiling`.
package struct Tiers: Equatable, Sendable {
  /// Where the walk begins: this level, or the best one below it.
  package private(set) var start: Int
  /// The level that was asked for, whatever level a request is then kept on.
  package let asked: Int
  private var floor = 0
  private var ceiling: Int
  /// Ascending; nil: every level between floor and ceiling.
  private let allowed: [Int]?

  package init(start: Int, ceiling: Int, allowed: [Int]? = nil) {
    self.start = start
    asked = start
    self.ceiling = ceiling
    self.allowed = allowed
  }

  /// Every level up to a highest one, the best first.
  package init(upTo level: Int) { self.init(start: level, ceiling: level) }

  /// This level alone, where it is permitted.
  func only(_ level: Int) -> Tiers {
    var tiers = self
    (tiers.start, tiers.floor, tiers.ceiling) = (level, level, min(level, ceiling))
    return tiers
  }

  package func permits(_ level: Int) -> Bool {
    guard level <= ceiling, level >= floor else { return false }
    guard let allowed else { return true }
    return allowed.contains(level)
  }

  /// The place among a roster's pools, which are sorted downwards, of the pool to be walked at a
  /// position; not all pools on the way are permitted.
  package func place(at position: Int, in pools: [Roster.Pool]) -> Int {
    guard ceiling > start else { return position }
    let first = pools.firstIndex { $0.level <= start } ?? pools.count
    let below = pools.count - first
    return position < below ? first + position : first - 1 - (position - below)
  }

  /// The level that is walked first; nil where none of the pools is permitted.
  package func first(of pools: [Roster.Pool]) -> Int? {
    for position in pools.indices {
      let level = pools[place(at: position, in: pools)].level
      if permits(level) { return level }
    }
    return nil
  }
}
