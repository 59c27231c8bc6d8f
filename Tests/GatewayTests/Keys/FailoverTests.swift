import Providers
import Testing

@testable import Gateway

@Suite("Failover")
struct FailoverTests {
  static let failing = AttemptEnd.answered(.providerFailing(retryAfter: nil))
  static let limited = AttemptEnd.answered(.rateLimited(retryAfter: nil))

  static func keys(_ provider: String, _ levels: [Int]) -> String {
    levels.enumerated().map {
      "{'provider': '\(provider)', 'label': '\($1)-\($0)', 'secret': 'k', 'level': \($1)}"
    }.joined(separator: ",")
  }

  /// Two providers: `a` with keys of levels 9, 9 and 1, `b` with one; the model `m` goes to both.
  static let document = """
    {'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'},
      {'name': 'b', 'dialect': 'openai', 'base_url': 'https://b.example'}],
     'keys': [\(keys("a", [9, 9, 1])), \(keys("b", [1]))],
     'users': [{'name': 'ada', 'level': 9}], 'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}],
     'models': [{'name': 'm', 'targets': [{'provider': 'a', 'model': 'x', 'weight': 1},
       {'provider': 'b', 'model': 'y', 'weight': 0}]}]}
    """

  static func document(keys count: Int) -> String {
    """
    {'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'}],
     'keys': [\(keys("a", Array(repeating: 1, count: count)))], 'users': [{'name': 'ada'}],
     'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}]}
    """
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    var document = FailoverTests.document
    var model = "m"
    /// How the attempts end, one after the other.
    let ends: [AttemptEnd]
    /// `provider/level` of each attempt, then the last step.
    let steps: [String]
    var queueWait = Duration.seconds(10)
    var testDescription: String { name }
  }

  static let rows: [Row] = [
    Row(name: "the first key serves", ends: [.served], steps: ["a/9", "done"]),
    Row(
      name: "rate limits: next key, lower level, next candidate",
      ends: [limited, limited, limited, .served], steps: ["a/9", "a/9", "a/1", "b/1", "done"]),
    Row(
      name: "all cooling: waits for the earliest",
      ends: [limited, limited, limited, limited, .served],
      steps: ["a/9", "a/9", "a/1", "b/1", "wait", "a/9", "done"]),
    Row(
      name: "all cooling for longer than the wait: 429 with the time",
      ends: Array(repeating: .answered(.rateLimited(retryAfter: .seconds(42.5))), count: 4),
      steps: ["a/9", "a/9", "a/1", "b/1", "allCooling(retryAfterSeconds: 43)"]),
    Row(
      name: "no waiting where it is switched off", ends: [limited, limited, limited, limited],
      steps: ["a/9", "a/9", "a/1", "b/1", "allCooling(retryAfterSeconds: 2)"], queueWait: .zero),
    Row(
      name: "a failing provider: its keys, its levels, then the other",
      ends: [failing, failing, failing, .served], steps: ["a/9", "a/9", "a/1", "b/1", "done"]),
    Row(
      name: "all failed: 502", ends: [failing, failing, failing, .brokeOff],
      steps: ["a/9", "a/9", "a/1", "b/1", "upstreamExhausted"]),
    Row(
      name: "the last real failure a timeout: 504",
      ends: [failing, failing, .timedOut(billable: false), .answered(.keySuspect)],
      steps: ["a/9", "a/9", "a/1", "b/1", "upstreamTimeout"]),
    Row(
      name: "a failure after a timeout: 502",
      ends: [.timedOut(billable: false), .connectFailed, .connectFailed, .connectFailed],
      steps: ["a/9", "a/9", "a/1", "b/1", "upstreamExhausted"]),
    Row(
      name: "a timeout that may be billed is not repeated", ends: [.timedOut(billable: true)],
      steps: ["a/9", "upstreamTimeout"]),
    Row(
      name: "the client's fault is final", ends: [.answered(.clientFault)], steps: ["a/9", "done"]),
    Row(
      name: "key suspect, then money, then served",
      ends: [.answered(.keySuspect), .answered(.outOfMoney), .served],
      steps: ["a/9", "a/9", "a/1", "done"]),
    Row(
      name: "no key can do the model: 404",
      ends: Array(repeating: .answered(.keyCannotServeModel), count: 4),
      steps: ["a/9", "a/9", "a/1", "b/1", "modelNotServed(model: \"m\")"]),
    Row(
      name: "every key refused: 502", ends: Array(repeating: .answered(.keySuspect), count: 4),
      steps: ["a/9", "a/9", "a/1", "b/1", "upstreamExhausted"]),
    Row(
      name: "429, then 500, then the third key answers", document: document(keys: 3), model: "x",
      ends: [limited, failing, .served], steps: ["a/1", "a/1", "a/1", "done"]),
    Row(
      name: "a pool of many keys is walked fully", document: document(keys: 60), model: "x",
      ends: Array(repeating: .answered(.keySuspect), count: 59) + [.served],
      steps: Array(repeating: "a/1", count: 60) + ["done"]),
    Row(
      name: "a provider that is down: ten failures, not a thousand",
      document: document(keys: 1_000),
      model: "x", ends: Array(repeating: .connectFailed, count: 1_000),
      steps: Array(repeating: "a/1", count: 10) + ["upstreamExhausted"]),
    Row(name: "the client left", ends: [.clientLeft], steps: ["a/9", "done"]),
    Row(
      name: "cut after content is final", ends: [.cutAfterContent], steps: ["a/9", "done"]),
  ]

  @Test(arguments: rows)
  func walks(_ row: Row) throws {
    let world = try World(row.document)
    var failover = Failover(
      plan: try world.plan(model: row.model), queueWait: row.queueWait, deadline: .at(600),
      random: 1)
    var now = Moment.at(0)
    var steps: [String] = []
    var ends = row.ends[...]
    loop: while steps.count < row.steps.count {
      switch failover.next(now: now) {
      case .attempt(let choice):
        steps.append("\(choice.candidate.provider.name)/\(choice.level)")
        let given = ends.popFirst()
        let end = try #require(given)
        now = now + .milliseconds(1)
        failover.report(end, now: now)
        if end.isFinal, !end.isTimeout { steps.append("done") }
      case .wait(let until):
        #expect(until > now)
        if steps.last != "wait" { steps.append("wait") }
        now = until
      case .refuse(let refusal):
        steps.append("\(refusal)".replacing("Refusal.", with: ""))
        break loop
      }
    }
    #expect(steps == row.steps)
  }

  @Test func aKeyIsTriedOnceUntilAWait() throws {
    let world = try World(Self.document(keys: 5))
    var failover = Failover(
      plan: try world.plan(model: "x"), queueWait: .seconds(10), deadline: .at(600), random: 1)
    var seen: Set<String> = []
    for number in 1...5 {
      guard case .attempt(let choice) = failover.next(now: .at(0)) else {
        return #expect(Bool(false))
      }
      #expect(choice.number == number && seen.insert(choice.key.id).inserted)
      failover.report(.answered(.keySuspect), now: .at(0))
    }
    guard case .refuse(.upstreamExhausted) = failover.next(now: .at(0)) else {
      return #expect(Bool(false))
    }
    #expect(failover.attempts == 5)
  }

  @Test func nothingBeginsAfterTheDeadline() throws {
    let world = try World(Self.document)
    let plan = try world.plan(model: "m")
    var failover = Failover(plan: plan, queueWait: .seconds(10), deadline: .at(5), random: 1)
    guard case .attempt = failover.next(now: .at(0)) else { return #expect(Bool(false)) }
    failover.report(.connectFailed, now: .at(5))
    guard case .refuse(.upstreamTimeout) = failover.next(now: .at(5)) else {
      return #expect(Bool(false))
    }
    var late = Failover(plan: plan, queueWait: .seconds(10), deadline: .at(5), random: 1)
    guard case .refuse(.allCooling) = late.next(now: .at(6)) else { return #expect(Bool(false)) }
  }

  /// All waits of a request together stay within `queue_wait`.
  @Test func waitingHasAnEnd() throws {
    let world = try World(Self.document(keys: 1))
    var failover = Failover(
      plan: try world.plan(model: "x"), queueWait: .seconds(10), deadline: .at(600), random: 1)
    var now = Moment.at(0)
    var refusal: Refusal?
    while refusal == nil {
      switch failover.next(now: now) {
      case .attempt: failover.report(Self.limited, now: now)
      case .wait(let until): now = until
      case .refuse(let given): refusal = given
      }
    }
    // Rests of 1, 2 and 4 s, lengthened by up to a quarter, fit; the next does not.
    #expect(now >= .at(7) && now < .at(10))
    guard case .allCooling(let seconds)? = refusal else { return #expect(Bool(false)) }
    #expect((7...11).contains(seconds))
  }

  /// A pool whose circuit is open is waited for, and one of those who wait finds it well again.
  @Test func whoComesToAnOpenCircuitWaits() throws {
    let world = try World(Self.document(keys: 20))
    let plan = try world.plan(model: "x")
    var down = Failover(plan: plan, queueWait: .seconds(10), deadline: .at(600), random: 0)
    while case .attempt = down.next(now: .at(0)) { down.report(.connectFailed, now: .at(0)) }
    #expect(world.snapshot.provider(named: "a")?.state.status(now: .at(0)).count == 20)
    var first = Failover(plan: plan, queueWait: .seconds(10), deadline: .at(600), random: 1)
    var second = Failover(plan: plan, queueWait: .seconds(10), deadline: .at(600), random: 2)
    guard case .wait(until: .at(0.6)) = first.next(now: .at(0.5)),
      case .wait = second.next(now: .at(0.5))
    else { return #expect(Bool(false)) }
    guard case .wait = second.next(now: .at(3)) else { return #expect(Bool(false)) }
    guard case .attempt = first.next(now: .at(3)) else { return #expect(Bool(false)) }
    guard case .wait = second.next(now: .at(3.1)) else { return #expect(Bool(false)) }
    first.report(.served, now: .at(3.2))
    guard case .attempt = second.next(now: .at(3.2)) else { return #expect(Bool(false)) }
  }

  @Test func aWaitingRequestGoesBeforeANewOne() throws {
    let world = try World(Self.document(keys: 1))
    let plan = try world.plan(model: "x")
    var first = Failover(plan: plan, queueWait: .seconds(10), deadline: .at(600), random: 1)
    guard case .attempt = first.next(now: .at(0)) else { return #expect(Bool(false)) }
    first.report(.answered(.rateLimited(retryAfter: .seconds(2))), now: .at(0))
    guard case .wait(until: .at(1)) = first.next(now: .at(0)),
      case .wait(until: .at(2)) = first.next(now: .at(1))
    else { return #expect(Bool(false)) }
    #expect(first.usableAt == .at(2))
    var second = Failover(plan: plan, queueWait: .seconds(10), deadline: .at(600), random: 2)
    guard case .wait = second.next(now: .at(1.95)) else { return #expect(Bool(false)) }
    var third = Failover(plan: plan, queueWait: .seconds(10), deadline: .at(600), random: 3)
    guard case .wait = third.next(now: .at(2)) else { return #expect(Bool(false)) }
    guard case .wait = second.next(now: .at(2)) else { return #expect(Bool(false)) }
    guard case .attempt = first.next(now: .at(2)) else { return #expect(Bool(false)) }
    first.report(.served, now: .at(2))
    guard case .wait = third.next(now: .at(2.005)) else { return #expect(Bool(false)) }
    guard case .attempt = second.next(now: .at(2.01)) else { return #expect(Bool(false)) }
    guard case .attempt = third.next(now: .at(2.01)) else { return #expect(Bool(false)) }
  }

  @Test func whoLeavesTheLineFreesIt() throws {
    let world = try World(Self.document(keys: 1))
    let plan = try world.plan(model: "x")
    func wait() {
      var leaving = Failover(plan: plan, queueWait: .seconds(10), deadline: .at(600), random: 1)
      if case .attempt = leaving.next(now: .at(0)) {
        leaving.report(.answered(.rateLimited(retryAfter: .seconds(2))), now: .at(0))
      }
      guard case .wait = leaving.next(now: .at(0)) else { return #expect(Bool(false)) }
    }
    wait()
    var next = Failover(plan: plan, queueWait: .seconds(10), deadline: .at(600), random: 2)
    guard case .attempt = next.next(now: .at(2)) else { return #expect(Bool(false)) }
  }

  private final class Waiting {
    var failover: Failover
    let arrivedAt: Moment
    var wakesAt: Moment

    init(_ plan: Plan, at now: Moment, random: UInt64) {
      failover = Failover(
        plan: plan, queueWait: .seconds(10), deadline: now + .seconds(60), random: random)
      arrivedAt = now
      wakesAt = now
    }
  }

  /// One key, 500 requests a second, and a rest of two seconds: everyone is served, those who came
  /// first first, and half a second after the rest nobody waits any more.
  @Test(arguments: [51, 52] as [UInt64])
  func aBusyKeyCatchesUp(seed: UInt64) throws {
    let world = try World(Self.document(keys: 1))
    let plan = try world.plan(model: "x")
    var random = Seeded(state: seed)
    var first = Failover(plan: plan, queueWait: .zero, deadline: .at(600), random: 1)
    guard case .attempt = first.next(now: .at(0)) else { return #expect(Bool(false)) }
    first.report(.answered(.rateLimited(retryAfter: .seconds(2))), now: .at(0))

    var requests: [Waiting] = []
    var served: [(arrived: Moment, at: Moment)] = []
    var arrivals = 0
    for millisecond in 1...4_000 {
      let now = Moment.at(Double(millisecond) / 1_000)
      if millisecond % 2 == 0 {
        requests.append(Waiting(plan, at: now, random: random.next()))
        arrivals += 1
      }
      for request in requests.filter({ $0.wakesAt <= now }).shuffled(using: &random) {
        switch request.failover.next(now: now) {
        case .attempt:
          request.failover.report(.served, now: now)
          served.append((request.arrivedAt, now))
          requests.removeAll { $0 === request }
        case .wait(let until): request.wakesAt = until
        case .refuse(let refusal):
          #expect(Bool(false), "seed \(seed): \(refusal)")
          requests.removeAll { $0 === request }
        }
      }
    }
    #expect(served.count == arrivals && requests.isEmpty, "seed \(seed)")
    let late = served.filter { $0.at > .at(2.5) && $0.at - $0.arrived > .milliseconds(20) }
    #expect(late.isEmpty, "seed \(seed): \(late.count)")
    // Within a batch the order is open; nobody overtakes by more than that.
    var latest = Moment.at(0)
    for entry in served where entry.at < .at(2.05) {
      #expect(entry.arrived + .milliseconds(300) > latest, "seed \(seed)")
      latest = max(latest, entry.arrived)
    }
  }

  /// A ticket for one provider's line says nothing in another's.
  @Test func ticketsAreTheirProvidersOwn() throws {
    let world = try World(Self.document)
    let plan = try world.plan(model: "m")
    let onlyB = Plan(model: "m", candidates: [plan.candidates[1]])
    var first = plan.candidates[0]
    first.tiers = Tiers(upTo: 1)
    let onlyA = Plan(model: "m", candidates: [first])
    let stated = AttemptEnd.answered(.rateLimited(retryAfter: .seconds(2)))
    var onA = Failover(plan: onlyA, queueWait: .seconds(10), deadline: .at(600), random: 1)
    guard case .attempt = onA.next(now: .at(0)) else { return #expect(Bool(false)) }
    onA.report(stated, now: .at(0))
    guard case .wait = onA.next(now: .at(0)) else { return #expect(Bool(false)) }
    var onB = Failover(plan: onlyB, queueWait: .seconds(10), deadline: .at(600), random: 1)
    guard case .attempt = onB.next(now: .at(0)) else { return #expect(Bool(false)) }
    onB.report(stated, now: .at(0))
    guard case .wait = onB.next(now: .at(0)) else { return #expect(Bool(false)) }
    // It holds the first ticket of a's line, and comes to b's as one without a ticket.
    var both = Failover(plan: plan, queueWait: .seconds(10), deadline: .at(600), random: 1)
    while case .attempt = both.next(now: .at(0)) { both.report(stated, now: .at(0)) }
    guard case .wait = both.next(now: .at(0)) else { return #expect(Bool(false)) }
    #expect(both.usableAt == .at(2))
    guard case .attempt = onB.next(now: .at(2)) else { return #expect(Bool(false)) }
  }

  /// An attempt that is never reported gives its probe back when the request goes away.
  @Test func aProbeIsGivenBack() throws {
    let world = try World(Self.document(keys: 1))
    let plan = try world.plan(model: "x")
    for _ in 0..<5 {
      var failover = Failover(plan: plan, queueWait: .zero, deadline: .at(600), random: 0)
      guard case .attempt = failover.next(now: .at(0)) else { continue }
      failover.report(.connectFailed, now: .at(0))
    }
    func abandon() {
      var failover = Failover(plan: plan, queueWait: .zero, deadline: .at(600), random: 0)
      guard case .attempt = failover.next(now: .at(60)) else { return #expect(Bool(false)) }
    }
    abandon()
    abandon()
  }

  @Test func aPinnedRequestStaysOnItsKey() throws {
    let world = try World(Self.document)
    let key = try #require(try world.provider("a").roster.keys.last)
    let plan = try Router.plan(
      .init(model: "m", dialect: .openai, pinnedKeyID: key.id), caller: try world.caller("t"),
      snapshot: world.snapshot, random: 0)
    for end in [Self.failing, .answered(.keySuspect), .answered(.keyCannotServeModel)] {
      var failover = Failover(plan: plan, queueWait: .seconds(10), deadline: .at(600), random: 1)
      guard case .attempt(let choice) = failover.next(now: .at(0)) else {
        return #expect(Bool(false))
      }
      #expect(choice.key === key)
      failover.report(end, now: .at(0))
      guard case .refuse = failover.next(now: .at(0)) else { return #expect(Bool(false)) }
    }
    var waiting = Failover(plan: plan, queueWait: .seconds(10), deadline: .at(9_000), random: 1)
    guard case .attempt = waiting.next(now: .at(700)) else { return #expect(Bool(false)) }
    waiting.report(.answered(.rateLimited(retryAfter: .seconds(3))), now: .at(700))
    guard case .wait = waiting.next(now: .at(700)) else { return #expect(Bool(false)) }
    #expect(waiting.usableAt == .at(703))
    guard case .attempt(let again) = waiting.next(now: .at(703)) else {
      return #expect(Bool(false))
    }
    #expect(again.key === key)
  }

  /// With one of two providers down, the extra load on it is a fifth, and every request is served
  /// by the other.
  @Test(arguments: [41, 42, 43] as [UInt64])
  func aProviderThatIsDownGetsAtMostAFifthMore(seed: UInt64) throws {
    let world = try World(
      """
      {'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'},
        {'name': 'b', 'dialect': 'openai', 'base_url': 'https://b.example'}],
       'keys': [\(Self.keys("a", Array(repeating: 1, count: 50))), \(Self.keys("b", [1]))],
       'users': [{'name': 'ada'}], 'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}],
       'models': [{'name': 'm', 'targets': [{'provider': 'a', 'model': 'x'},
         {'provider': 'b', 'model': 'y', 'weight': 0}]}]}
      """)
    var random = Seeded(state: seed)
    var now = Moment.at(0)
    var first = 0
    var retries = 0
    for _ in 0..<5_000 {
      now = now + .microseconds(Int64.random(in: 0...4_000, using: &random))
      var failover = Failover(
        plan: try world.plan(model: "m"), queueWait: .zero, deadline: now + .seconds(60),
        random: random.next())
      var onA = 0
      var isServed = false
      while case .attempt(let choice) = failover.next(now: now) {
        guard choice.candidate.provider.name == "a" else {
          failover.report(.served, now: now)
          isServed = true
          break
        }
        onA += 1
        failover.report(.connectFailed, now: now)
      }
      #expect(isServed, "seed \(seed)")
      first += min(onA, 1)
      retries += max(onA - 1, 0)
    }
    // Ten seconds' floor, once, and a fifth of what went there.
    #expect(retries <= 10 + first / 5, "seed \(seed): \(first) and \(retries)")
  }

  /// A level that is known to fail is no free try: whatever the rate and however many levels there
  /// are, the extra load on a provider that is down is a fifth, and once ten and the other levels.
  @Test(arguments: [0.1, 0.5, 2, 20], [[1], [9, 5, 1], [9, 9, 9, 5, 5, 1]])
  func moreLevelsAreNoMoreLoad(perSecond: Double, levels: [Int]) throws {
    let world = try World(
      """
      {'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'}],
       'keys': [\(Self.keys("a", levels))], 'users': [{'name': 'ada', 'level': 9}],
       'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}]}
      """)
    let plan = try world.plan(model: "x")
    let requests = 200
    var attempts = 0
    func ask(_ number: Int, _ end: AttemptEnd) -> String? {
      let now = Moment.at(Double(number) / perSecond)
      var failover = Failover(
        plan: plan, queueWait: .zero, deadline: now + .seconds(60), random: UInt64(number))
      var last: String?
      while case .attempt(let choice) = failover.next(now: now) {
        attempts += 1
        last = "\(choice.level)"
        failover.report(end, now: now)
        if end == .served { break }
      }
      return last
    }
    for number in 0..<requests { _ = ask(number, Self.failing) }
    #expect(attempts <= requests + requests / 5 + 10 + Set(levels).count - 1)
    // And is used again within the rest of its circuits.
    let later = requests + Int((10 * perSecond).rounded(.up))
    #expect(ask(later, .served) != nil)
  }

  /// First come, first served: the first one, let go and limited again, does not go to the end.
  @Test func whoIsLimitedAgainKeepsItsPlace() throws {
    let world = try World(Self.document(keys: 1))
    let plan = try world.plan(model: "x")
    func request(_ random: UInt64) -> Failover {
      Failover(plan: plan, queueWait: .seconds(60), deadline: .at(600), random: random)
    }
    var first = request(1)
    guard case .attempt = first.next(now: .at(0)) else { return #expect(Bool(false)) }
    first.report(.answered(.rateLimited(retryAfter: .seconds(1))), now: .at(0))
    guard case .wait = first.next(now: .at(0)) else { return #expect(Bool(false)) }
    var second = request(2)
    guard case .wait = second.next(now: .at(0.5)) else { return #expect(Bool(false)) }
    guard case .attempt = first.next(now: .at(1)) else { return #expect(Bool(false)) }
    first.report(.answered(.rateLimited(retryAfter: .seconds(1))), now: .at(1))
    guard case .wait = first.next(now: .at(1)), case .wait = second.next(now: .at(1)) else {
      return #expect(Bool(false))
    }
    guard case .wait = second.next(now: .at(2)) else { return #expect(Bool(false)) }
    guard case .attempt = first.next(now: .at(2)) else { return #expect(Bool(false)) }
  }
}
