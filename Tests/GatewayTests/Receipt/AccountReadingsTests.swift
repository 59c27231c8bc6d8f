import Providers
import Testing

@testable import Gateway

@Suite("Limits and budgets before and after")
struct AccountReadingsTests {
  private static func user(
    _ limits: [LimitKind: Int64], generation: UInt64 = 1
  ) -> Allowance? {
    Allowance(
      key: AccountKey(userID: "u"), name: "u", generation: generation,
      limits: LimitDefinition(maxima: limits),
      modelLimits: ["a*", "b*"].compactMap { text in
        NamePattern(text).map {
          ModelLimitDefinition(pattern: $0, limits: LimitDefinition(maxima: [.rpm: 9]))
        }
      },
      budgets: [
        Budget(
          definition: BudgetDefinition(nanoUSD: 1_000, period: .total), zone: .utc),
        Budget(
          definition: BudgetDefinition(nanoUSD: 5_000, period: .day, zoneName: "UTC"), zone: .utc),
      ])
  }

  private static let token = AccountsTests.allowance([.concurrent: 4], user: "u", token: "t")

  private static func demand(_ nanoUSD: Int64 = 300) -> Demand {
    var demand = Demand(model: "a1", inputTokens: 10, outputTokens: 90)
    demand.money = MoneyDemand()
    demand.money?.inputNanoUSD = nanoUSD
    return demand
  }

  @Test func areReadAtAdmissionAndAtTheEnd() throws {
    let accounts = Accounts()
    let user = Self.user([.rpm: 5, .tpm: 1_000])
    var readings = [AccountReadings(), AccountReadings()]
    var reservations: [Reservation] = []
    for index in 0..<2 {
      let admitted = accounts.admit(
        user: user, token: Self.token, Self.demand(), now: 0, wall: 0, into: &readings[index])
      guard case .taken(let reservation) = admitted else { return #expect(Bool(false)) }
      reservations.append(reservation)
    }
    let second = readings[1]
    #expect(second.limits.map(\.kind) == [.rpm, .tpm, .rpm, .concurrent])
    #expect(second.limits.map(\.pattern) == [nil, nil, "a*", nil])
    #expect(second.limits.map(\.isOfToken) == [false, false, false, true])
    #expect(second.limits.map(\.before) == [1, 100, 1, 1])
    #expect(second.limits.map(\.takes) == [1, 100, 1, 1])
    #expect(second.limits.allSatisfy { $0.after == nil })
    #expect(second.budgets.map(\.limitNanoUSD) == [1_000, 5_000])
    #expect(second.budgets.map(\.reservedBefore) == [300, 300])
    #expect(second.budgets.map(\.takes) == [300, 300])
    #expect(second.budgets.allSatisfy { $0.spentBefore == 0 && $0.spentAfter == nil })

    let used = Used(inputTokens: 10, outputTokens: 20, nanoUSD: 120, quarter: 0)
    for index in [1, 0] {
      _ = accounts.settle(reservations[index], used, now: 1, wall: 0, into: &readings[index])
    }
    // What the other had taken by then is in it.
    #expect(readings[1].limits.map(\.after) == [2, 130, 2, 1])
    #expect(readings[0].limits.map(\.after) == [2, 60, 2, 0])
    #expect(readings[1].budgets.map(\.spentAfter) == [120, 120])
    #expect(readings[0].budgets.map(\.spentAfter) == [240, 240])
    #expect(readings[0].limits.map(\.before) == [0, 0, 0, 0])
  }

  @Test func aRefusalLeavesThemAsTheyWere() {
    let accounts = Accounts()
    var readings = AccountReadings()
    let refused = accounts.admit(
      user: Self.user([.rpm: 5]), token: nil, Self.demand(2_000), now: 0, wall: 0, into: &readings)
    guard case .refused(let denial) = refused else { return #expect(Bool(false)) }
    #expect(denial.rule == "user 'u' budgets: $0.000001 in all")
    #expect(readings.limits.map(\.before) == [0, 0] && readings.limits.map(\.after) == [0, 0])
    #expect(readings.budgets.map(\.takes) == [2_000, 2_000])
    #expect(readings.budgets.map(\.spentAfter) == [0, 0])
  }

  /// A limit that is gone by the end has no reading then; one that has come has none at all.
  @Test func changesMeanwhileAreSeen() throws {
    let accounts = Accounts()
    var readings = AccountReadings()
    let admitted = accounts.admit(
      user: Self.user([.rpm: 5, .tpm: 1_000]), token: nil, Self.demand(), now: 0, wall: 0,
      into: &readings)
    guard case .taken(let reservation) = admitted else { return #expect(Bool(false)) }
    var other = AccountReadings()
    _ = accounts.admit(
      user: Self.user([.rpm: 50, .otpm: 9_000], generation: 2), token: nil, Self.demand(), now: 0,
      wall: 0,
      into: &other)
    _ = accounts.settle(reservation, Used(), now: 1, wall: 0, into: &readings)
    #expect(readings.limits.map(\.kind) == [.rpm, .tpm, .rpm])
    #expect(readings.limits.map(\.after) == [2, nil, 2])
  }

  /// What is free is none of a budget's affair, and who has nothing to count has no readings.
  @Test func onlyWhatCountsIsRead() {
    let accounts = Accounts()
    var readings = AccountReadings()
    _ = accounts.admit(
      user: Self.user([:]), token: nil, Demand(model: nil), now: 0, wall: 0, into: &readings)
    #expect(readings.isEmpty)
    let many = Allowance(
      key: AccountKey(userID: "v"), name: "v", generation: 1, limits: .none,
      modelLimits: (0..<100).compactMap { _ in
        NamePattern("m*").map {
          ModelLimitDefinition(pattern: $0, limits: LimitDefinition(maxima: [.rpm: 9]))
        }
      })
    _ = accounts.admit(
      user: many, token: nil, Demand(model: "m0"), now: 0, wall: 0, into: &readings)
    #expect(readings.limits.count == AccountReadings.limitsMax)
  }
}
