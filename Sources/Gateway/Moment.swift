/// A reading of the shell's monotonic clock, in nanoseconds.
///
/// Policy compares and adds times on every request; a plain integer does that in one instruction,
/// where `ContinuousClock.Instant` costs a call each (13 ns measured). Comparable only within this
/// process: never stored or sent.
package struct Moment: Comparable, Hashable, Sendable {
  package let nanoseconds: Int64

  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// The same reading on the scale of the system's epoch.
  package init(_ instant: ContinuousClock.Instant) {
    self.nanoseconds = Self.nanoseconds(ContinuousClock().systemEpoch.duration(to: instant))
  }

  package static let distantPast = Moment(nanoseconds: .min)
  /// Never reached.
  package static let distantFuture = Moment(nanoseconds: .max)

  package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

  /// Saturates: an endless wait is the largest reading.
  package static func + (moment: Self, duration: Duration) -> Self {
    let length = nanoseconds(duration)
    let (sum, overflow) = moment.nanoseconds.addingReportingOverflow(length)
    return Self(nanoseconds: overflow ? (length < 0 ? .min : .max) : sum)
  }

  /// The time from `right` to `left`.
  package static func - (left: Self, right: Self) -> Duration {
    let (length, overflow) = left.nanoseconds.subtractingReportingOverflow(right.nanoseconds)
    return .nanoseconds(overflow ? (left < right ? .min : .max) : length)
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    Int64(clamping: duration.attoseconds / 1_000_000_000)
  }
}
