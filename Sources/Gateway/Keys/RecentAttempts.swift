/// How a key did of late: attempts that served, and all, in the last five to ten minutes.
///
/// Two spans of five minutes, the current one and the one before, so that a figure is never made
/// of less than five minutes and a key costs four numbers.
struct RecentAttempts: Equatable, Sendable {
  static let spanNanoseconds: Int64 = 300_000_000_000

  private struct Counts: Equatable {
    var served: UInt32 = 0
    var all: UInt32 = 0

    mutating func takeBackServed() {
      served &-= 1
      all &-= 1
    }
  }

  private var span: Int64 = 0
  private var current = Counts()
  private var previous = Counts()

  init() {}

  mutating func note(served: Bool, now: Moment) {
    advance(now)
    current.all &+= 1
    if served { current.served &+= 1 }
  }

  /// Forgets the newest attempt that served.
  mutating func takeBackServed(now: Moment) {
    advance(now)
    if current.served > 0 {
      current.takeBackServed()
    } else if previous.served > 0 {
      previous.takeBackServed()
    }
  }

  func counts(now: Moment) -> (served: Int, all: Int) {
    var copy = self
    copy.advance(now)
    return (
      Int(copy.current.served) + Int(copy.previous.served),
      Int(copy.current.all) + Int(copy.previous.all)
    )
  }

  private mutating func advance(_ now: Moment) {
    let newest = now.nanoseconds / Self.spanNanoseconds
    guard newest != span else { return }
    previous = newest == span &+ 1 ? current : Counts()
    current = Counts()
    span = newest
  }
}
