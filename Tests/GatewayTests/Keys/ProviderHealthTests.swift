import Providers
import Testing

@testable import Gateway

/// One provider's health on a clock of its own; every rule of "What an upstream answer means".
final class HealthBench {
  var health: ProviderHealth
  var roster: Roster
  var now: Moment = .at(0)

  init(_ keys: [Key], policy: HealthPolicy = HealthPolicy()) {
    health = ProviderHealth(policy: policy)
    roster = Roster(keys: keys, revision: 1)
  }

  convenience init(count: Int, policy: HealthPolicy = HealthPolicy()) throws {
    self.init(
      try (0..<count).map { try RosterTests.key("k\($0 < 10 ? "0" : "")\($0)") }, policy: policy)
  }

  func choose(
    _ model: String = "m", level: Int = 1, tried: [Key] = [], isRetry: Bool = false,
    isFirst: Bool = true, ticket: UInt64? = nil
  ) -> KeyAnswer {
    health.choose(
      KeyRequest(
        level: level, model: model, tried: tried, isFirst: isFirst, isRetry: isRetry,
        ticket: ticket),
      roster: roster, now: now)
  }

  /// The next grant, or nil.
  func grant(_ model: String = "m", level: Int = 1, tried: [Key] = []) -> Grant? {
    if case .use(let grant) = choose(model, level: level, tried: tried) { grant } else { nil }
  }

  func obstacle(_ model: String = "m", level: Int = 1, tried: [Key] = []) -> Obstacle? {
    if case .none(let obstacle) = choose(model, level: level, tried: tried) {
      obstacle
    } else {
      nil
    }
  }

  /// Makes one attempt and reports its end; says which key it was.
  @discardableResult
  func attempt(
    _ end: AttemptEnd, _ model: String = "m", level: Int = 1, quota: QuotaReading? = nil
  ) -> String? {
    guard let grant = grant(model, level: level) else { return nil }
    health.report(grant, end, quota: quota, now: now, random: 0)
    return grant.key.id
  }

  /// Keys whose validation is due.
  func due(interval: Duration? = nil, countMax: Int = 100) -> [Key] {
    health.takeValidations(
      roster: roster, KeyCheckPolicy(interval: interval, countMax: countMax), now: now, random: 0)
  }
}

@Suite("Health of providers")
struct ProviderHealthTests {
  static let limited = AttemptEnd.answered(.rateLimited(retryAfter: nil))
  static let failing = AttemptEnd.answered(.providerFailing(retryAfter: nil))

  @Test func keysTakeTurns() throws {
    let bench = try HealthBench(count: 3)
    let order = (0..<6).map { _ in bench.attempt(.served) }
    #expect(order == ["k00", "k01", "k02", "k00", "k01", "k02"])
  }

  @Test func aLevelOrModelThatIsNotThereHasNoKey() throws {
    let bench = try HealthBench(count: 1)
    #expect(bench.obstacle(level: 5) == Obstacle())
    let listed = HealthBench([try RosterTests.key("k", models: ["x"])])
    #expect(listed.obstacle("m") == Obstacle())
    #expect(listed.grant("x") != nil)
  }

  // MARK: - Cooldowns

  @Test func rateLimitsCoolOnePairExponentially() throws {
    let bench = try HealthBench(count: 1)
    for (length, at) in [(1, 0), (2, 1), (4, 3), (8, 7), (16, 15), (32, 31), (60, 63), (60, 123)] {
      bench.now = .at(Double(at))
      #expect(bench.attempt(Self.limited) == "k00", "at \(at)")
      let until = Moment.at(Double(at + length))
      let look = Moment.at(Double(at + 1))
      #expect(
        bench.obstacle()
          == Obstacle(againAt: look, usableAt: until, restEndsAt: until, isCooling: true),
        "at \(at)")
      #expect(bench.grant("other") != nil, "another model is not touched")
    }
  }

  @Test func aSuccessStartsTheSeriesAgain() throws {
    let bench = try HealthBench(count: 1)
    bench.attempt(Self.limited)
    bench.now = .at(1)
    bench.attempt(Self.limited)
    bench.now = .at(3)
    bench.attempt(.served)
    bench.attempt(Self.limited)
    #expect(bench.obstacle()?.usableAt == .at(4))
  }

  @Test func aStatedTimeCounts() throws {
    let bench = try HealthBench(count: 1)
    bench.attempt(.answered(.rateLimited(retryAfter: .seconds(7))))
    #expect(bench.obstacle()?.usableAt == .at(7))
    bench.now = .at(7)
    bench.attempt(.answered(.rateLimited(retryAfter: .seconds(86_400))))
    #expect(bench.obstacle()?.usableAt == .at(3_607), "at most an hour")
  }

  @Test func aStatedTimeOfNothingIsNone() throws {
    let bench = try HealthBench(count: 1)
    bench.attempt(.answered(.rateLimited(retryAfter: .zero)))
    #expect(bench.obstacle()?.usableAt == .at(1))
  }

  /// Several attempts under way: the longest rest holds, and the series goes on by one only.
  @Test func aLongerRestIsNeverReplacedByAShorter() throws {
    let bench = try HealthBench(count: 1)
    let grants = (0..<4).compactMap { _ in bench.grant() }
    #expect(grants.count == 4)
    bench.now = .at(1)
    for (grant, stated) in zip(grants, [nil, 20, 5, nil] as [Double?]) {
      let retryAfter = stated.map { Duration.seconds($0) }
      bench.health.report(
        grant, .answered(.rateLimited(retryAfter: retryAfter)), now: bench.now, random: 0)
    }
    #expect(bench.obstacle()?.usableAt == .at(21))
    bench.now = .at(21)
    bench.attempt(Self.limited)
    #expect(bench.obstacle()?.usableAt == .at(23), "the second of its series")
  }

  @Test func otherKeysGoOnMeanwhile() throws {
    let bench = try HealthBench(count: 2)
    bench.attempt(.answered(.rateLimited(retryAfter: .seconds(10))))
    let order = (0..<3).map { _ in bench.attempt(.served) }
    #expect(order == ["k01", "k01", "k01"])
    bench.now = .at(10)
    let later = Set((0..<4).compactMap { _ in bench.attempt(.served) })
    #expect(later == ["k00", "k01"])
  }

  @Test func aKeyThatCannotDoAModelIsRemembered() throws {
    let bench = try HealthBench(count: 1)
    bench.attempt(.answered(.keyCannotServeModel))
    #expect(bench.obstacle() == Obstacle(isUnfit: true))
    #expect(bench.grant("other") != nil)
    bench.now = .at(599.9)
    #expect(bench.grant() == nil)
    bench.now = .at(600)
    #expect(bench.grant() != nil)
  }

  /// Every end of an attempt is one attempt in the rate, served or not.
  @Test(
    arguments: [
      ([.served], 1, 1), ([.answered(.success)], 1, 1), ([.answered(.clientFault)], 1, 1),
      ([.answered(.keyCannotServeModel)], 0, 1), ([Self.limited], 0, 1),
      ([.answered(.outOfMoney)], 0, 1), ([.answered(.keySuspect)], 0, 1),
      ([.answered(.providerFailing(retryAfter: nil))], 0, 1), ([.connectFailed], 0, 1),
      ([.timedOut(billable: true)], 0, 1), ([.brokeOff], 0, 1),
      ([.served, .cutAfterContent], 0, 1), ([.clientLeft], 0, 0),
    ] as [([AttemptEnd], Int, Int)])
  func theSuccessRate(ends: [AttemptEnd], served: Int, all: Int) throws {
    let bench = try HealthBench(count: 1)
    let grant = try #require(bench.grant())
    for end in ends { bench.health.report(grant, end, now: bench.now, random: 0) }
    let status = try #require(bench.health.status(now: bench.now).first)
    #expect([status.recentServed, status.recentAll] == [served, all])
    #expect([status.successes, status.failures] == [UInt64(served), UInt64(all - served)])
  }

  // MARK: - Keys

  @Test func aKeyWithoutMoneyRests() throws {
    let bench = try HealthBench(count: 1)
    bench.attempt(.answered(.outOfMoney))
    #expect(bench.obstacle() == Obstacle())
    bench.now = .at(100_000)
    #expect(bench.grant("other") == nil, "whatever the model")
    #expect(bench.due().map(\.id) == ["k00"])
    bench.health.validated(
      bench.roster.keys[0], KeyFindings(.valid), roster: bench.roster, now: bench.now)
    #expect(bench.grant() != nil)
  }

  @Test func aSuspectKeyComesLastUntilValidated() throws {
    let bench = try HealthBench(count: 2)
    #expect(bench.attempt(.answered(.keySuspect)) == "k00")
    let order = (0..<3).map { _ in bench.attempt(.served) }
    #expect(order == ["k01", "k01", "k01"])
    #expect(bench.grant(tried: [bench.roster.keys[1]])?.key.id == "k00", "still the last resort")
    #expect(bench.due().map(\.id) == ["k00"])
    bench.health.validated(
      bench.roster.keys[0], KeyFindings(.invalid), roster: bench.roster, now: bench.now)
    #expect(bench.grant(tried: [bench.roster.keys[1]]) == nil)
    #expect(bench.health.status(now: bench.now).map(\.state) == [.invalid, .ready])
    bench.now = .at(9.9)
    #expect(bench.due().isEmpty)
    bench.now = .at(12.5)
    #expect(bench.due().count == 1)
    bench.health.validated(
      bench.roster.keys[0], KeyFindings(.valid), roster: bench.roster, now: bench.now)
    #expect(bench.grant(tried: [bench.roster.keys[1]]) != nil)
  }

  @Test func aFailingKeyComesLastAndThenRests() throws {
    let bench = try HealthBench(count: 2)
    #expect(bench.attempt(Self.failing) == "k00")
    #expect(bench.attempt(.served) == "k01")
    #expect(bench.attempt(.served) == "k01", "one failure puts it last for a second")
    bench.now = .at(1)
    #expect(bench.attempt(Self.failing) == "k00")
    for second in [4.0, 9, 18] {
      bench.now = .at(second)
      #expect(bench.attempt(Self.failing) == "k00")
      #expect(bench.attempt(.served) == "k01")
    }
    // The fifth in a row opened its circuit; the wait after it is the circuit's.
    let tried = [bench.roster.keys[1]]
    #expect(bench.obstacle(tried: tried)?.isCircuitOpen == true)
    bench.now = .at(23)
    let probe = try #require(bench.grant(tried: tried))
    #expect(probe.isKeyProbe)
    #expect(bench.grant(tried: tried) == nil, "one probe at a time")
    bench.health.report(probe, .served, now: bench.now, random: 0)
    #expect(bench.grant(tried: tried) != nil)
  }

  @Test func aProbeThatIsAbandonedIsHandedOn() throws {
    let bench = try HealthBench(count: 2)
    let tried = [bench.roster.keys[1]]
    for _ in 0..<5 {
      let grant = try #require(bench.grant(tried: tried))
      bench.health.report(grant, Self.failing, now: bench.now, random: 0)
    }
    bench.now = .at(60)
    let probe = try #require(bench.grant(tried: tried))
    #expect(probe.isKeyProbe)
    bench.health.report(probe, .clientLeft, now: bench.now, random: 0)
    #expect(bench.grant(tried: tried)?.isKeyProbe == true)
  }

  @Test func aRefusalShowsThatTheProviderWorks() throws {
    let bench = try HealthBench(count: 1)
    for _ in 0..<4 { bench.attempt(Self.failing) }
    bench.attempt(.answered(.keySuspect))
    for _ in 0..<4 { bench.attempt(Self.failing) }
    #expect(bench.grant() != nil, "no five failures in a row")
  }

  // MARK: - Pools

  /// A thousand keys need not each fail: ten failures in a row, whosever, stop the pool.
  @Test func aFailingProviderStopsItsPool() throws {
    let bench = try HealthBench(count: 1_000)
    var failures = 0
    while bench.attempt(.connectFailed) != nil { failures += 1 }
    #expect(failures == 10)
    #expect(
      bench.obstacle()
        == Obstacle(
          againAt: .at(0.1), usableAt: .at(2), restEndsAt: .at(2), isCircuitOpen: true))
    bench.now = .at(2)
    let probe = try #require(bench.grant())
    #expect(probe.isPoolProbe)
    #expect(bench.grant() == nil, "one probe for the whole pool")
    bench.health.report(probe, .connectFailed, now: bench.now, random: 0)
    #expect(bench.obstacle()?.usableAt == .at(6), "twice as long")
    bench.now = .at(6)
    #expect(bench.attempt(.served) != nil)
    #expect(bench.grant() != nil, "closed again")
  }

  @Test func aKeysOwnFaultDoesNotStopThePool() throws {
    for end in [
      .answered(.keySuspect), .answered(.outOfMoney), Self.limited,
      .answered(.keyCannotServeModel), .answered(.clientFault),
    ] as [AttemptEnd] {
      let bench = try HealthBench(count: 40)
      for _ in 0..<30 { bench.attempt(end) }
      #expect(bench.grant() != nil, "\(end)")
    }
  }

  /// One good key among dead ones: the pool stays open, and the good key serves.
  @Test func oneGoodKeyKeepsThePoolOpen() throws {
    let bench = try HealthBench(count: 10)
    var failures = 0
    for request in 0..<200 {
      bench.now = .at(Double(request) * 0.05)
      var tried: [Key] = []
      var isServed = false
      while !isServed, let grant = bench.grant(tried: tried) {
        isServed = grant.key.id == "k07"
        bench.health.report(grant, isServed ? .served : .brokeOff, now: bench.now, random: 0)
        tried.append(grant.key)
        if !isServed { failures += 1 }
      }
      #expect(isServed, "request \(request)")
    }
    #expect(failures < 60)
  }

  @Test func levelsFailApart() throws {
    let bench = HealthBench([
      try RosterTests.key("high", level: 9), try RosterTests.key("low", level: 1),
    ])
    for _ in 0..<20 { bench.attempt(Self.failing, level: 9) }
    #expect(bench.grant(level: 9) == nil)
    #expect(bench.grant(level: 1)?.key.id == "low")
  }

  // MARK: - Retry budget

  @Test func retriesArePaidFor() throws {
    let bench = try HealthBench(count: 3)
    var granted = 0
    for _ in 0..<50 {
      if case .use = bench.choose(isRetry: true, isFirst: false) { granted += 1 }
    }
    #expect(granted == 10)
    #expect(bench.choose(isRetry: true).obstacle == Obstacle(isBudgetSpent: true))
    #expect(bench.grant() != nil, "what is no retry is free")
  }

  /// Of requests that have nowhere else to go a fifth may look before the pool's time, one at a time.
  @Test func aStoppedPoolIsLookedAtEarlyByWhoHasNowhereElse() throws {
    let bench = try HealthBench(count: 3)
    for _ in 0..<10 { bench.attempt(FailoverTests.failing) }
    bench.now = .at(0.5)
    var request = KeyRequest(level: 1, model: "m")
    func ask() -> Grant? {
      let answer = bench.health.choose(request, roster: bench.roster, now: bench.now)
      if case .use(let grant) = answer { return grant }
      #expect(answer.obstacle?.isCircuitOpen == true)
      return nil
    }
    // Ten have been there: that is a share of two.
    #expect(ask() == nil, "it may go elsewhere")
    request.isLastResort = true
    let first = try #require(ask())
    #expect(first.isPoolProbe)
    bench.now = .at(9)
    #expect(ask() == nil, "one is under way")
    bench.health.report(first, FailoverTests.failing, now: bench.now, random: 0)
    #expect((0..<5).compactMap { _ in ask() }.count == 1, "the other of the share")
    let budget = bench.health
    request.isCounted = true
    for _ in 0..<50 { #expect(ask() == nil) }
    #expect(bench.health.pools[0].circuit == budget.pools[0].circuit)
  }

  /// The first try on another level is free unless that level has failed last.
  @Test(
    arguments: [
      ([], false), ([FailoverTests.failing], true), ([FailoverTests.failing, .served], false),
      ([.served, FailoverTests.failing], true), ([.answered(.rateLimited(retryAfter: nil))], false),
    ] as [([AttemptEnd], Bool)])
  func anotherLevelThatFailsIsPaidFor(_ ends: [AttemptEnd], isPaid: Bool) throws {
    let bench = HealthBench([
      try RosterTests.key("high", level: 9), try RosterTests.key("low", level: 1),
      try RosterTests.key("low2", level: 1),
    ])
    for end in ends { bench.attempt(end) }
    while case .use = bench.choose(level: 9, isRetry: true, isFirst: false) {}
    let request = KeyRequest(level: 1, model: "m", isFirst: false, followsFailure: true)
    let answer = bench.health.choose(request, roster: bench.roster, now: bench.now)
    #expect((answer.obstacle == Obstacle(isBudgetSpent: true)) == isPaid)
  }

  // MARK: - Rosters

  /// What is known of (key, model) goes along to another level.
  @Test func aRestStaysWithAKeyAtAnotherLevel() throws {
    let bench = try HealthBench(count: 2)
    bench.attempt(.answered(.rateLimited(retryAfter: .seconds(50))))
    bench.attempt(.answered(.keyCannotServeModel), "other")
    bench.attempt(.served, "third")
    bench.roster = Roster(
      keys: [try RosterTests.key("k00", level: 4), try RosterTests.key("k01")], revision: 2)
    #expect(bench.obstacle(level: 4)?.usableAt == .at(50))
    #expect(bench.grant("third", level: 4)?.key.id == "k00")
    #expect(bench.grant("m")?.key.id == "k01" && bench.obstacle("other")?.isUnfit == true)
    // And to one whose lane is there already.
    bench.roster = Roster(
      keys: [try RosterTests.key("k00"), try RosterTests.key("k01", level: 4)], revision: 3)
    #expect(bench.obstacle("m")?.usableAt == .at(50))
    #expect(bench.obstacle("other", level: 4)?.isUnfit == true)
    bench.roster = Roster(
      keys: [try RosterTests.key("k00", level: 4, incarnation: 2)], revision: 4)
    #expect(bench.grant("m", level: 4) != nil, "another secret")
  }

  @Test func healthStaysWithAKeyInANewRoster() throws {
    let bench = try HealthBench(count: 2)
    bench.attempt(.answered(.rateLimited(retryAfter: .seconds(50))))
    bench.attempt(.answered(.outOfMoney))
    let keys = [
      try RosterTests.key("k00"), try RosterTests.key("k01"), try RosterTests.key("a-new"),
    ]
    bench.roster = Roster(keys: keys, revision: 2)
    #expect((0..<3).map { _ in bench.attempt(.served) } == ["a-new", "a-new", "a-new"])
    bench.now = .at(50)
    #expect(Set((0..<4).map { _ in bench.attempt(.served) }) == ["a-new", "k00"])
  }

  @Test func anotherSecretStartsAnew() throws {
    let bench = try HealthBench(count: 1)
    let old = try #require(bench.grant())
    bench.attempt(.answered(.outOfMoney))
    bench.attempt(Self.limited)
    #expect(bench.grant() == nil)
    bench.roster = Roster(keys: [try RosterTests.key("k00", incarnation: 2)], revision: 2)
    #expect(bench.grant() != nil)
    bench.health.report(old, .answered(.keySuspect), now: bench.now, random: 0)
    #expect(bench.health.status(now: bench.now).map(\.state) == [.ready], "old news is dropped")
  }

  /// A request that began before a key was taken out does not get it any more.
  @Test func theNewestRosterHolds() throws {
    let bench = try HealthBench(count: 2)
    let old = bench.roster
    bench.roster = Roster(keys: [try RosterTests.key("k01")], revision: 2)
    #expect(bench.grant()?.key.id == "k01")
    bench.roster = old
    #expect((0..<3).map { _ in bench.attempt(.served) } == ["k01", "k01", "k01"])
  }

  @Test func lanesAreBounded() throws {
    var policy = HealthPolicy()
    policy.lanesMax = 4
    let bench = try HealthBench(count: 3, policy: policy)
    var order: [String?] = []
    for number in 0..<9 {
      bench.now = .at(Double(number))
      order.append(bench.attempt(.served, "model-\(number)"))
    }
    // Models nobody knows take turns over the keys, too.
    #expect(order == ["k00", "k01", "k02", "k00", "k01", "k02", "k00", "k01", "k02"])
    bench.now = .at(20)
    bench.attempt(Self.limited, "kept")
    for number in 0..<3 { bench.attempt(.served, "again-\(number)") }
    #expect(bench.health.status(now: bench.now).count { $0.state == .cooling } == 1)
  }

  @Test func statusSaysWhy() throws {
    let bench = try HealthBench(count: 4)
    bench.attempt(.answered(.rateLimited(retryAfter: .seconds(9))))
    bench.attempt(.answered(.outOfMoney))
    bench.attempt(.answered(.keySuspect))
    bench.attempt(.answered(.keyCannotServeModel))
    let status = bench.health.status(now: bench.now)
    #expect(status.map(\.state) == [.cooling, .resting, .suspect, .cooling])
    #expect(
      status.map(\.reason) == [
        "rate limited for m", "out of money", "the provider refused it once", "cannot do m",
      ])
    #expect(status[0].until == .at(9) && status[1].until == .at(60))
    #expect(status[3].cooling == [.init(model: "m", until: .at(600), isRateLimited: false)])
  }
}

extension KeyAnswer {
  var obstacle: Obstacle? {
    if case .none(let obstacle) = self { obstacle } else { nil }
  }
}
