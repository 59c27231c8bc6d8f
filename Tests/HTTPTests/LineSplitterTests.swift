import Testing

@testable import HTTP

@Suite("Line splitter (NDJSON)")
struct LineSplitterTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    let lines: [String]
    var rest = ""
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "two lines", input: "{}\n[1]\n", lines: ["{}", "[1]"]),
    Case(name: "no end of the last line", input: "{}\n[1]", lines: ["{}"], rest: "[1]"),
    Case(name: "blank lines", input: "\n \t\r\n{}\n\n", lines: ["{}"]),
    Case(name: "CR stays with the line", input: "{}\r\n", lines: ["{}\r"]),
    Case(name: "nothing", input: "", lines: []),
  ]

  @Test(arguments: cases, chunkSizes)
  func findsLines(_ example: Case, chunkBytes: Int) throws {
    var splitter = LineSplitter(lineBytesMax: 100)
    var lines: [String] = []
    var line: [UInt8] = []
    var raw: [UInt8] = []
    for chunk in chunks(Array(example.input.utf8), of: chunkBytes) {
      var position = 0
      var taken = 0
      while let piece = try splitter.next(in: chunk.span, &position) {
        switch piece {
        case .bytes(let range): line += chunk[range]
        case .end(let rawEnd, let isBlank):
          raw += chunk[taken..<rawEnd]
          taken = rawEnd
          if !isBlank { lines.append(text(line)) }
          line = []
        }
      }
      raw += chunk[taken...]
    }
    #expect(lines == example.lines)
    #expect(text(line) == example.rest)
    #expect(splitter.isInsideLine == !example.rest.isEmpty)
    #expect(text(raw) == example.input)
  }

  @Test(arguments: chunkSizes)
  func refusesALineWithoutEnd(chunkBytes: Int) {
    var splitter = LineSplitter(lineBytesMax: 5)
    #expect(throws: LineSplitter.Failure.lineTooLong(limitBytes: 5)) {
      for chunk in chunks(Array("12345\n123456".utf8), of: chunkBytes) {
        var position = 0
        while try splitter.next(in: chunk.span, &position) != nil {}
      }
    }
  }
}
