import Providers
import Testing

@testable import Gateway

@Suite("The arithmetic in a receipt")
struct ReceiptBillTests {
  private static func line(_ quantity: Int64, zepto: Int128) throws -> CostLine {
    let rate = PriceRate(PriceName(.input), DollarAmount(zeptoUSD: zepto))
    return try #require(CostLine(.input, ExactDecimal(quantity), rate))
  }

  private static func cost(_ lines: [CostLine], _ factors: [String] = []) throws -> Cost {
    try .sum(
      lines,
      multipliers: factors.map { PriceMultiplier(name: "us", factor: try ExactDecimal($0)) },
      priceKey: "m", tableVersion: "t")
  }

  @Test func theTotalIsTheCost() throws {
    let cost = try Self.cost(
      [try Self.line(3, zepto: 1_500_000_000_000), try Self.line(1, zepto: 1)], ["1.1"])
    let bill = try #require(ReceiptBill(cost))
    #expect(bill.lines == cost.lines)
    #expect(bill.sum?.zeptoUSD == 4_500_000_000_001)
    #expect(bill.total == cost.amount)
    #expect(bill.total?.nanoUSD == cost.nanoUSD)
    #expect(bill.priceKey == "m")
  }

  @Test func whatIsNotPricedHasNoBill() {
    #expect(ReceiptBill(.unknown(.noPrice, tableVersion: "t")) == nil)
    #expect(ReceiptBill(.free(tableVersion: "t")) == nil)
  }

  @Test(arguments: [63, 64, 65, 192])
  func theLastLineStandsForAllFurtherOnes(count: Int) throws {
    let cost = try Self.cost(try (1...count).map { try Self.line(Int64($0), zepto: 7) })
    let bill = try #require(ReceiptBill(cost))
    #expect(bill.lines.count == min(count, ReceiptBill.linesMax))
    #expect(bill.total == cost.amount)
    #expect((bill.lines.last?.item == .furtherLines) == (count > ReceiptBill.linesMax))
  }
}
