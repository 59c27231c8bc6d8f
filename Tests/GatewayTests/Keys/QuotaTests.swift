import Providers
import Testing

@testable import Gateway

@Suite("What is left of a key's limits")
struct QuotaTests {
  static func reading(
    _ remaining: Int64, reset: Int64? = nil, countsAllModels: Bool = false
  ) -> QuotaReading {
    var reading = QuotaReading()
    reading.requests = .init(limit: 60, remaining: remaining, resetMilliseconds: reset)
    reading.countsAllModels = countsAllModels
    return reading
  }

  @Test func emptyUntilItsReset() {
    #expect(Quota(reading: Self.reading(0, reset: 1_500), readAt: .at(2)).emptyUntil == .at(3.5))
    #expect(Quota(reading: Self.reading(0), readAt: .at(2)).emptyUntil == .distantPast)
    #expect(Quota(reading: Self.reading(1, reset: 9), readAt: .at(2)).emptyUntil == .distantPast)
  }

  @Test func tellsWhatIsLeft() {
    var reading = Self.reading(0, reset: 1_000)
    reading.outputTokens = .init(remaining: 7)
    reading.tokens = .init(limit: 9)
    let left = Quota(reading: reading, readAt: .at(1)).left(of: "m")
    #expect(left.map(\.kind) == [.requests, .outputTokens])
    #expect(left.map(\.remaining) == [0, 7] && left.map(\.limit) == [60, nil])
    #expect(left[0].resetsAt == .at(2) && left[1].resetsAt == nil)
    #expect(Set(QuotaReading.Kind.allCases.map(\.code)).count == 4)
    #expect(Set(QuotaReading.Kind.allCases.map(\.words)).count == 4)
  }

  /// Others go first until the reset; then it takes its turns again.
  @Test func anEmptyKeyIsNotTriedFirst() throws {
    let bench = try HealthBench(count: 3)
    bench.attempt(.served, quota: Self.reading(0, reset: 10_000))
    #expect((0..<4).map { _ in bench.attempt(.served) } == ["k01", "k02", "k01", "k02"])
    #expect(bench.attempt(.served, "another") == "k00", "of the model that was asked alone")
    let status = bench.health.status(now: bench.now)[0]
    #expect(status.state == .cooling && status.reason == "no requests left for m")
    #expect(status.until == .at(10) && status.left.map(\.remaining) == [0])
    bench.now = .at(10)
    #expect(Set((0..<6).map { _ in bench.attempt(.served) }) == ["k00", "k01", "k02"])
    #expect(bench.health.status(now: bench.now)[0].state == .ready)
  }

  /// What a provider says may be wrong: an empty key is better than none.
  @Test func anEmptyKeyIsBetterThanNone() throws {
    let bench = try HealthBench(count: 2)
    for _ in 0..<2 { bench.attempt(.served, quota: Self.reading(0, reset: 60_000)) }
    #expect(bench.attempt(.served, quota: Self.reading(5)) != nil)
  }

  @Test func whatIsLeftAgainEndsTheRest() throws {
    let bench = try HealthBench(count: 2)
    let first = try #require(bench.grant())
    let again = try #require(bench.grant(tried: [bench.roster.keys[1]]))
    bench.health.report(
      first, .served, quota: Self.reading(0, reset: 60_000), now: bench.now, random: 0)
    #expect(bench.attempt(.served) == "k01")
    bench.health.report(again, .served, quota: Self.reading(60), now: bench.now, random: 0)
    #expect(Set((0..<2).map { _ in bench.attempt(.served) }) == ["k00", "k01"])
  }

  @Test func aLimitOfAllModelsCountsForAll() throws {
    let bench = try HealthBench(count: 2)
    let empty = Self.reading(0, reset: 60_000, countsAllModels: true)
    bench.attempt(.served, quota: empty)
    #expect((0..<3).map { _ in bench.attempt(.served, "another") } == ["k01", "k01", "k01"])
    #expect(bench.health.status(now: bench.now)[0].left.map(\.model) == [""])
  }

  /// What was read stays with a key in a new roster, and goes with its secret.
  @Test func staysWithTheKey() throws {
    let bench = try HealthBench(count: 2)
    bench.attempt(.served, quota: Self.reading(0, reset: 60_000))
    bench.roster = Roster(
      keys: [try RosterTests.key("k00"), try RosterTests.key("k01"), try RosterTests.key("k02")],
      revision: 2)
    #expect(!(0..<6).map { _ in bench.attempt(.served) }.contains("k00"))
    bench.roster = Roster(keys: [try RosterTests.key("k00", incarnation: 9)], revision: 3)
    #expect(bench.attempt(.served) == "k00")
    #expect(bench.health.status(now: bench.now)[0].left.isEmpty)
  }
}
