import Testing

@testable import Gateway

@Suite("The budgets of an account")
struct AccountBudgetsTests {
  private static func allowance(
    _ definitions: [BudgetDefinition], generation: UInt64 = 1
  ) throws -> Allowance {
    try #require(
      Allowance(
        key: AccountKey(userID: "u"), name: "ada", generation: generation,
        limits: LimitDefinition(maxima: [:]),
        budgets: definitions.map { Budget(definition: $0, zone: .utc) }))
  }

  private static let total = BudgetDefinition(nanoUSD: 100, period: .total)
  private static let hour = BudgetDefinition(nanoUSD: 60, period: .hour, isAligned: false)

  private func left(_ budgets: inout AccountBudgets) -> Int64? { budgets.left(at: 0) }
  private func standings(_ budgets: inout AccountBudgets) -> [BudgetStanding] {
    budgets.standings(at: 0)
  }

  @Test func theTightestBudgetIsTold() throws {
    var budgets = AccountBudgets(try Self.allowance([Self.total, Self.hour]))
    #expect(left(&budgets) == 60)
    budgets.reserve(15)
    #expect(left(&budgets) == 45)
    let shortage = try #require(budgets.shortage(of: 46, at: 0))
    #expect(shortage.left == 45 && shortage.budget.definition.period == .hour)
    budgets.release(15, generation: 1)
    // Of the money, 40 of the hour's; what a request took of budgets that came later it gives none.
    _ = budgets.spend(40, quarter: 0, at: 0)
    budgets.reserve(5)
    budgets.release(5, generation: 0)
    #expect(left(&budgets) == 15)
  }

  /// Each of them that has nothing left is told, with what is spent of it, and none that has.
  @Test func allThatAreSpentAreTold() throws {
    let day = BudgetDefinition(nanoUSD: 90, period: .day)
    var budgets = AccountBudgets(try Self.allowance([Self.total, day, Self.hour]))
    let settled = budgets.spend(58, quarter: 0, at: 0)
    #expect(settled.map(\.percent) == [50, 50, 80])
    #expect(left(&budgets) == 2)
    let none = budgets.exhaustions(smallest: 2, at: 0)
    let first = budgets.exhaustions(smallest: 3, at: 0)
    let again = budgets.exhaustions(smallest: 3, at: 0)
    #expect(none.isEmpty && again.isEmpty)
    #expect(
      first == [
        BudgetNotice(
          name: "ada", period: .hour, percent: 100, spentNanoUSD: 58, limitNanoUSD: 60)
      ])
    let more = budgets.spend(30, quarter: 0, at: 0)
    let rest = budgets.exhaustions(smallest: 13, at: 0)
    #expect(more.map(\.percent) == [80, 80] && rest.map(\.period) == [.total, .day])
  }

  /// What the ledger does not hold yet is added to what it holds, once.
  @Test func whatIsOnItsWayToTheLedgerIsKept() throws {
    var budgets = AccountBudgets(try Self.allowance([Self.total]))
    _ = budgets.spend(10, quarter: 0, at: 0)
    _ = budgets.spend(20, quarter: 1, at: 0)
    budgets.stored(10, quarter: 0, wasCounted: true, at: 0)
    budgets.load([SpendCell(quarter: 0, nanoUSD: 10)], at: 0)
    #expect(left(&budgets) == 70)
    budgets.stored(20, quarter: 1, wasCounted: true, at: 0)
    #expect(left(&budgets) == 70)
    // A request of an earlier run was not counted here.
    budgets.stored(5, quarter: 1, wasCounted: false, at: 0)
    #expect(left(&budgets) == 65)
    budgets.load([SpendCell(quarter: 0, nanoUSD: 35)], at: 0)
    #expect(left(&budgets) == 65)
  }

  @Test func aChangeKeepsWhatWasSpent() throws {
    var budgets = AccountBudgets(try Self.allowance([Self.total]))
    _ = budgets.spend(10, quarter: 0, at: 0)
    let more = BudgetDefinition(nanoUSD: 500, period: .total)
    budgets.adopt(try Self.allowance([more, Self.hour], generation: 2))
    #expect(standings(&budgets).map(\.leftNanoUSD) == [490, 60])
    budgets.adopt(try Self.allowance([Self.hour], generation: 3))
    #expect(standings(&budgets).map(\.spentNanoUSD) == [0])
  }

  /// Costs that a provider's nonsense makes enormous, many before the ledger holds the first.
  @Test func costsBeyond64BitsAreNoTrap() throws {
    var budgets = AccountBudgets(try Self.allowance([Self.total, Self.hour]))
    for _ in 0..<3 {
      budgets.reserve(.max)
      _ = budgets.spend(.max - 1, quarter: 0, at: 0)
      budgets.release(.max, generation: 1)
    }
    let rest = budgets.left(at: 0)
    #expect(try #require(rest) < 0)
    #expect(budgets.shortage(of: .max, at: 0) != nil)
    for _ in 0..<3 { budgets.stored(.max - 1, quarter: 0, wasCounted: true, at: 0) }
    budgets.stored(.max, quarter: 0, wasCounted: false, at: 0)
    budgets.load([SpendCell(quarter: 0, nanoUSD: 1 << 61)], at: 0)
    #expect(standings(&budgets).map(\.spentNanoUSD) == [1 << 61, 1 << 61])
  }
}
