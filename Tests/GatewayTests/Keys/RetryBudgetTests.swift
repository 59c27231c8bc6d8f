import Testing

@testable import Gateway

@Suite("Retry budget")
struct RetryBudgetTests {
  static let policy = RetryBudget.Policy()

  func granted(_ budget: inout RetryBudget, at second: Double, of tries: Int = 20) -> Int {
    (0..<tries).count { _ in budget.spend(now: .at(second), policy: Self.policy) }
  }

  /// A window has it once, and the next one has of it what served requests have made up for.
  @Test func theFloorComesBackWithWhatIsServed() {
    var budget = RetryBudget()
    for _ in 0..<5 { budget.noteServed(policy: Self.policy) }
    #expect(granted(&budget, at: 1) == 10)
    for _ in 0..<2 { budget.noteServed(policy: Self.policy) }
    #expect(granted(&budget, at: 10.9) == 0)
    #expect(granted(&budget, at: 12) == 6)
    #expect(granted(&budget, at: 30) == 0)
    for _ in 0..<50 { budget.noteServed(policy: Self.policy) }
    #expect(granted(&budget, at: 60) == 10)
  }

  /// A provider that is down: whatever the rate, the extra load is a fifth, and the floor once.
  @Test(arguments: [0.1, 0.5, 2, 20, 200])
  func whatIsDownGetsTheFloorOnce(perSecond: Double) {
    var budget = RetryBudget()
    let requests = 300
    var retries = 0
    for number in 0..<requests {
      let now = 1 + Double(number) / perSecond
      budget.countRequest(now: .at(now), policy: Self.policy)
      retries += granted(&budget, at: now, of: 3)
    }
    #expect(retries <= 10 + requests / 5)
    #expect(retries >= 10)
  }

  /// Trials leave half of it to those who fail unforeseen; what they do not need comes back.
  @Test func trialsHaveHalfOfIt() {
    var budget = RetryBudget()
    var taken = 0
    while budget.hasRoomForTrial(now: .at(1), policy: Self.policy), taken < 20 {
      let isSpent = budget.spend(now: .at(1), policy: Self.policy)
      #expect(isSpent)
      taken += 1
    }
    #expect(taken == 5 && budget.hasRoom(now: .at(1), policy: Self.policy))
    budget.giveBack(takenAt: .at(1.9))
    #expect(budget.hasRoomForTrial(now: .at(2), policy: Self.policy))
    for second in [0.5, 3, 1, 1, 1, 1, 1, 1] { budget.giveBack(takenAt: .at(second)) }
    #expect(granted(&budget, at: 2) == 10)
    #expect(!budget.hasRoom(now: .at(2), policy: Self.policy))
  }

  /// Looks ahead of time are of the share alone, which they take evenly: none of the floor, and not
  /// all of a window at once.
  @Test func whatIsEarnedComesEvenly() {
    var budget = RetryBudget()
    func spends(_ second: Double) -> Bool {
      let isLeft = budget.hasEarned(now: .at(second), policy: Self.policy)
      if isLeft { budget.spendEarned(now: .at(second), policy: Self.policy) }
      return isLeft
    }
    for _ in 0..<4 { budget.countRequest(now: .at(1), policy: Self.policy) }
    #expect([1, 2].map(spends) == [false, false])
    for _ in 0..<16 { budget.countRequest(now: .at(3), policy: Self.policy) }
    let seconds = [3, 3, 4, 5.4, 5.5, 7.9, 8, 10.5, 10.9]
    #expect(seconds.map(spends) == [true, false, false, false, true, false, true, true, false])
  }

  @Test func aFifthOfTheRequests() {
    var budget = RetryBudget()
    for _ in 0..<1_000 { budget.countRequest(now: .at(5), policy: Self.policy) }
    #expect(granted(&budget, at: 6, of: 1_000) == 200)
  }

  /// In no window is more spent than the floor or a fifth of the requests around it, whatever
  /// comes; and where every request wants a retry, nearly the fifth is granted.
  @Test(arguments: [11, 12, 13, 14] as [UInt64])
  func holdsInEveryWindow(seed: UInt64) {
    var random = Seeded(state: seed)
    var budget = RetryBudget()
    var requests: [Double] = []
    var retries: [Double] = []
    var served = 0
    var now = 1_000.0
    for _ in 0..<50_000 {
      now += Double.random(in: 0...0.02, using: &random)
      if Int.random(in: 0..<1_000, using: &random) == 0 { now += 15 }
      if Int.random(in: 0..<10, using: &random) < 6 {
        budget.countRequest(now: .at(now), policy: Self.policy)
        requests.append(now)
      }
      if Int.random(in: 0..<10, using: &random) == 0 {
        budget.noteServed(policy: Self.policy)
        served += 1
      }
      if budget.spend(now: .at(now), policy: Self.policy) { retries.append(now) }
    }
    #expect(retries.count <= 10 + 3 * served + requests.count / 5, "seed \(seed)")
    var firstRequest = 0
    var firstRetry = 0
    var lastRequest = 0
    for (index, end) in retries.enumerated() {
      while retries[firstRetry] <= end - 10 { firstRetry += 1 }
      while lastRequest < requests.count, requests[lastRequest] <= end { lastRequest += 1 }
      while firstRequest < requests.count, requests[firstRequest] <= end - 11 { firstRequest += 1 }
      let spent = index - firstRetry + 1
      let asked = lastRequest - firstRequest
      #expect(spent <= max(10, asked / 5), "seed \(seed), second \(end)")
    }
    #expect(retries.count * 100 >= requests.count * 18, "seed \(seed)")
  }
}
