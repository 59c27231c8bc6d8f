import JSON
import Testing

@Suite("Integers in JSON text")
struct JSONIntegerTests {
  static let cases: [(String, JSONInteger)] = [
    ("0", .exact(0)), ("-0", .exact(0)), ("0.000", .exact(0)), ("0e999999999999", .exact(0)),
    ("-0.0e-5", .exact(0)), ("7", .exact(7)), ("-1", .exact(-1)), ("12.0", .exact(12)),
    ("1e3", .exact(1000)), ("1E+3", .exact(1000)), ("1.5e1", .exact(15)), ("1200e-2", .exact(12)),
    ("-120.50e1", .exact(-1205)), ("0.0001e4", .exact(1)), ("100", .exact(100)),
    ("1000000000000000000", .exact(1_000_000_000_000_000_000)),
    ("1e18", .exact(1_000_000_000_000_000_000)),
    ("9223372036854775807", .exact(.max)), ("-9223372036854775808", .exact(.min)),
    ("9223372036854775807.000", .exact(.max)), ("9223372036854775808", .outOfRange),
    ("-9223372036854775809", .outOfRange), ("18446744073709551616", .outOfRange),
    ("1e19", .outOfRange), ("-1e19", .outOfRange), ("9e18", .exact(9_000_000_000_000_000_000)),
    ("1e99999999999999999999999999", .outOfRange), ("99999999999999999999999", .outOfRange),
    ("0.5", .fraction), ("1.5", .fraction), ("-0.1", .fraction), ("1e-1", .fraction),
    ("123e-4", .fraction), ("1e-99999999999999999999999999", .fraction),
    ("9223372036854775807.5", .fraction), ("", .notNumber), ("01", .notNumber),
    ("1.", .notNumber), ("1 ", .notNumber), (" 1", .notNumber), ("\"1\"", .notNumber),
    ("null", .notNumber), ("+1", .notNumber), ("1e", .notNumber), ("NaN", .notNumber),
    ("-Infinity", .notNumber), ("{}", .notNumber), ("-", .notNumber),
  ]

  @Test(arguments: cases)
  func reads(_ text: String, _ expected: JSONInteger) {
    #expect(JSONInteger(parsing: text) == expected)
    let exact: Int64? = if case .exact(let value) = expected { value } else { nil }
    #expect(JSONInteger(parsing: text).exactValue == exact)
    #expect(JSONValue.number(text).int == exact)
  }

  /// Any way to write an integer gives that integer.
  @Test func readsEverySpelling() {
    let seed = newSeed("integers")
    var random = Seeded(seed)
    for _ in 0..<3_000 {
      let bits = Int.random(in: 0..<64, using: &random)
      let value = Int64(truncatingIfNeeded: random.next()) >> bits
      let sign = value < 0 ? "-" : ""
      let digits = String(value.magnitude)
      let point = Int.random(in: 0...digits.count, using: &random)
      let zeros = String(repeating: "0", count: Int.random(in: 0...3, using: &random))
      let head = point == 0 ? "0" : String(digits.prefix(point))
      let spelt = "\(sign)\(head).\(digits.dropFirst(point))\(zeros)0e\(digits.count - point)"
      #expect(JSONInteger(parsing: spelt) == .exact(value), "seed \(seed): \(spelt)")
    }
  }
}
