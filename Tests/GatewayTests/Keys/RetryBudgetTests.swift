import Testing

@testable import Gateway

@Suite("Retry budget")
struct RetryBudgetTests {
  static let policy = RetryBudget.Policy()

  @Test func theFloorIsAlwaysThere() {
    var budget = RetryBudget()
    let granted = (0..<20).count { _ in budget.spend(now: .at(1), policy: Self.policy) }
    #expect(granted == 10)
    #expect(budget.spend(now: .at(10.9), policy: Self.policy) == false)
    #expect(budget.spend(now: .at(12), policy: Self.policy) == true)
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
    let granted = (0..<20).count { _ in budget.spend(now: .at(2), policy: Self.policy) }
    #expect(granted == 10 && !budget.hasRoom(now: .at(2), policy: Self.policy))
  }

  @Test func aFifthOfTheRequests() {
    var budget = RetryBudget()
    for _ in 0..<1_000 { budget.countRequest(now: .at(5), policy: Self.policy) }
    let granted = (0..<1_000).count { _ in budget.spend(now: .at(6), policy: Self.policy) }
    #expect(granted == 200)
  }

  /// In no window is more spent than the floor or a fifth of the requests around it, whatever
  /// comes; and where every request wants a retry, nearly the fifth is granted.
  @Test(arguments: [11, 12, 13, 14] as [UInt64])
  func holdsInEveryWindow(seed: UInt64) {
    var random = Seeded(state: seed)
    var budget = RetryBudget()
    var requests: [Double] = []
    var retries: [Double] = []
    var now = 1_000.0
    for _ in 0..<50_000 {
      now += Double.random(in: 0...0.02, using: &random)
      if Int.random(in: 0..<1_000, using: &random) == 0 { now += 15 }
      if Int.random(in: 0..<10, using: &random) < 6 {
        budget.countRequest(now: .at(now), policy: Self.policy)
        requests.append(now)
      }
      if budget.spend(now: .at(now), policy: Self.policy) { retries.append(now) }
    }
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
