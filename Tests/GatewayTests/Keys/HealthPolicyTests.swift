import Testing

@testable import Gateway

@Suite("Figures of health")
struct HealthPolicyTests {
  static let doublings: [(Int, Duration)] = [
    (-1, .seconds(1)), (0, .seconds(1)), (1, .seconds(2)), (5, .seconds(32)), (6, .seconds(60)),
    (1_000, .seconds(60)), (.max, .seconds(60)),
  ]

  @Test(arguments: doublings)
  func doubles(times: Int, to expected: Duration) {
    #expect(Jitter.doubled(.seconds(1), times: times, limit: .seconds(60)) == expected)
  }

  @Test func jitterNeverShortens() {
    #expect(Jitter.lengthened(.seconds(4), by: 0) == .seconds(4))
    let longest = Jitter.lengthened(.seconds(4), by: .max)
    #expect(longest > .milliseconds(4_990) && longest < .seconds(5))
  }
}
