import Testing

@testable import Gateway

@Suite("Exact decimal")
struct ExactDecimalTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let printed: String
    var testDescription: String { text }
  }

  static let cases: [Case] = [
    Case(text: "0", printed: "0"),
    Case(text: "-0", printed: "0"),
    Case(text: "0.0", printed: "0"),
    Case(text: "0e400", printed: "0"),
    Case(text: "10", printed: "10"),
    Case(text: "1.50", printed: "1.5"),
    Case(text: "-1.50", printed: "-1.5"),
    Case(text: "7.5e-08", printed: "0.000000075"),
    Case(text: "7.5E-08", printed: "0.000000075"),
    Case(text: "1e-06", printed: "0.000001"),
    Case(text: "2.5e+3", printed: "2500"),
    Case(text: "1e3", printed: "1000"),
    Case(text: "3.3333333333333335e-05", printed: "0.000033333333333333335"),
    Case(
      text: "100000000000000000000000000000000000000",
      printed: "100000000000000000000000000000000000000"),
    Case(
      text: "0.10000000000000000000000000000000000000000000000000000000000000", printed: "0.1"),
    Case(text: "-0.001", printed: "-0.001"),
  ]

  @Test(arguments: cases)
  func isReadAndPrintedExactly(_ example: Case) throws {
    #expect(try ExactDecimal(example.text).description == example.printed)
  }

  static let refused: [(String, ExactDecimal.Failure)] = [
    ("", .notANumber), ("-", .notANumber), (".5", .notANumber), ("5.", .notANumber),
    ("01", .notANumber), ("1e", .notANumber), ("1e+", .notANumber), ("+1", .notANumber),
    ("1 ", .notANumber), ("0x10", .notANumber), ("NaN", .notANumber), ("Infinity", .notANumber),
    ("1,5", .notANumber), ("1e99999999999999999999999", .outOfRange),
    ("1e-99999999999999999999999", .outOfRange),
    ("2345678901234567890123456789012345678901", .outOfRange),
    ("2.345678901234567890123456789012345678901", .outOfRange),
  ]

  @Test(arguments: refused)
  func refusesWhatIsNoNumberOrTooLong(_ text: String, _ failure: ExactDecimal.Failure) {
    #expect(throws: failure) { try ExactDecimal(text) }
  }

  @Test func equalNumbersAreEqual() throws {
    #expect(try ExactDecimal("1.0") == ExactDecimal(1))
    #expect(try ExactDecimal("1200") == ExactDecimal("1.2e3"))
    #expect(ExactDecimal(100).exponent == 2)
  }

  @Test func knowsWholeNumbers() throws {
    #expect(try ExactDecimal("4096").int64 == 4096)
    #expect(try ExactDecimal("8192.0").int64 == 8192)
    #expect(try ExactDecimal("1e6").int64 == 1_000_000)
    #expect(try ExactDecimal("0").int64 == 0)
    #expect(try ExactDecimal("0.5").int64 == nil)
    #expect(try ExactDecimal("9223372036854775808").int64 == nil)
    #expect(try ExactDecimal("1e9000").int64 == nil)
    #expect(ExactDecimal(.min).int64 == .min)
  }

  static let halves: [(Int128, Int, Int128)] = [
    (25, 1, 2), (35, 1, 4), (-25, 1, -2), (-35, 1, -4), (26, 1, 3), (24, 1, 2), (-26, 1, -3),
    (5, 1, 0), (15, 1, 2), (0, 5, 0), (7, 0, 7), (-7, 0, -7), (.max, 39, 0), (51, 2, 1), (50, 2, 0),
  ]

  @Test(arguments: halves)
  func roundsHalfToEven(_ number: Int128, _ power: Int, _ rounded: Int128) {
    #expect(number.dividedHalfToEven(byPowerOfTen: power) == rounded)
  }
}
