/// What ended a wait.
package enum Wake: Equatable, Sendable { case ready, peerGone, timedOut }

/// One task that may be suspended; resumed once, by whichever comes first.
///
/// Not `Sendable` by nature: it belongs to one loop.
///
/// Guard: only that loop's thread touches it; other threads reach it through `EventLoop.execute`.
final class Wait: @unchecked Sendable {
  fileprivate(set) var deadline = MonotonicTime.distantFuture
  /// The tick of the slot that will look at this wait; an entry in any other slot is stale.
  fileprivate var entryTick: Int?
  private var continuation: UnsafeContinuation<Wake, Never>?
  var isActive: Bool { continuation != nil }

  func resume(_ wake: Wake) {
    guard let waiter = continuation else { return }
    continuation = nil
    waiter.resume(returning: wake)
  }

  func suspend() async -> Wake { await withUnsafeContinuation { continuation = $0 } }
}

/// Coarse deadlines: slots of a tick, each wait in one slot that counts.
///
/// A wait is looked at when its slot comes round and entered again if its deadline has moved on,
/// so that moving a deadline later is storing a number.
struct TimerWheel {
  static let tickNanoseconds: Int64 = 25_000_000
  private static let slotCount = 256  // 6.4 s ahead; longer waits are looked at and re-entered.

  private var slots = [[Wait]](repeating: [], count: slotCount)
  private var tick = 0
  private var nextTickAt: Int64
  private(set) var entryCount = 0

  init(now: MonotonicTime) { nextTickAt = now.nanoseconds + Self.tickNanoseconds }

  /// Sees to it that `wait` is resumed with `.timedOut` soon after `deadline`.
  mutating func watch(_ wait: Wait, until deadline: MonotonicTime) {
    wait.deadline = deadline
    let ahead = deadline.nanoseconds.subtractingReportingOverflow(nextTickAt)
    let ticks =
      ahead.overflow ? Self.slotCount : Int(max(0, ahead.partialValue) / Self.tickNanoseconds)
    let due = tick + 1 + min(ticks + 1, Self.slotCount - 2)
    if let entered = wait.entryTick, entered <= due { return }
    wait.entryTick = due
    slots[due % Self.slotCount].append(wait)
    entryCount += 1
  }

  mutating func advance(to now: MonotonicTime) {
    while nextTickAt <= now.nanoseconds {
      nextTickAt += Self.tickNanoseconds
      tick += 1
      guard !slots[tick % Self.slotCount].isEmpty else { continue }
      var due: [Wait] = []
      swap(&due, &slots[tick % Self.slotCount])
      entryCount -= due.count
      for wait in due where wait.entryTick == tick {
        wait.entryTick = nil
        guard wait.isActive else { continue }
        if wait.deadline <= now {
          wait.resume(.timedOut)
        } else {
          watch(wait, until: wait.deadline)
        }
      }
      due.removeAll(keepingCapacity: true)
      if slots[tick % Self.slotCount].isEmpty, due.capacity < 1024 {
        swap(&due, &slots[tick % Self.slotCount])
      }
    }
  }
}
