import Testing

@testable import Gateway

/// How a caller's policy makes tiers is in `CallerTests`.
@Suite("Tiers")
struct TiersTests {
  @Test func permitWhatLiesBetween() {
    let tiers = Tiers(start: 5, ceiling: 9, allowed: [1, 5, 9, 12])
    #expect([0, 1, 2, 5, 9, 12].filter(tiers.permits) == [1, 5, 9])
    #expect([0, 1, 5, 9].filter(tiers.only(5).permits) == [5])
    #expect([0, 1, 5, 9].filter(tiers.only(2).permits).isEmpty)
    #expect([0, 1, 5].filter(Tiers(upTo: 1).permits) == [0, 1])
  }

  /// No roster, no level below, no level above: the walk is whole.
  @Test(arguments: [[], [9], [1], [9, 8], [9, 5, 1], [5]])
  func walkEachPoolOnce(levels: [Int]) {
    let pools = levels.enumerated().map {
      Roster.Pool(level: $0.element, range: $0.offset..<$0.offset + 1)
    }
    let tiers = Tiers(start: 5, ceiling: 100)
    let walked = pools.indices.map { pools[tiers.place(at: $0, in: pools)].level }
    #expect(walked == levels.filter { $0 <= 5 } + levels.filter { $0 > 5 }.reversed())
  }
}
