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

  @Test func anObstacleThatNeverPassesIsTheWorst() {
    let (short, long) = (Account.Obstacle.wait(5, rule: 0), Account.Obstacle.wait(9, rule: 0))
    let never = Account.Obstacle.never(rule: 0, amount: 2)
    #expect(long.isWorse(than: short) && !short.isWorse(than: long))
    #expect(never.isWorse(than: long) && !long.isWorse(than: never))
    #expect(short.isWorse(than: .none) && !Account.Obstacle.none.isWorse(than: .none))
  }
}
