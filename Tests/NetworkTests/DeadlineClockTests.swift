import Testing

@testable import Network

@Suite("The time that deadlines pass by")
struct DeadlineClockTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    /// Events of the batch at second 0, 1, 2 and so on; each has room for four.
    let batches: [Int]
    let watched: Int
    /// The second that deadlines are held against after each batch.
    let seconds: [Int64?]
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "no event", batches: [0, 0], watched: 9, seconds: [0, 1]),
    Case(name: "a batch with room left", batches: [3, 1], watched: 9, seconds: [0, 1]),
    Case(name: "all that is watched fills a batch", batches: [4, 4], watched: 4, seconds: [0, 1]),
    Case(
      name: "the line ends before its bound", batches: [4, 1, 0], watched: 99, seconds: [nil, 1, 2]),
    Case(
      name: "the line ends with an empty batch", batches: [4, 0], watched: 99, seconds: [nil, 1]),
    Case(
      name: "a loop that is always full is held to the bound", batches: [4, 4, 4, 4, 4, 4],
      watched: 9, seconds: [nil, nil, 0, nil, nil, 3]),
    Case(
      name: "each line has its own bound", batches: [4, 1, 4, 4, 4, 4], watched: 9,
      seconds: [nil, 1, nil, nil, 2, nil]),
    Case(
      name: "a line as long as two batches", batches: [4, 4, 4], watched: 8, seconds: [nil, 0, nil]),
  ]

  @Test(arguments: cases)
  func holdsDeadlinesAgainst(_ example: Case) {
    var clock = DeadlineClock()
    let seconds = example.batches.enumerated().map { second, count in
      clock.read(
        batch: count, of: 4, watched: example.watched,
        at: MonotonicTime(nanoseconds: Int64(second) * 1_000_000_000))
    }
    #expect(seconds.map { $0.map { $0.nanoseconds / 1_000_000_000 } } == example.seconds)
  }
}
