import Testing

@testable import Gateway

@Suite("What is shown of a key")
struct KeyStatusTests {
  @Test func theWorstIsShownFirst() throws {
    var health = KeyHealth(try RosterTests.key("k"))
    let cooling = [KeyStatus.Cooling(model: "m", until: .at(9), isRateLimited: true)]
    let stop = KeyStatus.Stop(reason: "the provider cannot be reached", until: .at(7))
    func state(_ stop: KeyStatus.Stop? = nil) -> String {
      let status = KeyStatus(health, cooling: cooling, left: [], stop: stop, now: .at(1))
      return "\(status.state.rawValue): \(status.reason ?? "")"
    }
    #expect(state() == "cooling: rate limited for m")
    health.becameSuspect(now: .at(1), policy: HealthPolicy())
    #expect(state() == "suspect: the provider refused it once")
    #expect(state(stop) == "resting: the provider cannot be reached")
    health.ranOutOfMoney(now: .at(1), policy: HealthPolicy())
    #expect(state(stop) == "resting: out of money")
    health.validated(.invalid, now: .at(1), policy: HealthPolicy())
    #expect(state(stop) == "invalid: the provider refuses the key")
  }

  @Test(arguments: [
    (1, "rate limited for m0"), (2, "rate limited for m0 (and 1 more model)"),
    (4, "rate limited for m0 (and 3 more models)"),
  ])
  func otherModelsThatRestAreCounted(count: Int, reason: String) throws {
    let cooling = (0..<count).map { number in
      KeyStatus.Cooling(
        model: "m\(number)", until: .at(Double(9 + number)), isRateLimited: number == 0)
    }
    let health = KeyHealth(try RosterTests.key("k"))
    let status = KeyStatus(health, cooling: cooling, left: [], now: .at(1))
    #expect(status.reason == reason && status.until == .at(9) && status.cooling == cooling)
    #expect(Set(cooling.dropFirst().map(\.reason)).isSubset(of: ["cannot do it"]))
  }

  @Test func aRateNeedsAttempts() throws {
    var health = KeyHealth(try RosterTests.key("k"))
    var status: KeyStatus { KeyStatus(health, cooling: [], left: [], now: .at(2)) }
    #expect(status.successRate == nil)
    health.succeeded(now: .at(1))
    health.refused(now: .at(1))
    #expect(status.successRate == 0.5 && status.recentAll == 2)
  }
}
