import Testing

@testable import JSON

@Suite("JSON strings")
struct JSONStringTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let written: String
    let text: String?
    var testDescription: String { written }

    init(_ written: String, _ text: String?) {
      self.written = written
      self.text = text
    }
  }

  static let cases: [Case] = [
    Case(#""""#, ""),
    Case(#""plain""#, "plain"),
    Case(#""é漢😀""#, "é漢😀"),
    Case(#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{08}\u{0C}\n\r\t"),
    Case(#""a\u00e9b\u6F22c""#, "aéb漢c"),
    Case(#""\ud83d\ude00""#, "😀"),
    Case(#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
    Case(#""\ud800""#, "\u{FFFD}"),
    Case(#""\ud800x""#, "\u{FFFD}x"),
    Case(#""\ud800\ud83d\ude00""#, "\u{FFFD}😀"),
    Case(#""\ude00\ud83d""#, "\u{FFFD}\u{FFFD}"),
    Case(#""\ud83d\n""#, "\u{FFFD}\n"),
    Case(#""\u0000""#, "\u{0}"),
    Case(#""\x""#, nil),
    Case(#""\u12g4""#, nil),
    Case(#""\u12""#, nil),
    Case(#""\""#, nil),
    Case(#""a"b""#, nil),
    Case("\"", nil),
    Case("", nil),
    Case("12", nil),
    Case("\"a", nil),
  ]

  @Test(arguments: cases)
  func decodes(_ example: Case) {
    let document = bytes(example.written)
    #expect(jsonString(document.span, 0..<document.count) == example.text)
  }

  @Test func refusesWhatIsNoUTF8() {
    let document: [UInt8] = [0x22, 0xC3, 0x22]
    #expect(jsonString(document.span, 0..<3) == nil)
    let escaped: [UInt8] = [0x22, 0x5C, 0x6E, 0xC3, 0x22]
    #expect(jsonString(escaped.span, 0..<5) == nil)
  }

  @Test func refusesARangeOutsideTheBytes() {
    let document = bytes(#""a""#)
    #expect(jsonString(document.span, 0..<9) == nil)
    #expect(jsonString(document.span, 1..<2) == nil)
  }

  @Test func comparesNamesWithoutDecodingMoreThanItMust() throws {
    let document = bytes(#"{"\u0061\u0062":1,"a\u00e9":2}"#)
    let index = try JSONIndex(document.span)
    #expect(index.first("ab", document) != nil)
    #expect(index.first("aé", document) != nil)
    #expect(index.first("a", document) == nil)
    // The same letters, composed differently, are another name: names are bytes.
    #expect(index.first("ae\u{301}", document) == nil)
  }

  @Test func decodesWhatMayBeAWord() {
    for (written, text) in [
      (#"\u0061b"#, "ab"), ("abc", "abc"), ("", ""), (#"\u0061\u0062"#, "ab"),
      (#"\u0061\u0062\u0063"#, nil), (#"\x"#, nil), ("a\"b", nil),
    ] as [(String, String?)] {
      let document = bytes(written)
      let decoded = JSONString.decoded(document.span, 0..<document.count, bytesMax: 2)
      #expect(decoded.map { String(decoding: $0, as: UTF8.self) } == text, "\(written)")
    }
  }
}
