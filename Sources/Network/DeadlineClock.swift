/// The time that deadlines pass by: that up to which a loop has seen all that came.
///
/// The kernel hands out a batch of events at a time. With a full batch more may lie behind it, some
/// perhaps since long before a deadline that has passed meanwhile: it would be found expired though
/// its answer is there. So deadlines wait until the line that stood at the first full batch is
/// through. That is a bound however busy the loop is, since the line is first in, first out, and
/// each descriptor stands in it at most once (epoll(7), `EPOLLET`).
struct DeadlineClock {
  /// The first of the full batches under way, and who may still stand in line from then.
  private var line: (began: MonotonicTime, rest: Int)?

  /// Notes one batch.
  ///
  /// - Parameters:
  ///   - count: Events of the batch.
  ///   - countMax: What a batch has room for.
  ///   - watched: Descriptors that the loop watches, its own wake-up among them.
  ///   - now: The time when the batch was had.
  /// - Returns: The time that deadlines may be held against; nil while there may be a line.
  mutating func read(
    batch count: Int, of countMax: Int, watched: Int, at now: MonotonicTime
  )
    -> MonotonicTime?
  {
    guard count >= countMax else {
      line = nil
      return now
    }
    let (began, before) = line ?? (now, watched)
    let rest = before - count
    line = rest > 0 ? (began, rest) : nil
    return rest > 0 ? nil : began
  }
}
