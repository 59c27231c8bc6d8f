import Testing

@testable import HTTP

@Suite("Percent coding (RFC 3986 § 2.1)")
struct PercentCodingTests {
  @Test(arguments: [
    ("abc", "abc"), ("a%20b", "a b"), ("%41%7a", "Az"), ("%C3%a9", "é"), ("a+b", "a+b"), ("", ""),
    ("%", nil), ("%4", nil), ("%4g", nil), ("%zz", nil), ("a%%41", nil), ("%u002e", nil),
  ])
  func decodes(_ input: String, _ expected: String?) {
    let slice = Array("..\(input)".utf8)[2...]
    #expect(PercentCoding.decoded(slice).map { text($0) } == expected)
  }

  @Test func plusIsASpaceInQueriesAlone() {
    #expect(
      PercentCoding.decoded(Array("a+%2B".utf8)[...], plusIsSpace: true).map { text($0) } == "a +")
  }

  @Test func everyByteComesBack() {
    let all = (0...255).map { UInt8($0) }
    var coded: [UInt8] = []
    PercentCoding.append(all.span, to: &coded)
    #expect(PercentCoding.decoded(coded[...]) == all)
    #expect(text(coded).hasPrefix("%00%01"))
    var plain: [UInt8] = []
    PercentCoding.append(Array("aZ0-._~/ é".utf8).span, to: &plain)
    #expect(text(plain) == "aZ0-._~%2F%20%C3%A9")
  }
}
