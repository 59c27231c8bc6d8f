import Testing

@testable import Server

@Suite("The cap on bodies that are kept")
struct BodyBudgetTests {
  @Test func takesUpToItsCapAndNothingOfARefusal() {
    let budget = BodyBudget(bytesMax: 100)
    #expect(budget.take(60))
    #expect(!budget.take(41))
    #expect(budget.bytesTaken == 60)
    #expect(budget.take(40))
    #expect(!budget.take(1))
    budget.give(100)
    #expect(budget.bytesTaken == 0)
    #expect(budget.take(100))
  }

  @Test func holdsUnderConcurrency() async {
    let budget = BodyBudget(bytesMax: 1_000)
    let granted = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<8 {
        group.addTask { (0..<1_000).count { _ in budget.take(1) } }
      }
      return await group.reduce(0, +)
    }
    // A refusal takes for a moment before it gives back, so that others may be refused with it.
    #expect(granted <= 1_000)
    #expect(budget.bytesTaken == granted)
  }
}
