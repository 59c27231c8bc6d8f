/// How much was taken in the last minute or day: a sliding window over a ring of slots.
///
/// What is taken within a 200th of the window shares a slot, which leaves the window a whole
/// length after its last taking: so in no window more than was allowed is ever taken, at a cost of
/// at most a half per cent of the rate. Little traffic has slots of its own and is exact. At most
/// 256 slots of 16 bytes, and only as many as are needed. The caller holds the lock and brings a
/// clock that never goes back.
package struct RateWindow: Sendable {
  private struct Slot {
    /// When the last amount in it was taken, milliseconds.
    var last: Int64
    var amount: Int64
  }

  private static let slotsInWindow: Int64 = 200
  /// A power of two above the slots that one window can touch.
  private static let slotsMax = 256
  /// No slot holds more, so that no sum overflows, whatever a provider states.
  private static let amountMax: Int64 = 1 << 52

  package let lengthMilliseconds: Int64
  private let slotMilliseconds: Int64
  /// A ring: `count` slots from `head` on, the oldest first.
  private var slots: [Slot] = []
  private var head = 0
  private var count = 0
  /// The sum of the slots as of the last `advance`.
  package private(set) var used: Int64 = 0

  package init(lengthMilliseconds: Int64) {
    precondition(lengthMilliseconds > 0)
    self.lengthMilliseconds = lengthMilliseconds
    slotMilliseconds = max(1, lengthMilliseconds / Self.slotsInWindow)
  }

  package var isEmpty: Bool { count == 0 }

  /// Lets go what has left the window.
  package mutating func advance(to now: Int64) {
    while count > 0, slots[head].last &+ lengthMilliseconds <= now {
      used -= slots[head].amount
      head = (head + 1) & (slots.count - 1)
      count -= 1
    }
  }

  /// Takes an amount, without a look at any limit; after `advance` or `wait` at the same time.
  package mutating func take(_ amount: Int64, at now: Int64) {
    let amount = min(max(amount, 0), Self.amountMax)
    if count > 0 {
      let newest = place(count - 1)
      if slots[newest].last / slotMilliseconds == now / slotMilliseconds
        || count == Self.slotsMax
      {
        let before = slots[newest].amount
        slots[newest].amount = min(before + amount, Self.amountMax)
        slots[newest].last = max(now, slots[newest].last)
        used += slots[newest].amount - before
        return
      }
    }
    if count == slots.count { grow() }
    slots[place(count)] = Slot(last: now, amount: amount)
    count += 1
    used += amount
  }

  /// Gives back a part of what was taken at a time; nothing if that has left the window.
  package mutating func giveBack(_ amount: Int64, takenAt: Int64) {
    var index = count - 1
    while index >= 0 {
      let place = place(index)
      if slots[place].last / slotMilliseconds == takenAt / slotMilliseconds {
        let back = min(max(amount, 0), slots[place].amount)
        slots[place].amount -= back
        used -= back
        return
      }
      guard slots[place].last > takenAt else { return }
      index -= 1
    }
  }

  /// Milliseconds from `now` until `amount` can be taken, if nobody else takes any; 0: at once.
  ///
  /// The amount must not be above the limit.
  package mutating func wait(for amount: Int64, max limit: Int64, at now: Int64) -> Int64 {
    advance(to: now)
    var left = used
    var index = 0
    while left > limit - amount, index < count {
      let slot = slots[place(index)]
      left -= slot.amount
      index += 1
      if left <= limit - amount { return max(1, slot.last + lengthMilliseconds - now) }
    }
    return 0
  }

  /// Milliseconds from `now` until all of it is free again.
  package func reset(at now: Int64) -> Int64 {
    guard count > 0 else { return 0 }
    return max(0, slots[place(count - 1)].last + lengthMilliseconds - now)
  }

  private func place(_ index: Int) -> Int { (head + index) & (slots.count - 1) }

  private mutating func grow() {
    var larger: [Slot] = []
    larger.reserveCapacity(max(4, slots.count * 2))
    for index in 0..<count { larger.append(slots[place(index)]) }
    while larger.count < max(4, slots.count * 2) { larger.append(Slot(last: 0, amount: 0)) }
    slots = larger
    head = 0
  }
}
