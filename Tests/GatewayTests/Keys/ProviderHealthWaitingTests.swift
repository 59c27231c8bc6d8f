import Providers
import Testing

@testable import Gateway

@Suite("Waiting for keys")
struct ProviderHealthWaitingTests {
  static let limited = ProviderHealthTests.limited
  static let failing = ProviderHealthTests.failing

  func join(_ bench: HealthBench, isForCooling: Bool? = nil, looksAt: Double = 0) -> UInt64? {
    bench.health.join(
      level: 1, model: "m", roster: bench.roster,
      Stay(deadline: .at(10), looksAt: .at(looksAt), isForCooling: isForCooling), now: bench.now)
  }

  @Test func whoWaitsGoesBeforeWhoComes() throws {
    let bench = try HealthBench(count: 1)
    bench.attempt(Self.limited)
    let first = join(bench)
    let second = join(bench)
    bench.now = .at(1)
    #expect(bench.choose().obstacle?.isInLine == true)
    #expect(bench.choose(ticket: second).obstacle?.againAt == .at(1.01))
    #expect(bench.choose(ticket: first).obstacle == nil)
    bench.now = .at(1.01)
    #expect(bench.choose(ticket: second).obstacle == nil)
    #expect(bench.choose().obstacle?.againAt == nil, "nobody waits any more")
  }

  /// Nobody passes the first of the line before that one has looked.
  @Test func whoHasNotLookedIsWaitedFor() throws {
    let bench = try HealthBench(count: 1)
    let first = join(bench, looksAt: 0.1)
    #expect(bench.choose().obstacle?.againAt == .at(0.01))
    bench.now = .at(0.05)
    #expect(bench.choose().obstacle?.againAt == .at(0.1))
    bench.now = .at(0.07)
    #expect(bench.choose(ticket: first).obstacle == nil)
    #expect(bench.choose().obstacle == nil)
  }

  @Test func theLineIsBounded() throws {
    var policy = HealthPolicy()
    policy.lineMax = 2
    let bench = try HealthBench(count: 1, policy: policy)
    let tickets = (0..<3).map { _ in join(bench) }
    #expect(tickets[1] != nil && tickets[2] == nil)
    let first = try #require(tickets[0])
    let again = bench.health.join(
      level: 1, model: "m", roster: bench.roster, Stay(ticket: first, deadline: .at(10)),
      now: bench.now)
    #expect(again == first, "who is in it stays in it")
    bench.health.leave(ticket: first, level: 1, model: "m")
    #expect(join(bench) != nil)
  }

  /// What keeps one back who comes to a line: what keys rest for, else what the others waited for.
  @Test(
    arguments: [
      ([Self.limited], 2, nil, true), ([Self.limited], 2, false, true),
      ([Self.limited], 1, true, true), ([Self.limited], 1, false, false),
      ([Self.failing, Self.failing], 2, nil, false), ([Self.failing], 1, true, true),
    ] as [([AttemptEnd], Int, Bool?, Bool)])
  func aPlaceInLineIsForTheSame(
    ends: [AttemptEnd], keys: Int, reason: Bool?, isCooling: Bool
  ) throws {
    let bench = try HealthBench(count: keys)
    for end in ends { bench.attempt(end) }
    for _ in 0..<9 { _ = join(bench, isForCooling: reason) }
    // With one key, its rest is over.
    bench.now = keys == 1 ? .at(1.5) : .at(0.5)
    let obstacle = try #require(bench.choose().obstacle)
    #expect(obstacle.isInLine && obstacle.restEndsAt == nil)
    #expect([obstacle.isCooling, obstacle.isCircuitOpen] == [isCooling, !isCooling])
  }

  /// Behind the probe of a pool one waits for a circuit.
  @Test func behindAProbeOneWaitsForACircuit() throws {
    let bench = try HealthBench(count: 20)
    for _ in 0..<10 { bench.attempt(Self.failing) }
    _ = join(bench, isForCooling: true)
    bench.now = .at(2)
    let obstacle = try #require(bench.choose().obstacle)
    #expect(obstacle.isCircuitOpen && !obstacle.isCooling && !obstacle.isInLine)
  }

  /// Of what is known of a rest: its end, and that a probe is out of which nobody knows it.
  @Test func looksAgainBeforeTheEnd() throws {
    let bench = try HealthBench(count: 2)
    // The other key is good: what fails is this one.
    let tried = [bench.roster.keys[1]]
    for _ in 0..<5 {
      let grant = try #require(bench.grant(tried: tried))
      bench.health.report(grant, Self.failing, now: bench.now, random: 0)
    }
    bench.now = .at(4.95)
    #expect(
      bench.obstacle(tried: tried)
        == Obstacle(againAt: .at(5), usableAt: .at(5), restEndsAt: .at(5), isCircuitOpen: true))
    bench.now = .at(5)
    #expect(bench.grant(tried: tried)?.isKeyProbe == true)
    #expect(
      bench.obstacle(tried: tried)
        == Obstacle(againAt: .at(5.1), usableAt: .at(5.1), isCircuitOpen: true))
  }
}
