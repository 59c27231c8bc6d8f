import Testing

@testable import Gateway

@Suite("Cost")
struct PricingCostTests {
  private func line(_ zeptoUSD: Int128, quantity: Int64 = 1) throws -> CostLine {
    let rate = PriceRate(PriceName(.input), DollarAmount(zeptoUSD: zeptoUSD))
    return try #require(CostLine(.input, ExactDecimal(quantity), rate))
  }

  /// Two halves of a nano-dollar are one; rounded each alone they would be none.
  @Test func isRoundedOnce() throws {
    let half = try line(500_000_000_000)
    let cost = Cost.sum([half, half], multipliers: [], priceKey: "m", tableVersion: "1")
    #expect(cost.nanoUSD == 1)
    #expect(cost.amount?.description == "0.000000001")
    #expect(cost.reason == nil)
    #expect(cost.tableVersion == "1")
  }

  @Test func factorsHoldForTheSum() throws {
    let factor = PriceMultiplier(name: "us", factor: try ExactDecimal("1.1"))
    let cost = Cost.sum(
      [try line(1_000_000_000_000, quantity: 10)], multipliers: [factor], priceKey: "m",
      tableVersion: "1")
    #expect(cost.nanoUSD == 11)
  }

  @Test func saysWhenItLeavesItsRange() throws {
    let much = try line(.max)
    let cost = Cost.sum([much, much], multipliers: [], priceKey: "m", tableVersion: "1")
    #expect(cost.amount == nil)
    #expect(cost.reason == .outOfRange)
    let rate = PriceRate(PriceName(.input), DollarAmount(zeptoUSD: .max))
    #expect(CostLine(.input, ExactDecimal(2), rate) == nil)
  }

  @Test func namesTheLinesOfAnIteration() throws {
    let rate = PriceRate(PriceName(.input), DollarAmount(nanoUSD: 1))
    let line = CostLine(
      .output, count: 2, rate,
      iteration: CostLine.Iteration(index: 0, kind: "compaction"))
    #expect(line?.name == "iteration0_compaction_output")
  }
}
