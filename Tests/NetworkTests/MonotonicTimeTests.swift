import Testing

@testable import Network

@Suite("Monotonic time")
struct MonotonicTimeTests {
  static let sums: [(Int64, Duration, Int64)] = [
    (0, .milliseconds(5), 5_000_000),
    (7, .nanoseconds(-3), 4),
    (.max - 1, .seconds(1), .max),
    (0, .seconds(Int64.max), .max),
    (.min + 1, .seconds(-1), .min),
  ]

  @Test(arguments: sums)
  func additionSaturates(_ start: Int64, _ length: Duration, _ sum: Int64) {
    #expect((MonotonicTime(nanoseconds: start) + length).nanoseconds == sum)
  }

  @Test func neverGoesBack() {
    var last = MonotonicTime.now()
    for _ in 0..<1_000 {
      let next = MonotonicTime.now()
      #expect(next >= last)
      last = next
    }
  }
}
