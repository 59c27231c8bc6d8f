import Testing

@testable import HTTP

@Suite("SSE writer (WHATWG HTML § 9.2)")
struct SSEWriterTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let data: String
    let written: String
    var testDescription: String { data.debugDescription }
  }

  @Test(arguments: [
    Case(data: "{}", written: "data: {}\n\n"),
    Case(data: "", written: "data: \n\n"),
    Case(data: "a\nb", written: "data: a\ndata: b\n\n"),
    Case(data: "a\r\nb\rc", written: "data: a\ndata: b\ndata: c\n\n"),
    Case(data: "a\n", written: "data: a\ndata: \n\n"),
  ])
  func writesDataLines(_ example: Case) {
    var out: [UInt8] = []
    SSEWriter.append(data: Array(example.data.utf8).span, to: &out)
    #expect(text(out) == example.written)
  }

  @Test func writesTheNameFirst() {
    var out: [UInt8] = []
    SSEWriter.append(name: "error", data: [0x31].span, to: &out)
    #expect(text(out) == "event: error\ndata: 1\n\n")
  }
}
