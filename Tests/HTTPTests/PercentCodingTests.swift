import Testing

@testable import HTTP

@Suite("Percent coding (RFC 3986 § 2.1)")
struct PercentCodingTests {
  @Test(
    arguments: [
      ("abc", "abc"), ("a%20b", "a b"), ("%41%7a", "Az"), ("%C3%a9", "é"), ("a+b", "a+b"),
      ("", ""), ("%2f", "/"), ("%E6%BC%A2", "漢"), ("%", nil), ("%4", nil), ("%4g", nil),
      ("%zz", nil), ("a%%41", nil), ("%u002e", nil), ("a%2gb", nil),
    ] as [(String, String?)])
  func decodes(_ input: String, _ expected: String?) {
    let slice = Array("..\(input)..".utf8)[2..<(2 + input.utf8.count)]
    #expect(PercentCoding.decoded(slice.span).map { text($0) } == expected)
  }

  @Test func plusIsASpaceInQueriesAlone() {
    let query = Array("a+%2B".utf8)
    #expect(PercentCoding.decoded(query.span, plusIsSpace: true).map { text($0) } == "a +")
  }

  @Test func everyByteCanBeWritten() {
    let all = (0...255).map { UInt8($0) }
    let coded = all.flatMap { byte in
      let digits = String(byte, radix: 16)
      return Array("%\(digits.count == 1 ? "0" : "")\(digits)".utf8)
    }
    #expect(PercentCoding.decoded(coded.span) == all)
  }
}
