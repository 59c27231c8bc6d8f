/// Bounds the extra load that retries put on a provider that fails: a share of the recent requests
/// to it, with a small floor.
///
/// The floor is for a provider that serves, however seldom it is asked: what is spent of it comes
/// back with each request that is served, `servedWorth` retries at a time. So one that serves every
/// fourth attempt has it whole, and one that is down no more of it than once, and the share alone
/// after that, at any rate. Counts in slots of a second; the oldest slot leaves only
/// when all of it is old, so that in no window more is spent than allowed.
package struct RetryBudget: Equatable, Sendable {
  package struct Policy: Sendable {
    package var windowSeconds = 10
    /// Retries for each hundred requests.
    package var percent = 20
    /// Retries in a window that are allowed however few requests there are, while some are served.
    package var floor = 10
    /// How many retries of the floor a served request makes up for.
    package var servedWorth = 3
    /// How much of the budget trials of failing keys may take: the rest is for who fails unforeseen.
    package var trialPercent = 50
  }

  private struct Slot: Equatable {
    var second: Int64 = .min
    var requests = 0
    var retries = 0
  }

  private var slots: [Slot] = []
  /// Retries beyond the share that no served request has made up for.
  private var unearned = 0
  private var lastEarnedAt: Moment?

  package init() {}

  /// Counts a request: its first attempt on the provider, or that nobody may attempt it now.
  package mutating func countRequest(now: Moment, policy: Policy) {
    slots[place(now, policy)].requests += 1
  }

  /// A request was served: retries beyond the share are made up for.
  package mutating func noteServed(policy: Policy) {
    if unearned > 0 { unearned = max(0, unearned - policy.servedWorth) }
  }

  /// Whether a retry is left.
  package func hasRoom(now: Moment, policy: Policy) -> Bool {
    let (retries, share) = counts(now, policy)
    return retries < allowed(share, policy)
  }

  /// Whether the retry that a trial of a failing key may need can be set aside.
  package func hasRoomForTrial(now: Moment, policy: Policy) -> Bool {
    let (retries, share) = counts(now, policy)
    return retries < allowed(share, policy) * policy.trialPercent / 100
  }

  /// Takes one retry, if one is left.
  package mutating func spend(now: Moment, policy: Policy) -> Bool {
    let (retries, share) = counts(now, policy)
    guard retries < allowed(share, policy) else { return false }
    if retries >= share { unearned += 1 }
    slots[place(now, policy)].retries += 1
    return true
  }

  /// Whether one of the share alone is left, and due: they are taken at its even pace.
  package func hasEarned(now: Moment, policy: Policy) -> Bool {
    let (retries, share) = counts(now, policy)
    guard retries < share else { return false }
    return lastEarnedAt.map { $0 + .seconds(policy.windowSeconds) / share <= now } ?? true
  }

  /// Takes it.
  package mutating func spendEarned(now: Moment, policy: Policy) {
    lastEarnedAt = now
    slots[place(now, policy)].retries += 1
  }

  /// Gives back a retry that was taken at `moment` and is not needed.
  package mutating func giveBack(takenAt moment: Moment) {
    let second = Self.second(moment)
    guard let place = slots.firstIndex(where: { $0.second == second }), slots[place].retries > 0
    else { return }
    slots[place].retries -= 1
    if unearned > 0 { unearned -= 1 }
  }

  /// What a window may spend: the share, or the floor as long as that has not been used up.
  private func allowed(_ share: Int, _ policy: Policy) -> Int {
    unearned < policy.floor ? max(policy.floor, share) : share
  }

  private func counts(_ now: Moment, _ policy: Policy) -> (retries: Int, share: Int) {
    let oldest = Self.second(now) - Int64(policy.windowSeconds)
    var requests = 0
    var retries = 0
    for slot in slots where slot.second >= oldest {
      requests += slot.requests
      retries += slot.retries
    }
    return (retries, requests * policy.percent / 100)
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
