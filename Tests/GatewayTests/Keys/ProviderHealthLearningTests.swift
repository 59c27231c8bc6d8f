import Providers
import Testing

@testable import Gateway

@Suite("What ends of attempts say of a pool")
struct ProviderHealthLearningTests {
  static let failing = FailoverTests.failing

  /// The good key of a pool of failing ones fails too for a while: soon after it is back, so is the
  /// pool, for the retries with keys that are known to fail do not stop it, and where it is stopped
  /// the key that served last is asked again before long.
  @Test(arguments: [12, 30], [0.0, 1, 3, 8])
  func aGoodKeyThatFailsAWhileComesBack(count: Int, seconds: Double) throws {
    let world = try World(FailoverTests.document(keys: count + 1))
    let plan = try world.plan(model: "x")
    let good = try #require(try world.provider("a").roster.keys.last)
    var random = Seeded(state: 71)
    var lost: [Double] = []
    var isFound = false
    for tenth in 0..<1_500 {
      let at = Double(tenth) / 10
      let isDown = (90.0...90 + seconds).contains(at)
      var failover = Failover(
        plan: plan, queueWait: .zero, deadline: .at(at + 60), random: random.next())
      var isServed = false
      while !isServed, case .attempt(let choice) = failover.next(now: .at(at)) {
        isServed = choice.key === good && !isDown
        failover.report(isServed ? .served : Self.failing, now: .at(at))
      }
      isFound = isFound || isServed
      if isFound, !isServed { lost.append(at) }
    }
    #expect(isFound && lost.allSatisfy { $0 >= 90 })
    // As long as it was down, and the rest of a probe or two.
    let end = lost.last ?? 90
    #expect(end <= 90 + seconds * 2 + 15, "lost until \(end)")
  }

  /// A retry with a key that is known to fail tells nothing new; a first attempt does.
  @Test(arguments: [(true, false), (false, true)])
  func whatIsKnownToFailDoesNotStopThePool(isRetry: Bool, isStopped: Bool) throws {
    let bench = try HealthBench(count: 2)
    for _ in 0..<2 { bench.attempt(Self.failing) }
    for second in 1...9 {
      bench.now = .at(Double(second) * 20)
      guard case .use(let grant) = bench.choose(isRetry: isRetry, isFirst: !isRetry) else {
        continue
      }
      bench.health.report(grant, Self.failing, now: bench.now, random: 0)
    }
    let pool = try #require(bench.health.pools.first)
    #expect((pool.circuit.blockedUntil > bench.now) == isStopped)
  }
}
