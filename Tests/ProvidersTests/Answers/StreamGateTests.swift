import Testing

@testable import Providers

@Suite("Stream gate: usage that only we asked for is hidden")
struct StreamGateTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let body: String
    let seen: String
    var testDescription: String { name }
  }

  private static let hello = AnswerSamples.chunk(#"{"content":"Hi"}"#)
  private static let usage = #"{"prompt_tokens":3,"completion_tokens":1,"total_tokens":4}"#

  private static func last(_ end: String) -> String {
    #"data: {"id":"c1","choices":[],"usage":\#(usage)}"# + end
  }

  static let cases: [Case] = [
    Case(
      name: "the usage event goes, with its end",
      body: "data: \(hello)\n\n" + last("\n\n") + "data: [DONE]\n\n",
      seen: "data: \(hello)\n\ndata: [DONE]\n\n"),
    Case(
      name: "CRLF",
      body: "data: \(hello)\r\n\r\n" + last("\r\n\r\n") + "data: [DONE]\r\n\r\n",
      seen: "data: \(hello)\r\n\r\ndata: [DONE]\r\n\r\n"),
    Case(
      name: "bare CR",
      body: "data: \(hello)\r\r" + last("\r\r") + "data: [DONE]\r\r",
      seen: "data: \(hello)\r\rdata: [DONE]\r\r"),
    Case(
      name: "two usage events in a row",
      body: "data: \(hello)\r\n\r\n" + last("\r\n\r\n") + last("\r\n\r\n") + ": bye\r\n\r\n",
      seen: "data: \(hello)\r\n\r\n: bye\r\n\r\n"),
    Case(
      name: "null at the end is cut with the comma before it",
      body: "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}\n\n",
      seen: "data: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"),
    Case(
      name: "null in the middle, with spaces",
      body:
        "data: {\"choices\": [{\"delta\": {\"content\": \"a\"}}], \"usage\": null, \"x\": 1}\n\n",
      seen: "data: {\"choices\": [{\"delta\": {\"content\": \"a\"}}], \"x\": 1}\n\n"),
    Case(
      name: "null as the first member is cut with the comma after it",
      body: "data: {\"usage\": null, \"choices\":[{\"text\":\"a\"}]}\n\n",
      seen: "data: {\"choices\":[{\"text\":\"a\"}]}\n\n"),
    Case(
      name: "null as the only member", body: "data: {\"usage\":null}\n\n", seen: "data: {}\n\n"),
    Case(
      name: "null twice in front",
      body: "data: {\"usage\":null,\"usage\" : null , \"choices\":[{\"text\":\"a\"}]}\n\n",
      seen: "data: {\"choices\":[{\"text\":\"a\"}]}\n\n"),
    Case(
      name: "the name with an escape",
      body: "data: {\"choices\":[{\"text\":\"a\"}],\"us\\u0061ge\":null}\n\n",
      seen: "data: {\"choices\":[{\"text\":\"a\"}]}\n\n"),
    Case(
      name: "an event without choices keeps its place and loses its null",
      body: "data: {\"choices\":[],\"usage\":null,\"f\":[]}\n\ndata: \(hello)\n\n",
      seen: "data: {\"choices\":[],\"f\":[]}\n\ndata: \(hello)\n\n"),
    Case(
      name: "a usage beside choices was sent unasked and stays",
      body: "data: {\"choices\":[{\"text\":\"a\"}],\"usage\":\(usage)}\n\n",
      seen: "data: {\"choices\":[{\"text\":\"a\"}],\"usage\":\(usage)}\n\n"),
    Case(
      name: "a usage without any choices member stays",
      body: "data: {\"usage\":\(usage)}\n\n", seen: "data: {\"usage\":\(usage)}\n\n"),
    Case(
      name: "usage deeper down stays",
      body: "data: {\"choices\":[{\"text\":\"a\",\"usage\":null}],\"x\":{\"usage\":null}}\n\n",
      seen: "data: {\"choices\":[{\"text\":\"a\",\"usage\":null}],\"x\":{\"usage\":null}}\n\n"),
    Case(
      name: "the word in a text stays",
      body: "data: {\"choices\":[{\"text\":\",\\\"usage\\\":null\"}]}\n\n",
      seen: "data: {\"choices\":[{\"text\":\",\\\"usage\\\":null\"}]}\n\n"),
    Case(
      name: "comments and names stay",
      body: ": one\n\nevent: x\nid: 4\ndata: {\"choices\":[{\"text\":\"a\"}],\"usage\":null}\n\n",
      seen: ": one\n\nevent: x\nid: 4\ndata: {\"choices\":[{\"text\":\"a\"}]}\n\n"),
    Case(
      name: "data over two lines",
      body: "data: {\"choices\":[],\ndata: \"usage\":\(usage)}\n\ndata: \(hello)\n\n",
      seen: "data: \(hello)\n\n"),
    Case(
      name: "a last event without its blank line",
      body: "data: \(hello)\n\n" + last("\n"), seen: "data: \(hello)\n\n"),
    Case(
      name: "an event cut short is passed on as it is",
      body: "data: \(hello)\n\ndata: {\"choices\":[],\"usa",
      seen:
        "data: \(hello)\n\ndata: {\"choices\":[],\"usa"),
    Case(
      name: "a body that is no stream is not touched",
      body: "{\"choices\":[],\"usage\":null}", seen: "{\"choices\":[],\"usage\":null}"),
  ]

  @Test(arguments: cases, [1, 2, 3, 10, 4096])
  func hides(_ example: Case, chunkBytes: Int) {
    let hidden = AnswerSamples.read(example.body, chunkBytes: chunkBytes, hidesUsage: true)
    #expect(hidden.out == example.seen)
    let open = AnswerSamples.read(example.body, chunkBytes: chunkBytes)
    #expect(open.out == example.body)
    #expect(open.facts == hidden.facts)
  }

  /// An event above 64 KiB is no usage event: it passes uncut, in any split, and is not all kept.
  @Test(arguments: [1_000, 70_000, 1_000_000])
  func aHugeEventPasses(chunkBytes: Int) {
    let text = String(repeating: "a", count: 100_000)
    let body = "data: {\"choices\":[{\"text\":\"\(text)\"}],\"usage\":null}\n\ndata: [DONE]\n\n"
    let outcome = AnswerSamples.read(body, chunkBytes: chunkBytes, hidesUsage: true)
    #expect(outcome.out == body)
    var reader = AnswerReader(
      kind: .chat, contentType: Array(AnswerSamples.events.utf8), hidesUsage: true)
    var out: [UInt8] = []
    let bytes = Array(body.utf8)
    for start in stride(from: 0, to: bytes.count, by: 1_000) {
      reader.feed(Array(bytes[start..<min(start + 1_000, bytes.count)]).span, into: &out)
      #expect(reader.heldBytes <= StreamGate.eventBytesMax + 1_000)
    }
  }

  /// The same where nothing is hidden: smaller events are kept until they are whole.
  @Test(arguments: [97, 1_000, 70_000, 1_000_000])
  func anEventThatIsNotHidden(chunkBytes: Int) {
    let events = [3, 60_000, 100_000, 5].map {
      "data: {\"text\":\"" + String(repeating: "a", count: $0) + "\"}\n\n"
    }
    let body = Array(events.joined().utf8)
    // Where an event ends, and where the large one may be in the middle of its way.
    var ends: Set<Int> = [0]
    for count in 1...events.count { ends.insert(events.prefix(count).joined().utf8.count) }
    let large = events[0].utf8.count + events[1].utf8.count
    var reader = AnswerReader(kind: .unknown, contentType: Array(AnswerSamples.events.utf8))
    var out: [UInt8] = []
    reader.release(into: &out)
    for start in stride(from: 0, to: body.count, by: chunkBytes) {
      let end = min(start + chunkBytes, body.count)
      reader.feed(Array(body[start..<end]).span, into: &out)
      let isInLarge = out.count > large + StreamGate.eventBytesMax && out.count == end
      #expect(ends.contains(out.count) || isInLarge, "\(out.count) bytes are out of \(end)")
      #expect(out.count + reader.heldBytes == end)
      #expect(reader.heldBytes <= StreamGate.eventBytesMax)
    }
    #expect(out == body)
  }

  /// The last line feed of an event does not count towards its size: it may come late.
  @Test(arguments: [(0, 5), (1, 65_543)], [1, 65_535, 65_536, 65_537, 1_000_000])
  func theLargestUsageEventIsHiddenInAnySplit(_ row: (more: Int, left: Int), chunkBytes: Int) {
    let (start, end) = ("data: {\"choices\":[],\"usage\":{\"a\":\"", "\"}}\r\n\r")
    let size = StreamGate.eventBytesMax + row.more - start.utf8.count - end.utf8.count
    let event = start + String(repeating: "a", count: size) + end + "\n"
    let outcome = AnswerSamples.read(event + ": end", chunkBytes: chunkBytes, hidesUsage: true)
    #expect(outcome.out.utf8.count == row.left)
  }

  @Test func releaseKeepsTheCurrentEvent() {
    var reader = AnswerReader(
      kind: .chat, contentType: Array(AnswerSamples.events.utf8), hidesUsage: true)
    var out: [UInt8] = []
    reader.feed(Array(": a\n\ndata: {\"choi".utf8).span, into: &out)
    reader.release(into: &out)
    #expect(String(decoding: out, as: UTF8.self) == ": a\n\n")
    #expect(reader.heldBytes == 12)
  }
}
