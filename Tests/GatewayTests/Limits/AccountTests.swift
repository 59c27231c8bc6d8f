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
    account.note("m", at: 0, into: &standings)
    #expect(standings.tokens?.remaining == 100)
    #expect(standings.requests?.remaining == 10)
    let blocked = account.obstacle(Demand(model: "m", inputTokens: 101), at: 0)
    #expect(blocked.refusal?.retryAfterSeconds == 23 * 3_600)
    let free = account.obstacle(Demand(model: "m", inputTokens: 100), at: 0)
    #expect(free.refusal == nil)
  }

  @Test func anObstacleThatNeverPassesIsTheWorst() {
    let rule = LimitRule(kind: .rpm, pattern: nil, max: 1)
    let (short, long) = (Account.Obstacle.wait(5, rule), Account.Obstacle.wait(9, rule))
    let never = Account.Obstacle.never(rule, amount: 2)
    #expect(long.isWorse(than: short) && !short.isWorse(than: long))
    #expect(never.isWorse(than: long) && !long.isWorse(than: never))
    #expect(short.isWorse(than: .none) && !Account.Obstacle.none.isWorse(than: .none))
  }
}
