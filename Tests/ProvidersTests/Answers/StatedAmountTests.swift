import Testing

@testable import Providers

@Suite("Amounts that a provider states")
struct StatedAmountTests {
  @Test(
    arguments: [
      ("0", "0"), ("3.7", "3.7"), ("0.0004970133333333333", "0.0004970133333333333"),
      ("1.6e-7", "1.6e-7"), ("-1", nil), ("-0.5", nil), ("NaN", nil), ("", nil), ("1.2.3", nil),
      ("1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890"),
      ("12345678901234567890123456789012345678901", nil),
    ] as [(String, String?)])
  func decimals(_ text: String, _ amount: String?) {
    #expect(StatedAmount.decimal(text.utf8.span) == amount)
  }

  @Test(
    arguments: [
      ("0", "0"), ("1", "0.0000000001"), ("1176500", "0.00011765"), ("700000000", "0.07"),
      ("10000000000", "1"), ("123456789012", "12.3456789012"), ("", nil), ("-5", nil),
      ("1.5", nil), ("1e9", nil), ("9999999999999999999999999999999", nil),
    ] as [(String, String?)])
  func ticks(_ text: String, _ dollars: String?) {
    #expect(StatedAmount.dollars(ticks: text.utf8.span) == dollars)
  }
}
