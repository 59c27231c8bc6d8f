import HTTP
import Testing

@testable import Providers

@Suite("Percent-coding of paths (RFC 3986 § 2.1)")
struct RequestPathCodingTests {
  @Test(arguments: [
    ("", true), ("abc", true), ("a%20b", true), ("%E6%BC%A2", true), ("a+b", true), ("%2f", true),
    ("%", false), ("%2", false), ("%zz", false), ("a%2gb", false),
  ])
  func knowsWhatCanBeDecoded(_ text: String, _ isWellFormed: Bool) {
    let bytes = Array(text.utf8)
    #expect(PathCoding.isWellFormed(bytes.span) == isWellFormed)
  }

  @Test(arguments: [
    ("key", "key", true), ("%6Bey", "key", true), ("%6b%65%79", "key", true),
    ("keys", "key", false), ("ke", "key", false), ("k%65", "key", false), ("k%6", "key", false),
    ("", "key", false), ("KEY", "key", false),
  ])
  func comparesDecoded(_ text: String, _ wanted: String, _ isEqual: Bool) {
    let bytes = Array(text.utf8)
    #expect(PathCoding.decodesTo(wanted, bytes.span) == isEqual)
  }

  @Test(arguments: [
    ("gpt-4o_x.y~@z", "gpt-4o_x.y~@z"), ("a/b", "a%2Fb"), ("a:b", "a%3Ab"), ("a?b#c", "a%3Fb%23c"),
    ("漢", "%E6%BC%A2"), (" %", "%20%25"),
  ])
  func encodesASegment(_ text: String, _ expected: String) {
    var out: [UInt8] = []
    PathCoding.appendSegment(text, to: &out)
    #expect(String(decoding: out, as: UTF8.self) == expected)
    #expect(PercentCoding.decoded(out.span).map { String(decoding: $0, as: UTF8.self) } == text)
  }

  @Test(
    arguments: [
      ("/a/b", nil), ("/a/...", nil), ("/.a/a.", nil), ("/a;..", nil), ("/", nil), ("//", nil),
      ("/..", .dotSegment), ("/a/./b", .dotSegment), ("/a/%2e.", .dotSegment),
      ("/..;a=b/c", .dotSegment), ("/a%2fb", .encodedSlash), ("/a%5cb", .encodedSlash),
      ("/a\\b", .encodedSlash), ("/a%0a", .control), ("/a%7f", .control),
    ] as [(String, PathCoding.Traversal?)])
  func findsWhatClimbs(_ path: String, _ expected: PathCoding.Traversal?) {
    let bytes = Array(path.utf8)
    #expect(PathCoding.traversal(in: bytes.span) == expected)
  }

  @Test(arguments: [
    ("gpt-4", true), ("a/b", true), ("...", true), (".", false), ("..", false), ("a/..", false),
    ("../a", false), ("a/./b", false), ("a\\..\\b", false), ("a\nb", false), ("\u{7F}", false),
    ("", true),
  ])
  func knowsPlainNames(_ name: String, _ isPlain: Bool) {
    let bytes = Array(name.utf8)
    #expect(PathCoding.isPlainName(bytes.span) == isPlain)
  }

  @Test func knowsHexadecimalDigits() {
    #expect(hexDigitValue(UInt8(ascii: "9")) == 9)
    #expect(hexDigitValue(UInt8(ascii: "F")) == 15)
    #expect(hexDigitValue(UInt8(ascii: "a")) == 10)
    #expect(hexDigitValue(UInt8(ascii: "g")) == nil)
  }
}
