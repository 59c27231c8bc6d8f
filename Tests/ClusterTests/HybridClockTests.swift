import Testing

@testable import Cluster

@Suite("Hybrid logical clock")
struct HybridClockTests {
  @Test func risesThoughTheWallClockStandsOrFalls() {
    var clock = HybridClock(node: 7)
    var previous = clock.tick(nowMilliseconds: 100)
    for now: Int64 in [100, 100, 99, 0, 101, 101, 50] {
      let next = clock.tick(nowMilliseconds: now)
      #expect(next > previous)
      previous = next
    }
    #expect(previous.wallMilliseconds == 101)
  }

  @Test func beatsWhatItHasSeen() {
    var clock = HybridClock(node: 1)
    clock.observe(Version(wallMilliseconds: 5_000, logical: 9, node: 2))
    let next = clock.tick(nowMilliseconds: 100)
    #expect(next > Version(wallMilliseconds: 5_000, logical: 9, node: 2))
    #expect(next.node == 1)
  }

  @Test func anOlderVersionSeenChangesNothing() {
    var clock = HybridClock(node: 1)
    let first = clock.tick(nowMilliseconds: 100)
    clock.observe(Version(wallMilliseconds: 1, logical: 9, node: 2))
    #expect(clock.tick(nowMilliseconds: 100) > first)
  }

  @Test func aFullCounterMovesTheWallPart() {
    var clock = HybridClock(
      node: 1, last: Version(wallMilliseconds: 100, logical: .max, node: 1))
    let next = clock.tick(nowMilliseconds: 100)
    #expect(next == Version(wallMilliseconds: 101, logical: 0, node: 1))
  }
}
