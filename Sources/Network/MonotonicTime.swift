import Glibc

/// A reading of the time that never goes backwards, for deadlines and latency.
///
/// Comparable only within this process: never store it or send it to a peer. Unit: nanoseconds
/// of `CLOCK_MONOTONIC`, clock_gettime(2).
package struct MonotonicTime: Comparable, Hashable, Sendable {
  package let nanoseconds: Int64

  package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// Reads the clock.
  package static func now() -> MonotonicTime {
    var reading = timespec()
    clock_gettime(CLOCK_MONOTONIC, &reading)
    return MonotonicTime(
      nanoseconds: Int64(reading.tv_sec) * 1_000_000_000 + Int64(reading.tv_nsec))
  }

  package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

  /// Saturates: an endless wait is the largest reading.
  package static func + (time: Self, duration: Duration) -> Self {
    let length = Int64(clamping: duration.attoseconds / 1_000_000_000)
    let (sum, overflow) = time.nanoseconds.addingReportingOverflow(length)
    return Self(nanoseconds: overflow ? (length < 0 ? .min : .max) : sum)
  }

  /// Whole milliseconds from `start` to this reading.
  package func milliseconds(since start: Self) -> Int64 {
    (nanoseconds &- start.nanoseconds) / 1_000_000
  }

  package static func - (left: Self, right: Self) -> Duration {
    .nanoseconds(left.nanoseconds &- right.nanoseconds)
  }

  /// Never reached.
  package static let distantFuture = MonotonicTime(nanoseconds: .max)
}
