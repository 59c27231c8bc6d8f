import Providers
import Testing

@testable import Gateway

@Suite("One account")
struct AccountTests {
  @Test func aDaysWindowIsFilledFromTheLedgerOnce() throws {
    let allowance = try #require(AccountsTests.allowance([.rpd: 100, .tpd: 1_000, .rpm: 10]))
    var account = Account(allowance)
    let hour: Int64 = 3_600_000
    account.restore(
      .requests, pattern: nil, [(-25 * hour, 40), (-23 * hour, 30), (5 * hour, 20)], now: 0)
    account.restore(.requests, pattern: nil, [(0, 500)], now: 0)
    account.restore(.tokens, pattern: nil, [(-hour, 900)], now: 0)
    var standings = RateStandings()
    account.note(Demand(model: "m"), at: 0, into: &standings)
    #expect(standings.tokens?.remaining == 100)
    #expect(standings.requests?.remaining == 10)
    var readings = AccountReadings()
    func look(_ tokens: Int64) -> Account.Obstacle {
      account.look(
        Demand(model: "m", inputTokens: tokens), isOfToken: false, at: 0, into: &readings)
    }
    let blocked = account.refusal(look(101))
    #expect(blocked?.refusal.retryAfterSeconds == 23 * 3_600)
    #expect(blocked?.limit == "1000 tokens a day")
    #expect(readings.limits.map(\.before) == [0, 50, 900])
    #expect(account.refusal(look(100)) == nil)
  }

  /// A debt of tokens, or a limit of none, is no matter of what takes no tokens.
  @Test func whoTakesNothingOwesNothing() throws {
    var account = Account(try #require(AccountsTests.allowance([.tpm: 100, .otpm: 0, .rpm: 3])))
    var standings = RateStandings()
    _ = account.take(Demand(model: nil, inputTokens: 5_000), nil, at: 0, into: &standings)
    var readings = AccountReadings()
    func refusal(_ input: Int64, _ output: Int64) -> String? {
      let demand = Demand(model: nil, inputTokens: input, outputTokens: output)
      let obstacle = account.look(demand, isOfToken: false, at: 1, into: &readings)
      let refused = account.limits(demand, at: 1).first { $0.refuses }?.rule.text
      let limit = account.refusal(obstacle)?.limit
      #expect((refused == nil) == (limit == nil), "what explain says")
      return limit
    }
    #expect(refusal(0, 0) == nil)
    #expect(refusal(1, 0) == "100 tokens a minute")
    #expect(refusal(0, 1) == "0 output tokens a minute")
    for _ in 0..<2 { _ = account.take(Demand(model: nil), nil, at: 1, into: &standings) }
    #expect(refusal(0, 0) == "3 requests a minute")
  }

  private func taken(
    _ accounts: Accounts, _ user: Allowance?, _ tokens: Int64, now: Int64
  ) throws -> Reservation {
    let demand = Demand(model: nil, inputTokens: tokens)
    guard
      case .taken(let reservation) = accounts.admit(
        user: user, token: nil, demand, now: now, wall: 0)
    else { throw Refusal.overloaded("not admitted") }
    return reservation
  }

  private func sweep(_ accounts: Accounts, _ now: Int64) {
    for shard in 0..<Accounts.shardCount { accounts.sweep(shard: shard, now: now) }
  }

  /// A request that is under way for longer than the window leaves its debt, whenever the idle are
  /// dropped, and whether or not the rules change meanwhile.
  @Test(arguments: [0, 30_000, 59_999, 60_000, 60_001, 99_999] as [Int64], [false, true])
  func aLongRequestLeavesItsDebt(sweptAt: Int64, isChanged: Bool) throws {
    let accounts = Accounts()
    let user = AccountsTests.allowance([.tpm: 100])
    let long = try taken(accounts, user, 10, now: 0)
    sweep(accounts, sweptAt)
    var newest = user
    if isChanged {
      newest = AccountsTests.allowance([.tpm: 50, .rpm: 9], generation: 2)
      let short = try taken(accounts, newest, 1, now: sweptAt)
      _ = accounts.settle(short, Used(inputTokens: 1), now: sweptAt, wall: 0)
      sweep(accounts, max(sweptAt, 99_999))
    }
    #expect(accounts.count == 1)
    _ = accounts.settle(long, Used(inputTokens: 300), now: 100_000, wall: 0)
    let next = accounts.admit(
      user: newest, token: nil, Demand(model: nil, inputTokens: 1), now: 101_000, wall: 0)
    guard case .refused(let denial) = next else {
      Issue.record("nothing is owed")
      return
    }
    #expect(denial.refusal.retryAfterSeconds == 59)
    sweep(accounts, 159_999)
    #expect(accounts.count == 1)
    sweep(accounts, 160_000)
    #expect(accounts.count == 0)
  }

  /// A subject whose limits went and came again has another account, which owes nothing for the one
  /// before.
  @Test func whatAnotherAccountTookDoesNotEndThisOnes() throws {
    let accounts = Accounts()
    let old = try taken(accounts, AccountsTests.allowance([.tpm: 100]), 10, now: 0)
    accounts.forget(AccountKey(userID: "u"))
    let new = try taken(
      accounts, AccountsTests.allowance([.tpm: 100], generation: 2), 10, now: 0)
    _ = accounts.settle(old, Used(inputTokens: 10), now: 1, wall: 0)
    sweep(accounts, 60_000)
    #expect(accounts.count == 1)
    _ = accounts.settle(new, Used(inputTokens: 10), now: 60_000, wall: 0)
    sweep(accounts, 60_000)
    #expect(accounts.count == 0)
  }

  @Test func anObstacleThatNeverPassesIsTheWorst() {
    let (short, long) = (Account.Obstacle.wait(5, rule: 0), Account.Obstacle.wait(9, rule: 0))
    let never = Account.Obstacle.never(rule: 0, amount: 2)
    #expect(long.isWorse(than: short) && !short.isWorse(than: long))
    #expect(never.isWorse(than: long) && !long.isWorse(than: never))
    #expect(short.isWorse(than: .none) && !Account.Obstacle.none.isWorse(than: .none))
  }
}
