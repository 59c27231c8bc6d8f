import Providers
import Testing

@testable import Gateway

@Suite("Validations and what they find")
struct ProviderHealthChecksTests {
  static func valid(_ models: Set<String>?) -> KeyFindings { KeyFindings(.valid, models: models) }

  @Test func onlySoManyAreGivenOutAtATime() throws {
    let bench = try HealthBench(count: 9)
    for _ in 0..<9 { bench.attempt(.answered(.keySuspect)) }
    #expect(bench.due(countMax: 4).count == 4)
    #expect(bench.due(countMax: 4).count == 4)
    #expect(bench.due(countMax: 4).count == 1)
    #expect(bench.due(countMax: 4).isEmpty)
  }

  /// Keys that were made together are not looked at together.
  @Test func routinesPartWays() throws {
    let bench = try HealthBench(count: 60)
    var asked: [Int] = []
    for second in 0..<160 {
      bench.now = .at(Double(second))
      asked.append(bench.due(interval: .seconds(100)).count)
    }
    #expect(asked.prefix(50).allSatisfy { $0 == 0 })
    #expect(asked.reduce(0, +) >= 60 && asked.allSatisfy { $0 < 12 }, "\(asked)")
  }

  /// A key that shows the model goes before one that does not; beside keys of which nothing is
  /// known, a list that lacks it says nothing.
  @Test func whatAKeyIsShownDecidesWhoGoesFirst() throws {
    let bench = try HealthBench(count: 3)
    bench.health.validated(
      bench.roster.keys[0], Self.valid(["other"]), roster: bench.roster, now: bench.now)
    let before = Set((0..<3).map { _ in bench.grant()?.key.id })
    #expect(before == ["k00", "k01", "k02"])
    bench.health.validated(
      bench.roster.keys[1], Self.valid(["m"]), roster: bench.roster, now: bench.now)
    #expect(!(0..<6).map { _ in bench.attempt(.served) }.contains("k00"))
    let others = Set((0..<6).map { _ in bench.attempt(.served, "other") })
    #expect(others == ["k00", "k02"], "not the one whose list lacks it")
    // None better: it is tried, and what it serves it can do.
    for key in ["k01", "k02"] {
      let place = bench.roster.keys.firstIndex { $0.id == key } ?? 0
      bench.health.validated(
        bench.roster.keys[place], KeyFindings(.invalid), roster: bench.roster, now: bench.now)
    }
    #expect(bench.attempt(.served) == "k00")
  }

  @Test func aListThatIsLostNoLongerCounts() throws {
    let bench = try HealthBench(count: 2)
    bench.health.validated(
      bench.roster.keys[0], Self.valid(["other"]), roster: bench.roster, now: bench.now)
    bench.health.validated(
      bench.roster.keys[1], Self.valid(["m"]), roster: bench.roster, now: bench.now)
    #expect((0..<3).map { _ in bench.attempt(.served) } == ["k01", "k01", "k01"])
    bench.health.validated(
      bench.roster.keys[1], Self.valid(nil), roster: bench.roster, now: bench.now)
    #expect(Set((0..<4).map { _ in bench.attempt(.served) }) == ["k00", "k01"])
  }

  @Test func theOperatorsListDecides() throws {
    let bench = HealthBench([
      try RosterTests.key("a", models: ["m"]), try RosterTests.key("b"),
    ])
    bench.health.validated(
      bench.roster.keys[0], Self.valid(["other"]), roster: bench.roster, now: bench.now)
    bench.health.validated(
      bench.roster.keys[1], Self.valid(["m"]), roster: bench.roster, now: bench.now)
    #expect(Set((0..<4).map { _ in bench.attempt(.served) }) == ["a", "b"])
  }

  /// A model that a key refused and that its provider shows to it now is tried again.
  @Test func whatIsShownAgainIsTriedAgain() throws {
    let bench = try HealthBench(count: 1)
    bench.attempt(.answered(.keyCannotServeModel))
    #expect(bench.grant() == nil)
    bench.health.validated(
      bench.roster.keys[0], Self.valid(["other"]), roster: bench.roster, now: bench.now)
    #expect(bench.grant() == nil)
    bench.health.validated(
      bench.roster.keys[0], Self.valid(["m", "other"]), roster: bench.roster, now: bench.now)
    #expect(bench.grant() != nil)
  }

  /// Where no list tells, or the operator's does, a check that finds the key good is all there is.
  @Test(arguments: [nil, ["m", "n"]] as [[String]?])
  func whatACheckCannotTellIsTriedAgain(operators: [String]?) throws {
    let bench = HealthBench([try RosterTests.key("a", models: operators)])
    bench.attempt(.answered(.keyCannotServeModel))
    #expect(bench.grant() == nil)
    let shown: Set<String>? = operators == nil ? nil : ["other"]
    bench.health.validated(
      bench.roster.keys[0], KeyFindings(.invalid), roster: bench.roster, now: bench.now)
    #expect(bench.grant() == nil)
    bench.health.validated(
      bench.roster.keys[0], Self.valid(shown), roster: bench.roster, now: bench.now)
    #expect(bench.grant() != nil)
  }

  /// A list that is the same for many keys is kept once, and a new roster keeps what it says.
  @Test func listsStayInANewRoster() throws {
    let bench = try HealthBench(count: 2)
    bench.attempt(.served)
    bench.health.validated(
      bench.roster.keys[0], Self.valid(["other"]), roster: bench.roster, now: bench.now)
    bench.health.validated(
      bench.roster.keys[1], Self.valid(["m"]), roster: bench.roster, now: bench.now)
    bench.roster = Roster(
      keys: try ["k00", "k01", "k02"].map { try RosterTests.key($0) }, revision: 2)
    #expect(!(0..<6).map { _ in bench.attempt(.served) }.contains("k00"))
  }

  @Test func keysOutOfUseHaveTheirCheckToo() throws {
    let bench = try HealthBench(count: 1)
    let pending = try RosterTests.key("pending")
    bench.health.validated(pending, Self.valid(["m"]), roster: bench.roster, now: .at(3))
    #expect(
      bench.health.otherChecks["pending"] == KeyCheck(verdict: .valid, at: .at(3), models: ["m"]))
    for number in 0..<5_000 {
      let key = try RosterTests.key("p\(number)")
      bench.health.validated(key, KeyFindings(.invalid), roster: bench.roster, now: .at(4))
    }
    #expect(bench.health.otherChecks.count <= 1_024)
  }

  // MARK: - The circuit of the provider

  /// Without a connection no level is better than another: ten failures in all, not at each level.
  @Test func aProviderThatCannotBeReachedStopsAllItsLevels() throws {
    let keys = try (0..<200).map { try RosterTests.key("k\($0)", level: $0) }
    let bench = HealthBench(keys)
    var failures = 0
    for level in 0..<200 where bench.attempt(.connectFailed, level: level) != nil { failures += 1 }
    #expect(failures == 10)
    let status = bench.health.status(now: bench.now)
    #expect(status.count { $0.reason == "the provider cannot be reached" } == 200)
    // One probe, at any level, and its success opens all of them.
    bench.now = .at(2)
    let probe = try #require(bench.grant(level: 7))
    #expect(bench.grant(level: 8) == nil)
    bench.health.report(probe, .answered(.clientFault), now: bench.now, random: 0)
    #expect(bench.grant(level: 8) != nil)
  }

  @Test func aProbeThatIsLeftIsHandedOn() throws {
    let bench = try HealthBench(count: 1)
    let rest = try HealthBench(count: 12)
    for _ in 0..<10 { rest.attempt(.tlsFailed) }
    rest.now = .at(2)
    let probe = try #require(rest.grant())
    #expect(rest.grant() == nil)
    rest.health.report(probe, .clientLeft, now: rest.now, random: 0)
    #expect(rest.grant() != nil)
    #expect(bench.grant() != nil)
  }

  /// Who answers, however badly, is there.
  @Test(arguments: [
    AttemptEnd.answered(.providerFailing(retryAfter: nil)), .timedOut(billable: true), .brokeOff,
    .answered(.keySuspect),
  ])
  func whoAnswersIsThere(_ end: AttemptEnd) throws {
    let bench = try HealthBench(count: 40)
    for _ in 0..<9 { bench.attempt(.connectFailed) }
    bench.attempt(end)
    bench.attempt(.connectFailed)
    let reasons = bench.health.status(now: bench.now).compactMap(\.reason)
    #expect(!reasons.contains("the provider cannot be reached"))
  }

  /// Who asks for one model is told what keeps the key from that one.
  @Test func aKeyStandsAsItDoesForAModel() throws {
    let bench = try HealthBench(count: 1)
    for (model, seconds) in [("soon", 40), ("late", 400)] {
      bench.attempt(.answered(.rateLimited(retryAfter: .seconds(seconds))), model)
    }
    func status(_ model: String?) throws -> KeyStatus {
      try #require(bench.health.status(for: model, now: bench.now).first)
    }
    #expect(try status(nil).until == .at(40) && status(nil).cooling.count == 2)
    #expect(try status("soon").until == .at(40) && status("late").until == .at(400))
    #expect(try status("late").reason == "rate limited for late")
    #expect(try status("another").state == .ready)
  }
}
