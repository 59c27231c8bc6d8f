import Providers
import Testing

@testable import Gateway

/// A pool of one level, asked every tenth of a second.
private final class AskedPool {
  let keys: [Key]
  private let plan: Plan
  private var random: Seeded
  private(set) var now = Moment.at(0)
  private(set) var requests = 0
  /// Attempts with each key.
  private(set) var attempts: [String: Int] = [:]

  init(count: Int, seed: UInt64) throws {
    let world = try World(FailoverTests.document(keys: count))
    plan = try world.plan(model: "x")
    keys = try world.provider("a").roster.keys
    random = Seeded(state: seed)
  }

  var attemptsInAll: Int { attempts.values.reduce(0, +) }

  /// Makes one request; says which key served it.
  func ask(every pause: Duration = .milliseconds(100), _ answer: (Key) -> AttemptEnd) -> Key? {
    defer { now = now + pause }
    requests += 1
    var failover = Failover(
      plan: plan, queueWait: .zero, deadline: now + .seconds(60), random: random.next())
    while case .attempt(let choice) = failover.next(now: now) {
      attempts[choice.key.id, default: 0] += 1
      let end = answer(choice.key)
      failover.report(end, now: now)
      if end == .served { return choice.key }
    }
    return nil
  }
}

@Suite("Failing keys among good ones")
struct FailingKeysTests {
  static let failing = FailoverTests.failing

  /// One good key among many that fail: once it has served, no request ends in a refusal.
  ///
  /// Before that a pool of more than ten keys is looked through, ten at once and then, after a rest of
  /// at most 2.5 s, one key after the other; whether all were good a while ago or nothing was known.
  @Test(arguments: [3, 10, 13, 20, 31], [61, 62, 63, 64, 65, 66] as [UInt64])
  func oneGoodKeyIsFoundAndKept(count: Int, seed: UInt64) throws {
    var random = Seeded(state: seed)
    let pool = try AskedPool(count: count, seed: seed)
    // The last place is the worst: all others are met before it.
    let place = seed == 61 ? count - 1 : Int.random(in: 0..<count, using: &random)
    let good = pool.keys[place]
    if seed % 2 == 0 {
      for _ in 0..<(count + Int.random(in: 0..<count, using: &random)) {
        #expect(pool.ask { _ in .served } != nil)
      }
    }
    let (requests, attempts) = (pool.requests, pool.attemptsInAll)
    var before = 0
    var isFound = false
    for _ in 0..<600 {
      if pool.ask({ $0 === good ? .served : Self.failing }) != nil {
        isFound = true
      } else {
        #expect(!isFound, "seed \(seed): at \(pool.now)")
        before += 1
      }
    }
    // A request each tenth of a second; a rest of at most 0.32 s behind each key but the first ten.
    let unknown = max(0, count - 10)
    #expect(isFound && before <= (unknown > 0 ? 26 + 4 * unknown : 0), "seed \(seed): \(before)")
    let extra = pool.attemptsInAll - attempts - (pool.requests - requests)
    #expect(extra <= 10 + (pool.requests - requests) / 5, "seed \(seed): \(extra)")
  }

  @Test func goodKeysTakeExactTurns() throws {
    let pool = try AskedPool(count: 7, seed: 1)
    for turn in 0..<70 {
      #expect(pool.ask { _ in .served } === pool.keys[turn % 7])
    }
  }

  /// A key that works again serves again with the first trial after its doubt, and then in turn.
  @Test(arguments: [71, 72, 73] as [UInt64])
  func aKeyThatWorksAgainIsInTurnAgain(seed: UInt64) throws {
    let pool = try AskedPool(count: 4, seed: seed)
    let ill = pool.keys[1]
    for _ in 0..<300 {
      #expect(pool.ask { $0 === ill ? Self.failing : .served } != nil)
    }
    var wait = 0
    while pool.ask({ _ in .served }) !== ill, wait < 600 { wait += 1 }
    // In doubt for at most 16 s after five failures in 30 s.
    #expect(wait <= 170, "seed \(seed): \(wait)")
    let before = pool.attempts
    for _ in 0..<40 { #expect(pool.ask { _ in .served } != nil) }
    for key in pool.keys {
      let turns = (pool.attempts[key.id] ?? 0) - (before[key.id] ?? 0)
      #expect((9...11).contains(turns), "seed \(seed)")
    }
  }

  /// A thousand keys need not each fail, and fewer requests go out than come in.
  ///
  /// Ten fail, 256 more in quick succession, and then one after each rest; none for want of a
  /// connection.
  @Test(
    arguments: [
      (.answered(.providerFailing(retryAfter: nil)), 200...290), (.brokeOff, 200...290),
      (.connectFailed, 11...25),
    ] as [(AttemptEnd, ClosedRange<Int>)])
  func aProviderThatIsDownIsLeftAlone(end: AttemptEnd, attempts: ClosedRange<Int>) throws {
    let pool = try AskedPool(count: 1_000, seed: 1)
    #expect(pool.ask { _ in end } == nil && pool.attemptsInAll == 10)
    for _ in 0..<599 { #expect(pool.ask { _ in end } == nil) }
    #expect(attempts.contains(pool.attemptsInAll), "\(pool.attemptsInAll)")
  }

  // MARK: - Trials

  /// One request at a time tries a failing key, in its turn, and its retry is set aside.
  @Test func aFailingKeyIsTriedByOneAtATime() throws {
    let bench = try HealthBench(count: 3)
    #expect(bench.attempt(Self.failing) == "k00")
    let meanwhile = (0..<4).map { _ in bench.attempt(.served) }
    #expect(meanwhile == ["k01", "k02", "k01", "k02"])
    bench.now = .at(1)
    let trial = try #require(bench.grant())
    #expect(trial.key.id == "k00" && trial.isTrial)
    let others = (0..<4).compactMap { _ in bench.grant() }
    #expect(others.allSatisfy { $0.key.id != "k00" && !$0.isTrial })
    bench.health.report(trial, .served, now: bench.now, random: 0)
    let later = (0..<6).compactMap { _ in bench.attempt(.served) }
    #expect(Set(later).count == 3, "it is in turn again")
  }

  /// A retry, and the probe of an open pool, go to the key that served last.
  @Test func retriesAndProbesGoWhereOneWasServed() throws {
    let bench = try HealthBench(count: 40)
    #expect(bench.attempt(.served) == "k00")
    #expect(bench.attempt(Self.failing) == "k01")
    guard case .use(let retry) = bench.choose(isRetry: true, isFirst: false) else {
      return #expect(Bool(false))
    }
    #expect(retry.key.id == "k00" && !retry.isTrial)
    bench.health.report(retry, .clientLeft, now: bench.now, random: 0)
    for _ in 0..<9 { bench.attempt(Self.failing) }
    #expect(bench.obstacle()?.isCircuitOpen == true)
    bench.now = .at(2)
    let probe = try #require(bench.grant())
    #expect(probe.isPoolProbe && probe.key.id == "k00")
  }

  /// Who could not pay for a retry takes no risk; a user's own key is its own.
  @Test func whoCannotPayForARetryIsServedWhereOneWas() throws {
    let bench = try HealthBench(count: 30)
    #expect(bench.attempt(.served) == "k00" && bench.attempt(Self.failing) == "k01")
    for _ in 0..<10 { _ = bench.choose(isRetry: true, isFirst: false) }
    #expect((0..<3).map { _ in bench.attempt(.served) } == ["k00", "k00", "k00"])
    let homes = (0..<20 as Range<UInt64>).map { user -> String? in
      let request = KeyRequest(level: 1, model: "m", affinity: StableHash.mix(user))
      let answer = bench.health.choose(request, roster: bench.roster, now: bench.now)
      if case .use(let grant) = answer { return grant.key.id }
      return nil
    }
    #expect(Set(homes).count > 5)
    bench.now = .at(20)
    #expect(Set((0..<4).map { _ in bench.attempt(.served) }).count > 2, "in turn again")
  }

  /// Trials that fail say nothing of the pool, though no success comes between them.
  @Test func trialsDoNotStopThePool() throws {
    let bench = try HealthBench(count: 12)
    for _ in 0..<9 { bench.attempt(Self.failing) }
    #expect(bench.attempt(.served) == "k09")
    for _ in 0..<2 { bench.attempt(Self.failing) }
    // So many requests that the budget lets every key be tried.
    #expect((0..<200).allSatisfy { _ in bench.attempt(.served) == "k09" })
    bench.now = .at(2)
    for _ in 0..<11 {
      let trial = try #require(bench.grant())
      #expect(trial.isTrial)
      bench.health.report(trial, Self.failing, now: bench.now, random: 0)
    }
    #expect(bench.attempt(.served) == "k09")
  }

  /// A pool of which nothing is known is looked through at a quick pace, and only then rests longer.
  @Test func aStoppedPoolIsLookedThrough() throws {
    let bench = try HealthBench(count: 13)
    for _ in 0..<10 { bench.attempt(Self.failing) }
    var probes: [Double] = []
    for step in 0..<200 {
      bench.now = .at(Double(step) / 10)
      if bench.attempt(Self.failing) != nil { probes.append(Double(step) / 10) }
    }
    #expect(probes == [2, 2.3, 2.6, 2.9, 6.9, 11.9, 16.9])
  }

  /// A request whose probe has failed goes on with the next key, as far as its retries are paid for:
  /// a fifth of the requests, and the floor once, however slowly they come.
  @Test func whoHasProbedMayGoOn() throws {
    let pool = try AskedPool(count: 31, seed: 5)
    let good = pool.keys[30]
    var served: Int?
    for request in 0..<30 where served == nil {
      if pool.ask(every: .seconds(2), { $0 === good ? .served : Self.failing }) != nil {
        served = request
      }
    }
    let requests = try #require(served) + 1
    #expect((10...20).contains(requests), "\(pool.attempts.count) keys were asked")
    let attempts = pool.attempts.values.reduce(0, +)
    #expect(attempts > requests + 10 && attempts <= requests * 6 / 5 + 10)
  }

  // MARK: - None is good

  /// The only good key of many that fail may fail too for a moment: it is asked first as before, and
  /// when the pool has stopped, again after the first rest.
  @Test(arguments: [1, 2, 4, 13, 41], [1, 3, 5, 9, 10, 30])
  func whatServedLastIsAskedFirst(count: Int, failures: Int) throws {
    let pool = try AskedPool(count: count, seed: 6)
    let good = pool.keys[count - 1]
    for _ in 0..<900 { _ = pool.ask { $0 === good ? .served : Self.failing } }
    let end = pool.now + .milliseconds(100 * failures)
    var refused = 0
    for _ in 0..<300 {
      let key = pool.ask { key in
        key === good && pool.now >= end ? .served : Self.failing
      }
      if key == nil { refused += 1 }
    }
    // Ten failures stop it for at most 2.5 s.
    #expect(refused >= failures && refused <= (failures < 10 ? failures : failures + 36))
  }

  /// Of many keys that have all failed for long, one that is back is found: nothing else can serve, and
  /// a fifth of the requests, those included that are refused at once, look for it.
  @Test(arguments: [2, 10, 40], [1, 2, 10] as [Double])
  func theOneThatIsBackIsFound(count: Int, perSecond: Double) throws {
    let pool = try AskedPool(count: count, seed: 9)
    let pause = Duration.milliseconds(Int64(1_000 / perSecond))
    for _ in 0..<3 * count { #expect(pool.ask { _ in .served } != nil) }
    let good = pool.keys[count / 2]
    let down = Int(60 * perSecond)
    let before = pool.attemptsInAll
    for _ in 0..<down { #expect(pool.ask(every: pause) { _ in Self.failing } == nil) }
    #expect(pool.attemptsInAll - before <= down * 6 / 5 + 10)
    var refused = 0
    while pool.ask(every: pause, { $0 === good ? .served : Self.failing }) == nil, refused < 5_000 {
      refused += 1
    }
    // Each key has its turn; now and then the one that served last is asked between.
    let seconds = Double(refused) / perSecond
    #expect(seconds <= 10 + 1.5 * Double(count) * min(6.25, max(0.5, 5 / perSecond)))
  }

  /// A provider that is back is used again soon, and its keys share the work as before.
  @Test(arguments: [1, 3, 10, 30], [1, 5, 20, 300])
  func aProviderThatIsBackIsUsedAgain(count: Int, seconds: Int) throws {
    let pool = try AskedPool(count: count, seed: 8)
    for _ in 0..<100 { #expect(pool.ask { _ in .served } != nil) }
    for _ in 0..<seconds * 10 { #expect(pool.ask { _ in Self.failing } == nil) }
    var wait = 0
    while pool.ask({ _ in .served }) == nil, wait < 600 { wait += 1 }
    #expect(wait <= 64, "at most five seconds and a quarter")
    // Failing keys are tried again with retries that are left, of which there are some in ten seconds.
    for _ in 0..<160 { #expect(pool.ask { _ in .served } != nil) }
    let before = pool.attempts
    for _ in 0..<count * 10 { #expect(pool.ask { _ in .served } != nil) }
    for key in pool.keys {
      let turns = (pool.attempts[key.id] ?? 0) - (before[key.id] ?? 0)
      #expect((8...12).contains(turns), "\(turns) sixteen seconds later")
    }
  }

  /// What rests for another reason than its failures is not asked before others.
  @Test func whatIsSuspectIsNotAskedFirst() throws {
    let bench = try HealthBench(count: 3)
    for _ in 0..<2 { bench.attempt(Self.failing) }
    #expect(bench.attempt(.served) == "k02")
    #expect(bench.attempt(.answered(.keySuspect)) == "k02")
    #expect(bench.attempt(Self.failing) != "k02")
  }
}
