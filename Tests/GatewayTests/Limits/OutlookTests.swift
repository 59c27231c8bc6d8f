import Providers
import Testing

@testable import Gateway

@Suite("What admission would find")
struct OutlookTests {
  private func budget(
    _ usd: Int64, _ mode: BudgetDefinition.Mode = .soft, user: String = "u", token: String? = nil
  ) throws -> Allowance? {
    Allowance(
      key: token.map { AccountKey(tokenID: $0, userID: user) } ?? AccountKey(userID: user),
      name: token ?? user, generation: 1, limits: .none,
      budgets: [
        Budget(
          definition: BudgetDefinition(nanoUSD: usd * 1_000_000_000, period: .total, mode: mode),
          zone: .utc)
      ])
  }

  private func demand(_ nanoUSD: Int64, unbounded: [String] = []) -> Demand {
    var demand = Demand(model: "m")
    demand.money = MoneyDemand()
    demand.money?.inputNanoUSD = nanoUSD
    demand.money?.unbounded = unbounded
    return demand
  }

  @Test func theTightestBudgetIsNamed() throws {
    let accounts = Accounts()
    let (user, token) = (try budget(10), try budget(1, token: "t"))
    func look(_ demand: Demand) -> Outlook {
      accounts.outlook(user: user, token: token, demand, now: 0, wall: 0)
    }
    #expect(look(demand(900_000_000)).refusedBy == nil)
    let refused = look(demand(1_100_000_000))
    #expect(refused.refusal?.status == 402)
    #expect(refused.refusedBy == "token 't' budgets: $1 in all")
    #expect(refused.budgets.map(\.refuses) == [false, true])
    #expect(refused.budgets.map(\.isOfToken) == [false, true])
    #expect(look(demand(11_000_000_000)).budgets.map(\.refuses) == [true, true])
    #expect(accounts.count == 0)
  }

  @Test func aStrictBudgetIsNamed() throws {
    let accounts = Accounts()
    let (user, token) = (try budget(10), try budget(20, .strict, token: "t"))
    let what = demand(5, unbounded: ["a search"])
    let refused = accounts.outlook(user: user, token: token, what, now: 0, wall: 0)
    #expect(refused.refusal == .costNotBounded(what: "a search"))
    #expect(refused.refusedBy == "token 't' budgets: $20 in all, strict")
    #expect(refused.budgets.map(\.refuses) == [false, true])
    #expect(refused.unbounded == ["a search"])
    let soft = accounts.outlook(user: user, token: nil, what, now: 0, wall: 0)
    #expect(soft.refusal == nil && soft.unbounded == ["a search"])
  }

  /// Whatever has been taken, the outlook is what admission then says and does.
  @Test(arguments: [201, 202, 203])
  func whatIsForeseenHappens(seed: UInt64) throws {
    var random = Seeded(state: seed)
    let accounts = Accounts()
    let user = AccountsTests.allowance(
      [.rpm: 30, .tpm: 800, .concurrent: 12], models: [("a*", [.rpm: 9])])
    let token = AccountsTests.allowance([.rpm: 20, .itpm: 400], token: "t")
    var running: [Reservation] = []
    var now: Int64 = 0
    for _ in 0..<5_000 {
      now += Int64.random(in: 0...900, using: &random)
      let demand = Demand(
        model: Bool.random(using: &random) ? "a1" : "b",
        inputTokens: Int64.random(in: 0...60, using: &random),
        outputTokens: Int64.random(in: 0...60, using: &random))
      let usedToken = Bool.random(using: &random) ? token : nil
      let foreseen = accounts.outlook(user: user, token: usedToken, demand, now: now, wall: 0)
      let again = accounts.outlook(user: user, token: usedToken, demand, now: now, wall: 0)
      #expect(foreseen == again, "seed \(seed)")
      switch accounts.admit(user: user, token: usedToken, demand, now: now, wall: 0) {
      case .taken(let reservation):
        #expect(foreseen.refusal == nil && !foreseen.limits.contains { $0.refuses })
        running.append(reservation)
      case .refused(let denial):
        #expect(foreseen.refusal == denial.refusal && foreseen.refusedBy == denial.rule)
        #expect(foreseen.limits.contains { $0.refuses }, "seed \(seed)")
      }
      if running.count > 8 || (!running.isEmpty && Bool.random(using: &random)) {
        _ = accounts.settle(
          running.removeFirst(),
          Used(
            inputTokens: Int64.random(in: 0...90, using: &random),
            outputTokens: Int64.random(in: 0...90, using: &random)), now: now, wall: 0)
      }
    }
  }

  @Test func whoHasNothingToCountHasNothingToShow() {
    #expect(
      Accounts().outlook(user: nil, token: nil, Demand(model: "m"), now: 0, wall: 0) == Outlook())
  }
}
