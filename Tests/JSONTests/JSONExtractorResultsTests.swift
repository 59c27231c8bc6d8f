import JSON
import Testing

@Suite("What an extractor answers")
struct JSONExtractorResultsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let value: String
    var integer: JSONInteger?
    var string: String?
    var bool: Bool?
    var testDescription: String { value }
  }

  static let cases: [Case] = [
    Case(value: "0", integer: .exact(0)),
    Case(value: "1e3", integer: .exact(1000)),
    Case(value: "12.0", integer: .exact(12)),
    Case(value: "-1", integer: .exact(-1)),
    Case(value: "9223372036854775808", integer: .outOfRange),
    Case(value: "0.5", integer: .fraction),
    Case(value: "NaN", integer: .notNumber),
    Case(value: "null"),
    Case(value: "true", integer: .notNumber, bool: true),
    Case(value: "false", integer: .notNumber, bool: false),
    Case(value: #""12""#, integer: .notNumber, string: "12"),
    Case(value: #""a\u00e9\n""#, integer: .notNumber, string: "aé\n"),
    Case(value: "[1]", integer: .notNumber),
  ]

  @Test(arguments: cases)
  func decodes(_ example: Case) throws {
    var extractor = JSONExtractor(JSONPaths([.capture("a"), .capture("b")]))
    try extractor.feed(bytes("{\"a\":\(example.value)}").span)
    try extractor.finish()
    let answers = (extractor.integer(0), extractor.string(0), extractor.bool(0))
    #expect(answers.0 == example.integer)
    #expect(answers.1 == example.string)
    #expect(answers.2 == example.bool)
    let int = extractor.int(0)
    #expect(int == example.integer?.exactValue)
    let absent = (extractor.integer(1), extractor.string(1), extractor.bool(1), extractor.value(1))
    #expect(absent.0 == nil && absent.1 == nil && absent.2 == nil && absent.3 == nil)
  }

  @Test func lendsAndCopiesValues() throws {
    var extractor = JSONExtractor(JSONPaths([.capture("*")]))
    try extractor.feed(bytes(#"[1,"two",[3]]"#).span)
    let values = extractor.values(0).map(text)
    #expect(values == ["1", #""two""#, "[3]"])
    let picked = (-1...3).map { extractor.value(0, at: $0).map(text) }
    #expect(picked == [nil, "1", #""two""#, "[3]", nil])
    let last = extractor.value(0).map(text)
    #expect(last == "[3]")
    let lent = extractor.withValue(0, at: 1) { $0.count }
    #expect(lent == 5)
    let count = extractor.valueCount(0)
    #expect(count == 3)
  }

  @Test func invalidUTF8IsNoText() throws {
    var extractor = JSONExtractor(JSONPaths([.capture()]))
    let document: [UInt8] = [0x22, 0xC3, 0x22]
    try extractor.feed(document.span)
    try extractor.finish()
    let (string, count) = (extractor.string(0), extractor.value(0)?.count)
    #expect(string == nil)
    #expect(count == 3)
  }
}
