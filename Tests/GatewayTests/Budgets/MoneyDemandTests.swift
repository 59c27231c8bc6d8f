import Testing

@testable import Gateway

@Suite("How a cost fits into a budget")
struct MoneyDemandTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var input: Int64 = 100
    /// Nano-dollars a token.
    var output: Int64 = 2
    var stated: Int64?
    var largest: Int64 = 1_000
    var takesCap = true
    let left: Int64
    var fit: MoneyDemand.Fit?
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(name: "a stated cap that fits", stated: 50, left: 200, fit: .init(nanoUSD: 200)),
    Case(
      name: "a stated cap takes all that is left", stated: 50, left: 180,
      fit: .init(nanoUSD: 180, cap: 40)),
    Case(name: "below the floor", stated: 50, left: 131),
    Case(name: "at the floor", stated: 50, left: 132, fit: .init(nanoUSD: 132, cap: 16)),
    Case(name: "a cap below the floor", stated: 5, left: 110, fit: .init(nanoUSD: 110)),
    Case(name: "a cap below the floor that does not fit", stated: 5, left: 109),
    Case(name: "no cap, and room for the largest answer", left: 2_100, fit: .init(nanoUSD: 2_100)),
    Case(
      name: "no cap takes a tenth", left: 2_000, fit: .init(nanoUSD: 290, cap: 95)),
    Case(name: "no cap takes the floor at least", left: 200, fit: .init(nanoUSD: 132, cap: 16)),
    Case(name: "no cap below the floor", left: 131),
    Case(name: "what takes no cap fits or not", takesCap: false, left: 2_099),
    Case(name: "input alone", output: 0, left: 100, fit: .init(nanoUSD: 100)),
    Case(name: "input above what is left", output: 0, left: 99),
    Case(name: "nothing left", input: 0, output: 0, left: 0),
    Case(name: "less than nothing left", input: 0, output: 0, left: -5),
    Case(name: "an absurd cap", stated: .max, left: 200, fit: .init(nanoUSD: 200, cap: 50)),
  ])
  func fits(example: Case) {
    var demand = MoneyDemand()
    demand.inputNanoUSD = example.input
    demand.outputZeptoUSD = Int128(example.output) * 1_000_000_000_000
    demand.statedCap = example.stated
    demand.largestAnswer = example.largest
    demand.takesCap = example.takesCap
    #expect(demand.fit(into: example.left) == example.fit)
  }

  @Test func aPartOfANanoDollarIsRoundedUp() {
    var demand = MoneyDemand()
    demand.outputZeptoUSD = 1
    demand.statedCap = 1
    #expect(demand.fit(into: 1) == .init(nanoUSD: 1))
    #expect(demand.cost(.max) == 9_223_373)
    demand.outputZeptoUSD = .max
    #expect(demand.cost(2) == nil && demand.leastNanoUSD == .max)
  }
}
