import Providers
import Testing

@testable import Gateway

@Suite("Requests that wait")
struct FailoverWaitingTests {
  /// A key that comes while a request waits serves it at its next look, before all who came later.
  @Test func whoWaitsFindsANewKey() throws {
    var world = try World(FailoverTests.document(keys: 1))
    var first = Failover(
      plan: try world.plan(model: "x"), queueWait: .seconds(10), deadline: .at(600), random: 1)
    guard case .attempt = first.next(now: .at(0)) else { return #expect(Bool(false)) }
    first.report(.answered(.rateLimited(retryAfter: .seconds(7))), now: .at(0))
    guard case .wait(until: .at(1)) = first.next(now: .at(0)) else {
      return #expect(Bool(false))
    }
    #expect(first.usableAt == .at(7))
    try world.load("{'keys': [{'provider': 'a', 'label': 'new', 'secret': 'n'}]}")
    var later = Failover(
      plan: try world.plan(model: "x"), queueWait: .seconds(10), deadline: .at(600), random: 2)
    guard case .wait(until: .at(0.06)) = later.next(now: .at(0.05)),
      case .wait(until: .at(1)) = later.next(now: .at(0.06))
    else { return #expect(Bool(false)) }
    guard case .attempt(let choice) = first.next(now: .at(1)) else {
      return #expect(Bool(false))
    }
    #expect(choice.key.label == "new")
    guard case .attempt = later.next(now: .at(1)) else { return #expect(Bool(false)) }
  }

  /// Who only looks does not ask the same key again.
  @Test func aLookIsNoNewTry() throws {
    let world = try World(FailoverTests.document(keys: 2))
    var failover = Failover(
      plan: try world.plan(model: "x"), queueWait: .seconds(10), deadline: .at(600), random: 1)
    let ends: [AttemptEnd] = [
      .answered(.keySuspect), .answered(.rateLimited(retryAfter: .seconds(4))),
    ]
    for end in ends {
      guard case .attempt = failover.next(now: .at(0)) else { return #expect(Bool(false)) }
      failover.report(end, now: .at(0))
    }
    var now = Moment.at(0)
    while case .wait(let until) = failover.next(now: now) {
      #expect(failover.usableAt == .at(4) && until <= now + .seconds(1))
      now = until
    }
    #expect(now == .at(4) && failover.attempts == 3)
  }

  /// Who is refused while others stand before it is told what they wait for.
  @Test func aPlaceBehindAnOpenCircuitIsNoRateLimit() throws {
    let world = try World(FailoverTests.document(keys: 20))
    let plan = try world.plan(model: "x")
    func request(_ queueWait: Duration) -> Failover {
      Failover(plan: plan, queueWait: queueWait, deadline: .at(600), random: 0)
    }
    var down = request(.seconds(10))
    while case .attempt = down.next(now: .at(0)) { down.report(FailoverTests.failing, now: .at(0)) }
    var first = request(.seconds(10))
    var second = request(.seconds(10))
    guard case .wait = first.next(now: .at(1.95)), case .wait = second.next(now: .at(1.95)) else {
      return #expect(Bool(false))
    }
    // The circuit is to be probed, by the first of the line.
    var impatient = request(.zero)
    guard case .refuse(.upstreamExhausted) = impatient.next(now: .at(2.5)) else {
      return #expect(Bool(false))
    }
    guard case .attempt = first.next(now: .at(2.5)) else { return #expect(Bool(false)) }
  }
}
