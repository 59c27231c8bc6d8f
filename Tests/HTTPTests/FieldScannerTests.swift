import Testing

@testable import HTTP

@Suite("Header field lines (RFC 9112 § 5)")
struct FieldScannerTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    /// Nil where the lines are refused.
    let lines: [String]?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "none", input: "\r\n", lines: []),
    Case(name: "one", input: "A: b\r\n\r\n", lines: ["A|b"]),
    Case(name: "no white space", input: "A:b\r\n\r\n", lines: ["A|b"]),
    Case(name: "white space around the value", input: "A: \t b \t \r\n\r\n", lines: ["A|b"]),
    Case(name: "white space in the value", input: "A: b \t c\r\n\r\n", lines: ["A|b \t c"]),
    Case(name: "empty values", input: "A:\r\nB: \t\r\n\r\n", lines: ["A|", "B|"]),
    Case(name: "colons in the value", input: "A: b:c: d\r\n\r\n", lines: ["A|b:c: d"]),
    Case(name: "opaque bytes", input: "A: é\u{85}\r\n\r\n", lines: ["A|é\u{85}"]),
    Case(
      name: "long lines", input: "Abcdefgh-Ijklmnop: 0123456789 0123456789\r\n\r\n",
      lines: ["Abcdefgh-Ijklmnop|0123456789 0123456789"]),
    Case(
      name: "all bytes of a token", input: "!#$%&'*+-.^_`|~09AZaz: v\r\n\r\n",
      lines: ["!#$%&'*+-.^_`|~09AZaz|v"]),
    Case(name: "space before the colon", input: "A : b\r\n\r\n", lines: nil),
    Case(name: "tab before the colon", input: "A\t: b\r\n\r\n", lines: nil),
    Case(name: "space in the name", input: "A B: c\r\n\r\n", lines: nil),
    Case(name: "no name", input: ": b\r\n\r\n", lines: nil),
    Case(name: "no colon", input: "A\r\n\r\n", lines: nil),
    Case(name: "folded line", input: "A: b\r\n c\r\n\r\n", lines: nil),
    Case(name: "folded line with a tab", input: "A: b\r\n\tc: d\r\n\r\n", lines: nil),
    Case(name: "white space before the first name", input: " A: b\r\n\r\n", lines: nil),
    Case(name: "LF ends a line", input: "A: b\nC: d\r\n\r\n", lines: nil),
    Case(name: "LF ends the lines", input: "A: b\r\n\n", lines: nil),
    Case(name: "CR ends a line", input: "A: b\rC: d\r\n\r\n", lines: nil),
    Case(name: "CR CR LF", input: "A: b\r\r\n\r\n", lines: nil),
    Case(name: "CR CR LF at the end", input: "A: b\r\n\r\r\n", lines: nil),
    Case(name: "CR in a name", input: "A\rB: c\r\n\r\n", lines: nil),
    Case(name: "NUL in a value", input: "A: b\u{0}\r\n\r\n", lines: nil),
    Case(name: "control byte in a value", input: "A: b\u{1F}c\r\n\r\n", lines: nil),
    Case(name: "DEL in a value", input: "A: \u{7F}\r\n\r\n", lines: nil),
    Case(name: "letter of another script in a name", input: "Kéy: v\r\n\r\n", lines: nil),
    Case(
      name: "five fields", input: "A:1\r\nB:2\r\nC:3\r\nD:4\r\nE:5\r\n\r\n",
      lines: ["A|1", "B|2", "C|3", "D|4", "E|5"]),
    Case(
      name: "a field too many", input: "A:1\r\nB:2\r\nC:3\r\nD:4\r\nE:5\r\nF:6\r\n\r\n", lines: nil),
  ]

  @Test(arguments: cases, chunkSizes)
  func reads(_ example: Case, chunkBytes: Int) {
    var scanner = FieldScanner()
    let input = Array(example.input.utf8)
    var position = 0
    var isComplete = false
    var seen = 0
    do throws(HeadError) {
      while !isComplete, seen < input.count {
        seen = min(seen + chunkBytes, input.count)
        isComplete = try scanner.scan(input.span.extracting(..<seen), &position, fieldCountMax: 5)
      }
      #expect(isComplete && position == input.count)
      #expect(
        scanner.lines.map { "\(text(input[$0.name]))|\(text(input[$0.value]))" } == example.lines)
    } catch {
      #expect(example.lines == nil, "\(error)")
    }
  }
}
