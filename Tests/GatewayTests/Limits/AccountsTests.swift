import CountedMemory
import Providers
import Testing

@testable import Gateway

extension Accounts {
  /// Admits for whoever does not ask how the limits stand then.
  func admit(
    user: Allowance?, token: Allowance?, _ demand: Demand, now: Int64, wall: Int64,
    into readings: inout AccountReadings
  ) -> Admitted {
    var standings = RateStandings()
    return admit(
      user: user, token: token, demand, now: now, wall: wall, into: &readings, &standings)
  }

  /// Admits for whoever does not ask how anything stands.
  func admit(
    user: Allowance?, token: Allowance?, _ demand: Demand, now: Int64, wall: Int64
  ) -> Admitted {
    var readings = AccountReadings()
    return admit(user: user, token: token, demand, now: now, wall: wall, into: &readings)
  }

  /// Settles the same.
  func settle(_ reservation: Reservation, _ used: Used, now: Int64, wall: Int64) -> Settled {
    var readings = AccountReadings()
    return settle(reservation, used, now: now, wall: wall, into: &readings)
  }
}

@Suite("Accounts")
struct AccountsTests {
  static func allowance(
    _ limits: [LimitKind: Int64], user: String = "u", token: String? = nil, generation: UInt64 = 1,
    models: [(String, [LimitKind: Int64])] = []
  ) -> Allowance? {
    let key =
      token.map { AccountKey(tokenID: $0, userID: user) } ?? AccountKey(userID: user)
    return Allowance(
      key: key, name: token ?? user, generation: generation,
      limits: LimitDefinition(maxima: limits),
      modelLimits: models.compactMap { text, limits in
        NamePattern(text).map {
          ModelLimitDefinition(pattern: $0, limits: LimitDefinition(maxima: limits))
        }
      })
  }

  private func taken(_ admitted: Accounts.Admitted) -> Reservation? {
    if case .taken(let reservation) = admitted { reservation } else { nil }
  }

  /// Takes what a request needs, and tells how the limits stand then.
  private func taken(
    _ accounts: Accounts, user: Allowance?, token: Allowance? = nil, _ demand: Demand, now: Int64
  ) throws -> (reservation: Reservation, standings: RateStandings) {
    var readings = AccountReadings()
    var standings = RateStandings()
    let admitted = accounts.admit(
      user: user, token: token, demand, now: now, wall: 0, into: &readings, &standings)
    return (try #require(taken(admitted)), standings)
  }

  private func refusal(_ admitted: Accounts.Admitted) -> Refusal? {
    if case .refused(let denial) = admitted { denial.refusal } else { nil }
  }

  @Test func aRefusalTakesNothing() throws {
    let accounts = Accounts()
    let user = Self.allowance([.rpm: 10])
    let token = Self.allowance([.rpm: 2], token: "t")
    for _ in 0..<2 {
      #expect(
        taken(accounts.admit(user: user, token: token, Demand(model: "m"), now: 0, wall: 0)) != nil)
    }
    for _ in 0..<20 {
      let refused = accounts.admit(
        user: user, token: token, Demand(model: "m"), now: 5_000, wall: 0)
      #expect(
        refusal(refused) == .rateLimited(limit: "2 requests a minute", retryAfterSeconds: 55))
    }
    // Of the user's ten, only the token's two are gone.
    let other = Self.allowance([.rpm: 100], token: "other")
    let admitted = try taken(accounts, user: user, token: other, Demand(model: "m"), now: 5_000)
    #expect(admitted.standings.requests?.remaining == 7)
  }

  /// Who has an account already is admitted and settled without a single request for memory, where
  /// the caller brings room for the readings, as it does from one request of a connection to the
  /// next.
  @Test(
    .enabled(if: counted_memory_requests() >= 0, "a sanitizer has the allocator for itself"))
  func aHitAsksForNoMemory() {
    let accounts = Accounts()
    let limits: [LimitKind: Int64] = [
      .rpm: 2_000, .tpm: 1_000_000, .itpm: 900_000, .rpd: 50_000, .concurrent: 50,
    ]
    let user = Self.allowance(limits, models: [("gpt-4*", [.rpm: 1_500, .tpd: 5_000_000])])
    let token = Self.allowance(limits, token: "t")
    let demand = Demand(model: "gpt-4o-mini-2024-07-18", inputTokens: 300, outputTokens: 700)
    let used = Used(inputTokens: 310, outputTokens: 90)
    var readings = AccountReadings()
    var standings = RateStandings()
    func request(_ now: Int64) -> Bool {
      readings.limits.removeAll(keepingCapacity: true)
      switch accounts.admit(
        user: user, token: token, demand, now: now, wall: now, into: &readings, &standings)
      {
      case .taken(let reservation):
        _ = accounts.settle(reservation, used, now: now + 20, wall: now + 20, into: &readings)
        return true
      case .refused: return false
      }
    }
    // The first makes the accounts, and the windows grow to their lengths.
    var now: Int64 = 0
    for _ in 0..<3_000 {
      #expect(request(now))
      now += 61
    }
    let before = counted_memory_requests()
    var admitted = 0
    for _ in 0..<1_000 {
      if request(now) { admitted += 1 }
      now += 61
    }
    #expect(counted_memory_requests() - before == 0)
    #expect(admitted == 1_000 && readings.limits.count == 12)
  }

  @Test func theLongestWaitIsTold() {
    let accounts = Accounts()
    let user = Self.allowance([.rpm: 1, .rpd: 1])
    _ = accounts.admit(user: user, token: nil, Demand(model: nil), now: 0, wall: 0)
    let refused = accounts.admit(user: user, token: nil, Demand(model: nil), now: 30_000, wall: 0)
    #expect(
      refusal(refused) == .rateLimited(limit: "1 request a day", retryAfterSeconds: 86_370))
  }

  @Test func aRequestAboveTheLimitItselfIsToldSo() {
    let accounts = Accounts()
    let user = Self.allowance([.tpm: 100, .rpm: 1])
    let large = Demand(model: nil, inputTokens: 60, outputTokens: 41)
    let refused = accounts.admit(user: user, token: nil, large, now: 0, wall: 0)
    #expect(refusal(refused) == .aboveLimit(limit: "100 tokens a minute", amount: 101))
    #expect(refusal(refused)?.retryAfterSeconds == nil && refusal(refused)?.status == 429)
    #expect(
      taken(accounts.admit(user: user, token: nil, Demand(model: nil), now: 0, wall: 0)) != nil)
    let endless = Demand(model: nil, inputTokens: .max, outputTokens: .max)
    #expect(refusal(accounts.admit(user: user, token: nil, endless, now: 0, wall: 0)) != nil)
  }

  @Test func modelsHaveLimitsOfTheirOwnUnderTheNameAskedFor() {
    let accounts = Accounts()
    let user = Self.allowance([.rpm: 5], models: [("gpt-4*", [.rpm: 1]), ("*", [.rpm: 3])])
    func ask(_ model: String?) -> Bool {
      taken(accounts.admit(user: user, token: nil, Demand(model: model), now: 0, wall: 0)) != nil
    }
    #expect(ask("gpt-4o") && !ask("gpt-4.1") && ask("o3") && ask("o3") && !ask("o3"))
    #expect(ask(nil) && ask(nil) && !ask(nil))
  }

  @Test func concurrencyIsGivenBackAtTheEnd() throws {
    let accounts = Accounts()
    let user = Self.allowance([.concurrent: 2])
    let first = try #require(
      taken(accounts.admit(user: user, token: nil, Demand(model: nil), now: 0, wall: 0)))
    let second = try #require(
      taken(accounts.admit(user: user, token: nil, Demand(model: nil), now: 0, wall: 0)))
    let refused = accounts.admit(user: user, token: nil, Demand(model: nil), now: 0, wall: 0)
    #expect(
      refusal(refused) == .rateLimited(limit: "2 requests at a time", retryAfterSeconds: 1))
    _ = accounts.settle(first, Used(inputTokens: 0, outputTokens: 0), now: 1, wall: 0)
    #expect(
      taken(accounts.admit(user: user, token: nil, Demand(model: nil), now: 1, wall: 0)) != nil)
    #expect(
      refusal(accounts.admit(user: user, token: nil, Demand(model: nil), now: 1, wall: 0)) != nil)
    _ = accounts.settle(second, Used(inputTokens: 0, outputTokens: 0), now: 1, wall: 0)
    #expect(
      taken(accounts.admit(user: user, token: nil, Demand(model: nil), now: 1, wall: 0)) != nil)
  }

  @Test func tokensAreGivenBackOrOwed() throws {
    let accounts = Accounts()
    let user = Self.allowance([.tpm: 100, .rpm: 100])
    let demand = Demand(model: nil, inputTokens: 10, outputTokens: 80)
    let first = try taken(accounts, user: user, demand, now: 0)
    #expect(first.standings.tokens?.remaining == 10)
    _ = accounts.settle(
      first.reservation, Used(inputTokens: 10, outputTokens: 5), now: 1_000, wall: 0)
    let second = try taken(
      accounts, user: user, Demand(model: nil, inputTokens: 1), now: 1_000)
    #expect(second.standings.tokens?.remaining == 84)
    #expect(second.standings.requests?.remaining == 98)
    // A debt: later requests wait until enough has left the window.
    _ = accounts.settle(
      second.reservation, Used(inputTokens: 300, outputTokens: 0), now: 2_000, wall: 0)
    let refused = accounts.admit(
      user: user, token: nil, Demand(model: nil, inputTokens: 1), now: 10_000, wall: 0)
    #expect(
      refusal(refused) == .rateLimited(limit: "100 tokens a minute", retryAfterSeconds: 52))
    // What could not be served gives its tokens back and keeps its request.
    let third = try #require(
      taken(accounts.admit(user: user, token: nil, demand, now: 70_000, wall: 0)))
    _ = accounts.settle(third, Used(inputTokens: 0, outputTokens: 0), now: 70_000, wall: 0)
    let fourth = try taken(accounts, user: user, demand, now: 70_000)
    #expect(fourth.standings.tokens?.remaining == 10)
    #expect(fourth.standings.requests?.remaining == 98)
  }

  @Test func inputAndOutputCountApart() {
    let accounts = Accounts()
    let user = Self.allowance([.itpm: 100, .otpm: 10])
    func ask(_ input: Int64, _ output: Int64) -> Bool {
      let demand = Demand(model: nil, inputTokens: input, outputTokens: output)
      return taken(accounts.admit(user: user, token: nil, demand, now: 0, wall: 0)) != nil
    }
    #expect(ask(50, 5) && !ask(50, 6) && !ask(51, 5) && ask(50, 5) && !ask(0, 1) && ask(0, 0))
  }

  @Test func aChangeKeepsWhatWasUsed() throws {
    let accounts = Accounts()
    let before = Self.allowance([.rpm: 2, .concurrent: 1], generation: 1)
    let after = Self.allowance([.rpm: 3], generation: 2)
    let running = try #require(
      taken(accounts.admit(user: before, token: nil, Demand(model: nil), now: 0, wall: 0)))
    _ = accounts.settle(running, Used(inputTokens: 0, outputTokens: 0), now: 0, wall: 0)
    let second = try #require(
      taken(accounts.admit(user: before, token: nil, Demand(model: nil), now: 0, wall: 0)))
    let third = try taken(accounts, user: after, Demand(model: nil), now: 0)
    #expect(
      third.standings.requests == .init(limit: 3, remaining: 0, resetMilliseconds: 60_000))
    // A loop that has not seen the change yet obeys it all the same.
    #expect(
      refusal(accounts.admit(user: before, token: nil, Demand(model: nil), now: 0, wall: 0)) != nil)
    // What a rule did not count is not given back to it.
    let back = Self.allowance([.rpm: 9, .concurrent: 1], generation: 3)
    #expect(
      taken(accounts.admit(user: back, token: nil, Demand(model: nil), now: 0, wall: 0)) != nil)
    _ = accounts.settle(second, Used(inputTokens: 0, outputTokens: 0), now: 0, wall: 0)
    #expect(
      refusal(accounts.admit(user: back, token: nil, Demand(model: nil), now: 0, wall: 0)) != nil)
  }

  /// Each budget of the caller's that has nothing left for anybody is told of, once.
  @Test func aRefusalTellsOfAllThatIsSpent() throws {
    let accounts = Accounts()
    func allowance(_ nanoUSD: Int64, _ key: AccountKey) -> Allowance? {
      let definition = BudgetDefinition(nanoUSD: nanoUSD, period: .total)
      return Allowance(
        key: key, name: key.id, generation: 1, limits: .none,
        budgets: [Budget(definition: definition, zone: .utc)])
    }
    let user = allowance(100, AccountKey(userID: "u"))
    let token = allowance(95, AccountKey(tokenID: "t", userID: "u"))
    func ask(_ nanoUSD: Int64) -> Accounts.Admitted {
      var demand = Demand(model: nil)
      demand.money = MoneyDemand()
      demand.money?.inputNanoUSD = nanoUSD
      demand.money?.smallestNanoUSD = 12
      return accounts.admit(user: user, token: token, demand, now: 0, wall: 0)
    }
    func told(_ admitted: Accounts.Admitted) -> [String]? {
      if case .refused(let denial) = admitted { denial.notices.map(\.name) } else { nil }
    }
    #expect(told(ask(96)) == [])
    let served = try #require(taken(ask(90)))
    #expect(told(ask(90)) == [], "what is set aside may come back")
    _ = accounts.settle(served, Used(nanoUSD: 90), now: 0, wall: 0)
    #expect(told(ask(90)) == ["u", "t"])
    #expect(told(ask(90)) == [])
  }

  @Test func idleAccountsAreDropped() throws {
    let accounts = Accounts()
    var running: Reservation?
    for number in 0..<1_000 {
      let limits: [LimitKind: Int64] = number == 500 ? [.concurrent: 1] : [.rpm: 5]
      let user = Self.allowance(limits, user: "user-\(number)")
      let admitted = taken(
        accounts.admit(user: user, token: nil, Demand(model: nil), now: 0, wall: 0))
      if number == 500 {
        running = admitted
      } else {
        _ = accounts.settle(try #require(admitted), Used(), now: 0, wall: 0)
      }
    }
    #expect(accounts.count == 1_000)
    for shard in 0..<Accounts.shardCount { accounts.sweep(shard: shard, now: 59_999) }
    #expect(accounts.count == 1_000)
    for shard in 0..<Accounts.shardCount { accounts.sweep(shard: shard, now: 60_000) }
    #expect(accounts.count == 1)
    _ = accounts.settle(
      try #require(running), Used(inputTokens: 0, outputTokens: 0), now: 60_000, wall: 0)
    for shard in 0..<Accounts.shardCount { accounts.sweep(shard: shard, now: 60_000) }
    #expect(accounts.count == 0)
  }

  /// Random requests of random users, tokens and models from clocks that differ a little, against
  /// a log of everything that was admitted.
  @Test(arguments: [101, 102, 103, 104])
  func nothingIsEverAdmittedAboveALimit(seed: UInt64) {
    var random = Seeded(state: seed)
    let accounts = Accounts()
    let users = (0..<3).map { number in
      Self.allowance(
        [.rpm: 40, .tpm: 900], user: "user-\(number)", models: [("a*", [.rpm: 15, .otpm: 200])])
    }
    let token = Self.allowance([.rpm: 10], user: "user-0", token: "t")
    var log: [String: [(at: Int64, amount: Int64)]] = [:]
    var now: Int64 = 0
    func add(_ name: String, _ amount: Int64, max: Int64) {
      log[name, default: []].append((now, amount))
      log[name]?.removeAll { $0.at + 60_000 <= now }
      let sum = log[name]?.reduce(0) { $0 + $1.amount } ?? 0
      if sum > max { Issue.record("seed \(seed): \(name) has \(sum) of \(max) at \(now)") }
    }
    for _ in 0..<25_000 {
      now += Int64.random(in: 0...700, using: &random)
      let number = Int.random(in: 0..<3, using: &random)
      let withToken = number == 0 && Bool.random(using: &random)
      let demand = Demand(
        model: Bool.random(using: &random) ? "a1" : "b",
        inputTokens: Int64.random(in: 0...40, using: &random),
        outputTokens: Int64.random(in: 0...40, using: &random))
      let admitted = accounts.admit(
        user: users[number], token: withToken ? token : nil, demand, now: now, wall: 0)
      guard taken(admitted) != nil else { continue }
      add("\(number) rpm", 1, max: 40)
      add("\(number) tpm", demand.inputTokens + demand.outputTokens, max: 900)
      if demand.model == "a1" {
        add("\(number) a rpm", 1, max: 15)
        add("\(number) a otpm", demand.outputTokens, max: 200)
      }
      if withToken { add("token", 1, max: 10) }
    }
  }
}
