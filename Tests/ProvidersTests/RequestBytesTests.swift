import Testing

@testable import Providers

@Suite("Comparisons of bytes")
struct RequestBytesTests {
  @Test func compares() {
    let bytes = Array("Content-Type".utf8)
    let other = Array("CONTENT-TYPE".utf8)
    #expect(bytes.span.equalsIgnoringCase(other.span) == true)
    #expect(bytes.span.equals(other.span) == false)
  }

  /// Only letters have a case: `[` is no small `{`.
  @Test func knowsLetters() {
    let bytes = Array("[@`{Z".utf8)
    #expect(String(decoding: bytes.map(asciiLowercase), as: UTF8.self) == "[@`{z")
  }

  @Test func copies() {
    let bytes = Array("abc".utf8)
    var out = Array("x".utf8)
    out.append(ascii: "ä!")
    #expect(String(decoding: out, as: UTF8.self) == "xä!")
    #expect(bytes.span.extracting(1..<3).copied() == Array("bc".utf8))
    #expect(bytes.span.text() == "abc")
    #expect([0xFF].span.text() == nil)
    #expect(bytes.span.firstIndex(of: UInt8(ascii: "c"), in: 0..<3) == 2)
    #expect(bytes.span.firstIndex(of: UInt8(ascii: "c"), in: 0..<2) == nil)
  }
}
