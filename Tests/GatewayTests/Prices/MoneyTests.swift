import Testing

@testable import Gateway

@Suite("Dollar amount")
struct MoneyTests {
  private func dollars(_ text: String) throws -> DollarAmount {
    try #require(DollarAmount(dollars: try ExactDecimal(text)))
  }

  @Test(arguments: ["0", "0.00012", "1", "0.000000000000000000001", "99999999999999999"])
  func isPrintedExactly(_ text: String) throws {
    #expect(try dollars(text).description == text)
  }

  @Test func refusesWhatItCannotKeep() throws {
    #expect(DollarAmount(dollars: try ExactDecimal("1e-22")) == nil)
    #expect(DollarAmount(dollars: try ExactDecimal("1e18")) == nil)
    #expect(DollarAmount(dollars: try ExactDecimal("1e-9999")) == nil)
  }

  @Test func multipliesExactly() throws {
    let price = try dollars("3.3333333333333335e-05")
    #expect(price.multiplied(by: 3)?.description == "0.000100000000000000005")
    #expect(price.multiplied(by: try ExactDecimal("3.7"))?.description == "0.00012333333333333334")
    #expect(try dollars("2").multiplied(by: ExactDecimal("1.1"))?.description == "2.2")
    #expect(try dollars("2").multiplied(by: ExactDecimal("1e3"))?.description == "2000")
  }

  @Test func saysWhenItLeavesItsRange() throws {
    let much = try dollars("99999999999999999")
    #expect(much.multiplied(by: 2) == nil)
    #expect(much.multiplied(by: Int64.max) == nil)
    #expect(much.multiplied(by: try ExactDecimal("1e30")) == nil)
    #expect(much.adding(much) == nil)
    #expect(much.nanoUSD == nil)
    #expect(DollarAmount(zeptoUSD: .min).nanoUSD == nil)
  }

  static let rounded: [(String, Int64)] = [
    ("0.0000000005", 0), ("0.0000000015", 2), ("0.00000000051", 1), ("0.00000000149", 1),
    ("0.000000001500000000001", 2), ("1", 1_000_000_000), ("-0.0000000025", -2),
    ("-0.0000000035", -4), ("9223372036.854775807", .max),
  ]

  @Test(arguments: rounded)
  func roundsHalfToEvenToNanoDollars(_ text: String, _ nanoUSD: Int64) throws {
    #expect(try dollars(text).nanoUSD == nanoUSD)
  }

  @Test(arguments: [
    (Int64(120_000), "0.00012"), (1, "0.000000001"), (0, "0"), (-5, "-0.000000005"),
  ])
  func printsNanoDollars(_ nanoUSD: Int64, _ text: String) {
    #expect(DollarAmount(nanoUSD: nanoUSD).description == text)
    #expect(DollarAmount(nanoUSD: nanoUSD).nanoUSD == nanoUSD)
  }

  @Test func compares() throws {
    #expect(try dollars("0.1") < dollars("0.2"))
    #expect(DollarAmount(nanoUSD: .max).nanoUSD == .max)
  }
}
