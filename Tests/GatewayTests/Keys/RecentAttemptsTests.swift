import Testing

@testable import Gateway

@Suite("Attempts of the last minutes")
struct RecentAttemptsTests {
  /// At (served?) seconds; what is counted at the end.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    var served: [Double] = []
    var failed: [Double] = []
    let at: Double
    let counts: [Int]
    var testDescription: String { name }
  }

  static let rows: [Row] = [
    Row(name: "nothing", at: 5, counts: [0, 0]),
    Row(name: "in one span", served: [1, 2], failed: [3], at: 200, counts: [2, 3]),
    Row(name: "the span before counts", served: [299], failed: [301], at: 599, counts: [1, 2]),
    Row(name: "older ones do not", served: [1, 299], at: 600, counts: [0, 0]),
    Row(name: "after a long silence", served: [1], failed: [90_000], at: 90_001, counts: [0, 1]),
    Row(name: "before the epoch of the clock", served: [-700, -1], at: 1, counts: [1, 1]),
  ]

  @Test(arguments: rows)
  func counts(_ row: Row) {
    var recent = RecentAttempts()
    let all = row.served.map { ($0, true) } + row.failed.map { ($0, false) }
    for (second, served) in all.sorted(by: { $0.0 < $1.0 }) {
      recent.note(served: served, now: .at(second))
    }
    let counts = recent.counts(now: .at(row.at))
    #expect([counts.served, counts.all] == row.counts)
  }

  /// A stream that is cut may have begun in the span before, or before all that is remembered.
  @Test func whatWasServedIsTakenBackOnce() {
    var recent = RecentAttempts()
    recent.note(served: true, now: .at(299))
    recent.note(served: false, now: .at(301))
    recent.takeBackServed(now: .at(302))
    #expect(recent.counts(now: .at(303)) == (0, 1))
    recent.takeBackServed(now: .at(304))
    #expect(recent.counts(now: .at(305)) == (0, 1), "there is nothing more to take back")
    recent.note(served: true, now: .at(306))
    recent.takeBackServed(now: .at(1_000))
    #expect(recent.counts(now: .at(1_000)) == (0, 0))
  }
}
