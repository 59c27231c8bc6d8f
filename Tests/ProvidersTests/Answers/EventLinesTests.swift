import Testing

@testable import Providers

@Suite("Lines of events (WHATWG HTML § 9.2.6)")
struct EventLinesTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    /// The data of each event, `!` before it if its name is `error`.
    let events: [String]
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "one event", input: "data: a\n\n", events: ["a"]),
    Case(name: "no space", input: "data:a\n\n", events: ["a"]),
    Case(name: "two spaces: one is data", input: "data:  a\n\n", events: [" a"]),
    Case(name: "data lines join", input: "data: a\ndata: b\n\n", events: ["ab"]),
    Case(name: "CRLF", input: "data: a\r\n\r\ndata: b\r\n\r\n", events: ["a", "b"]),
    Case(name: "bare CR", input: "data: a\r\rdata: b\r\r", events: ["a", "b"]),
    Case(name: "CR and LF mixed", input: "data: a\r\n\ndata: b\n\r\n", events: ["a", "b"]),
    Case(name: "comments", input: ": hello\n\ndata: a\n: x\n\n", events: ["", "a"]),
    Case(name: "other fields", input: "id: 1\nretry: 5\ndata: a\nx\n\n", events: ["a"]),
    Case(name: "a name", input: "event: ping\ndata: a\n\n", events: ["a"]),
    Case(name: "an error", input: "event: error\ndata: a\n\ndata: b\n\n", events: ["!a", "b"]),
    Case(name: "an error without a space", input: "event:error\ndata:a\n\n", events: ["!a"]),
    Case(name: "longer names", input: "event: errors\ndatum: b\ndata: a\n\n", events: ["a"]),
    Case(name: "empty lines", input: "\n\n\ndata: a\n\n\n", events: ["", "", "", "a", ""]),
    Case(name: "no blank line, no event", input: "data: a\n", events: []),
  ]

  @Test(arguments: cases, [1, 2, 3, 4096])
  func events(_ example: Case, chunkBytes: Int) {
    var lines = EventLines()
    var events: [String] = []
    var data: [UInt8] = []
    let bytes = Array(example.input.utf8)
    for start in stride(from: 0, to: bytes.count, by: chunkBytes) {
      let chunk = Array(bytes[start..<min(start + chunkBytes, bytes.count)])
      var index = 0
      steps: while true {
        switch lines.next(chunk.span, &index) {
        case .data:
          let end = lineEnd(chunk.span, from: index)
          data += chunk[index..<end]
          index = end
        case .eventEnd:
          events.append((lines.isNamedError ? "!" : "") + String(decoding: data, as: UTF8.self))
          data = []
          lines.beginEvent()
        case .lateLineFeed:
          continue
        case .needMore:
          break steps
        }
      }
    }
    #expect(events == example.events)
  }

  /// The line feed of a CR LF belongs to the event before it, torn off by a split or not.
  @Test func aLateLineFeedIsTold() {
    var lines = EventLines()
    var index = 0
    #expect(lines.next(Array("\r\n\r".utf8).span, &index) == .eventEnd)
    #expect(lines.next(Array("\r\n\r".utf8).span, &index) == .lateLineFeed)
    #expect(lines.next(Array("\r\n\r".utf8).span, &index) == .eventEnd)
    #expect(lines.isBetweenEvents)
    index = 0
    #expect(lines.next(Array("\nd".utf8).span, &index) == .lateLineFeed)
    #expect(index == 1)
    #expect(lines.next(Array("\nd".utf8).span, &index) == .needMore)
    #expect(!lines.isBetweenEvents)
  }
}
