/// Bounds the extra load that retries put on a provider that fails: a share of the recent requests
/// to it, with a small floor.
///
/// Counts in slots of a second; the oldest slot leaves only when all of it is old, so that in no
/// window more is spent than allowed.
package struct RetryBudget: Equatable, Sendable {
  package struct Policy: Sendable {
    package var windowSeconds = 10
    /// Retries for each hundred requests.
    package var percent = 20
    /// Retries in a window that are always allowed.
    package var floor = 10
  }

  private struct Slot: Equatable {
    var second: Int64 = .min
    var requests = 0
    var retries = 0
  }

  private var slots: [Slot] = []

  package init() {}

  /// Counts the first attempt of a request on the provider.
  package mutating func countRequest(now: Moment, policy: Policy) {
    slots[place(now, policy)].requests += 1
  }

  /// Takes one retry, if one is left.
  package mutating func spend(now: Moment, policy: Policy) -> Bool {
    let place = place(now, policy)
    let oldest = Self.second(now) - Int64(policy.windowSeconds)
    var requests = 0
    var retries = 0
    for slot in slots where slot.second >= oldest {
      requests += slot.requests
      retries += slot.retries
    }
    guard retries < max(policy.floor, requests * policy.percent / 100) else { return false }
    slots[place].retries += 1
    return true
  }

  /// The slot of this second, emptied if it held an older one.
  private mutating func place(_ now: Moment, _ policy: Policy) -> Int {
    if slots.isEmpty { slots = Array(repeating: Slot(), count: policy.windowSeconds + 1) }
    let second = Self.second(now)
    let count = Int64(slots.count)
    let place = Int((second % count + count) % count)
    if slots[place].second != second { slots[place] = Slot(second: second) }
    return place
  }

  private static func second(_ now: Moment) -> Int64 {
    now.nanoseconds / 1_000_000_000
  }
}
