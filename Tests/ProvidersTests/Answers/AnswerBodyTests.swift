import Testing

@testable import Providers

@Suite("Answer body: forms, ends, garbage")
struct AnswerBodyTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var kind = AnswerReader.Kind.chat
    var contentType = AnswerSamples.events
    let body: String
    let isComplete: Bool
    var phase = AnswerReader.Phase.flowing
    var anomalies: [String] = []
    var testDescription: String { name }
  }

  private static let text = AnswerSamples.chunk(#"{"content":"Yes"}"#)
  private static let stop = AnswerSamples.chunk("{}", finish: #""stop""#)
  private static let part = #"{"candidates":[{"content":{"parts":[{"text":"Yes"}]}}]}"#
  private static let lastPart = #"{"candidates":[{"finishReason":"STOP"}]}"#

  static let cases: [Case] = [
    Case(
      name: "chat, ended", body: AnswerSamples.stream(text, stop, "[DONE]"), isComplete: true,
      phase: .ended),
    Case(
      name: "chat without [DONE]", body: AnswerSamples.stream(text, stop), isComplete: true),
    Case(name: "chat, cut", body: AnswerSamples.stream(text), isComplete: false),
    Case(name: "chat, nothing at all", body: "", isComplete: true, phase: .holding),
    Case(
      name: "chat, finished without content", body: AnswerSamples.stream(stop, "[DONE]"),
      isComplete: true, phase: .ended),
    Case(
      name: "messages, cut", kind: .messages,
      body: AnswerSamples.stream(
        #"{"type":"message_start","message":{}}"#, #"{"type":"x","delta":{"text":"Yes"}}"#),
      isComplete: false),
    Case(
      name: "messages, ended", kind: .messages,
      body: AnswerSamples.stream(
        #"{"type":"message_start","message":{}}"#, #"{"type":"message_stop"}"#),
      isComplete: true, phase: .ended),
    Case(
      name: "responses, incomplete is an end", kind: .responses,
      body: AnswerSamples.stream(
        #"{"type":"response.created","response":{}}"#,
        #"{"type":"response.incomplete","response":{}}"#),
      isComplete: true, phase: .ended),
    Case(
      name: "gemini events, cut", kind: .generate, body: AnswerSamples.stream(part),
      isComplete: false),
    Case(
      name: "gemini events", kind: .generate, body: AnswerSamples.stream(part, lastPart),
      isComplete: true),
    Case(
      name: "gemini array", kind: .generate, contentType: AnswerSamples.json,
      body: "[\(part)\n,\r\n\(lastPart)\n]\n", isComplete: true, phase: .ended),
    Case(
      name: "gemini array, cut", kind: .generate, contentType: AnswerSamples.json,
      body: "[\(part),\n", isComplete: false),
    Case(
      name: "lines", contentType: "application/x-ndjson",
      body: "{\"message\":{\"content\":\"a\"},\"done\":false}\n{\"done\":true}\n", isComplete: true,
      phase: .ended),
    Case(
      name: "lines, cut", contentType: "application/x-ndjson",
      body: "{\"message\":{\"content\":\"a\"}}\n{\"do", isComplete: false),
    Case(
      name: "events said to be JSON", contentType: AnswerSamples.json,
      body: AnswerSamples.stream(text, "[DONE]"), isComplete: true, phase: .ended),
    Case(
      name: "JSON said to be events", body: #"{"choices":[]}"#, isComplete: true, phase: .ended),
    Case(
      name: "JSON of an unknown type, white space and a mark before it", contentType: "",
      body: "\u{FEFF} \n{\"a\":[1,[2],{\"b\":null}]}\n", isComplete: true, phase: .ended),
    Case(
      name: "JSON, cut", contentType: AnswerSamples.json, body: #"{"choices":[{"message":{"#,
      isComplete: false, phase: .holding),
    Case(
      name: "a page instead of JSON", contentType: AnswerSamples.json,
      body: "<html>Bad gateway</html>", isComplete: true, anomalies: ["answer_not_json"]),
    Case(
      name: "broken JSON", contentType: AnswerSamples.json, body: #"{"choices" "x"}"#,
      isComplete: true, anomalies: ["answer_not_json"]),
    Case(
      name: "white space alone", contentType: AnswerSamples.json, body: "  \n ",
      isComplete: false, phase: .holding, anomalies: ["answer_not_json"]),
    Case(
      name: "a page instead of events", body: "<html>Bad gateway</html>", isComplete: true,
      phase: .holding, anomalies: ["event_not_json"]),
    Case(
      name: "an event that is not JSON", body: AnswerSamples.stream("oops", text, stop),
      isComplete: true, anomalies: ["event_not_json"]),
    Case(
      name: "an event of broken JSON", body: AnswerSamples.stream(#"{"a":}"#, text, stop),
      isComplete: true, anomalies: ["event_not_json"]),
    Case(
      name: "events of nobody we know", kind: .unknown,
      body: AnswerSamples.stream(#"{"thread":{"x":1}}"#), isComplete: true),
    Case(name: "an image", kind: .images, contentType: "image/png", body: "{PNG", isComplete: true),
    Case(
      name: "plain text", kind: .transcription, contentType: "text/plain; charset=utf-8",
      body: "So it was.", isComplete: true),
    Case(
      name: "nested 100,000 deep", contentType: AnswerSamples.json,
      body: "{\"choices\":[{\"message\":{\"content\":" + String(repeating: "[", count: 100_000)
        + String(repeating: "]", count: 100_000) + "}}]}", isComplete: true, phase: .ended),
  ]

  @Test(arguments: cases, [1, 2, 3, 5, 1_000_000])
  func reads(_ example: Case, chunkBytes: Int) {
    let outcome = AnswerSamples.read(
      example.body, kind: example.kind, contentType: example.contentType, chunkBytes: chunkBytes)
    #expect(outcome.out == example.body)
    #expect(outcome.isComplete == example.isComplete)
    #expect(outcome.phase == example.phase)
    #expect(outcome.facts.anomalies == example.anomalies)
  }

  /// White space before the first word is not, whatever the chunks.
  @Test(arguments: [1, 3, 100])
  func plainTextOfATranscriptionIsCounted(chunkBytes: Int) {
    let outcome = AnswerSamples.read(
      "\r\n So it was.", kind: .transcription, contentType: "text/plain", chunkBytes: chunkBytes)
    #expect(outcome.facts.outputTextBytes == 10)
  }

  /// A body of vectors and images is not kept.
  @Test func bigBodiesAreNotKept() {
    var reader = AnswerReader(kind: .images, contentType: Array(AnswerSamples.json.utf8))
    var out: [UInt8] = []
    reader.feed(Array(#"{"data":[{"b64_json":""#.utf8).span, into: &out)
    reader.release(into: &out)
    let part = [UInt8](repeating: 0x41, count: 100_000)
    for _ in 0..<20 {
      out.removeAll(keepingCapacity: true)
      reader.feed(part.span, into: &out)
      #expect(out.count == 100_000)
      #expect(reader.heldBytes == 0)
    }
    reader.feed(Array(#""}],"usage":{"input_tokens":4,"output_tokens":5}}"#.utf8).span, into: &out)
    #expect(reader.phase == .ended)
    let facts = reader.finish(into: &out)
    #expect(facts.usage?.outputTokens == 5)
    #expect(facts.imageCount == 1)
  }

  private static func numbered(_ number: String) -> String {
    "event: a\ndata: {\"type\":\"a\",\"sequence_number\":\(number)}\n\n"
  }

  static let cuts: [(body: String, framing: ErrorEvent.Framing)] = [
    ("[", .array(.opened)),
    ("[{\"candidates\":[", .array(.insideElement)),
    ("[{\"a\":1}\n", .array(.afterElement)),
    ("[{\"a\":1}\n,\r\n", .array(.afterComma)),
    ("data: {}\n\n", .sse(isInsideEvent: false)),
    ("data: {}\n", .sse(isInsideEvent: true)),
    ("{\"a\"", .other),
    (numbered("0") + numbered("1"), .sse(isInsideEvent: false, nextNumber: 2)),
    // The number of an event that is not whole is free: its bytes are left out.
    (numbered("9") + "data: {\"sequence_number\":10", .sse(isInsideEvent: true, nextNumber: 10)),
    (numbered("19") + "data: {\"sequence_number\":2", .sse(isInsideEvent: true, nextNumber: 20)),
    (numbered("4") + "data: {\"sequence_nu", .sse(isInsideEvent: true, nextNumber: 5)),
    (
      numbered("4") + "data: {\"response\":{\"sequence_number\":8}}\n\n",
      .sse(isInsideEvent: false, nextNumber: 5)
    ),
    // What is no number that a stream would come to is not believed.
    (
      ["-3", "\"7\"", "1.5", "null", "9223372036854775807", "1e300", "true"].map(numbered).joined(),
      .sse(isInsideEvent: false, nextNumber: 0)
    ),
  ]

  @Test(arguments: cuts, [1, 3, 1_000])
  func saysWhereACutStands(_ cut: (body: String, framing: ErrorEvent.Framing), chunkBytes: Int) {
    let isArray = cut.body.hasPrefix("[")
    var reader = AnswerReader(
      kind: .generate,
      contentType: Array((isArray ? AnswerSamples.json : AnswerSamples.events).utf8))
    var out: [UInt8] = []
    let bytes = Array(cut.body.utf8)
    for start in stride(from: 0, to: bytes.count, by: chunkBytes) {
      reader.feed(Array(bytes[start..<min(start + chunkBytes, bytes.count)]).span, into: &out)
    }
    _ = reader.finish(into: &out)
    #expect("\(reader.errorEventFraming)" == "\(cut.framing)")
  }

  // MARK: an event that is cut

  private static let whole = "data: \(text)\n\n"

  static let torn: [(body: String, hidesUsage: Bool, left: String)] = [
    (whole, false, whole), (whole + "dat", false, whole), (whole + "event: x\n", false, whole),
    (whole + "data: {\"a\":1}\n", false, whole), (whole + ": pi", false, whole),
    (whole + "data: \(stop)\r\n\r", false, whole + "data: \(stop)\r\n\r"),
    (whole + "data: {\"choices\":[{\"delta\":{\"cont", true, whole),
    (whole + "data: {\"choices\":[],\"usage\":{\"a\":1}}\n", true, whole),
    (whole + "data: {\"choices\":[{}],\"usage\":null}\n", true, whole),
    ("data: {\"choices\":[", false, ""),
  ]

  /// What came of it is taken back as long as it has not gone out, and then no event is unfinished.
  @Test(arguments: torn, [1, 3, 1_000])
  func anUnfinishedEventIsLeftOut(
    _ row: (body: String, hidesUsage: Bool, left: String), chunkBytes: Int
  ) {
    var reader = AnswerReader(
      kind: .chat, contentType: Array(AnswerSamples.events.utf8), hidesUsage: row.hidesUsage)
    var out: [UInt8] = []
    let bytes = Array(row.body.utf8)
    for start in stride(from: 0, to: bytes.count, by: chunkBytes) {
      reader.feed(Array(bytes[start..<min(start + chunkBytes, bytes.count)]).span, into: &out)
    }
    _ = reader.finish(into: &out)
    reader.dropUnfinishedEvent(from: &out)
    #expect(String(decoding: out, as: UTF8.self) == row.left)
    #expect(reader.errorEventFraming == .sse(isInsideEvent: false, nextNumber: 0))
  }

  /// Too large to be kept, its beginning has gone out: that is said.
  @Test func anUnfinishedEventOfWhichAPartIsOutStays() {
    var reader = AnswerReader(kind: .chat, contentType: Array(AnswerSamples.events.utf8))
    var out: [UInt8] = []
    reader.feed(Array(#"data: {"choices":[{"delta":{"content":""#.utf8).span, into: &out)
    reader.feed([UInt8](repeating: 0x61, count: 70_000).span, into: &out)
    #expect(out.count > 70_000)
    out.removeAll()
    reader.feed(Array("more".utf8).span, into: &out)
    _ = reader.finish(into: &out)
    reader.dropUnfinishedEvent(from: &out)
    #expect(out.count == 4)
    #expect(reader.errorEventFraming == .sse(isInsideEvent: true, nextNumber: 0))
  }

  // MARK: the end of an answer

  struct End: Sendable, CustomTestStringConvertible {
    let name: String
    var kind = AnswerReader.Kind.chat
    var contentType = AnswerSamples.events
    let body: String
    var isLacking = false
    var testDescription: String { name }
  }

  private static let messageStart =
    #"{"type":"message_start","message":{"usage":{"input_tokens":1}}}"#
  private static let usageAlone = #"{"choices":[],"usage":{"prompt_tokens":3}}"#

  static let ends: [End] = [
    End(name: "chat, text and no end", body: AnswerSamples.stream(text)),
    End(name: "chat, nothing at all", body: "", isLacking: true),
    End(name: "white space", body: "\n\n", isLacking: true),
    End(name: "chat, comments", body: ": processing\n\n", isLacking: true),
    End(
      name: "chat, a role alone",
      body: AnswerSamples.stream(AnswerSamples.chunk(#"{"role":"assistant","content":""}"#)),
      isLacking: true),
    End(name: "chat, no text but [DONE]", body: AnswerSamples.stream("[DONE]")),
    End(name: "chat, no text but a reason", body: AnswerSamples.stream(stop)),
    End(name: "chat, the usage alone", body: AnswerSamples.stream(usageAlone)),
    End(name: "chat, an error", body: AnswerSamples.stream(#"{"error":{"message":"No"}}"#)),
    End(name: "a page instead of events", body: "<html>Bad gateway</html>", isLacking: true),
    End(
      name: "messages, no content", kind: .messages, body: AnswerSamples.stream(messageStart),
      isLacking: true),
    End(
      name: "messages, no end", kind: .messages,
      body: AnswerSamples.stream(messageStart, #"{"type":"x","delta":{"text":"Yes"}}"#),
      isLacking: true),
    End(
      name: "messages, no content and an end", kind: .messages,
      body: AnswerSamples.stream(messageStart, #"{"type":"message_stop"}"#)),
    End(
      name: "messages, the end without its blank line", kind: .messages,
      body: AnswerSamples.stream(messageStart) + #"data: {"type":"message_stop"}"#),
    End(
      name: "responses, no end", kind: .responses,
      body: AnswerSamples.stream(
        #"{"type":"response.created","response":{}}"#,
        #"{"type":"response.output_text.delta","delta":"Yes"}"#),
      isLacking: true),
    End(
      name: "responses, incomplete", kind: .responses,
      body: AnswerSamples.stream(
        #"{"type":"response.created","response":{}}"#,
        #"{"type":"response.incomplete","response":{}}"#)),
    End(
      name: "responses, taken up in the middle", kind: .responses,
      body: AnswerSamples.stream(#"{"type":"response.output_text.delta","delta":"Yes"}"#)),
    End(name: "gemini, text and no reason", kind: .generate, body: AnswerSamples.stream(part)),
    End(
      name: "gemini, a count alone", kind: .generate,
      body: AnswerSamples.stream(#"{"usageMetadata":{"promptTokenCount":3}}"#), isLacking: true),
    End(
      name: "gemini, blocked", kind: .generate,
      body: AnswerSamples.stream(#"{"promptFeedback":{"blockReason":"SAFETY"}}"#)),
    End(
      name: "an array", kind: .generate, contentType: AnswerSamples.json, body: "[\(part)\n]\n"),
    End(name: "an empty array", kind: .generate, contentType: AnswerSamples.json, body: "[]"),
    End(
      name: "an array without its bracket", kind: .generate, contentType: AnswerSamples.json,
      body: "[\(part)\n,\r\n\(lastPart)\n", isLacking: true),
    End(
      name: "an array that is begun", kind: .generate, contentType: AnswerSamples.json, body: "[",
      isLacking: true),
    End(name: "no body", contentType: AnswerSamples.json, body: ""),
    End(name: "no body of an unknown kind", kind: .unknown, body: ""),
    End(name: "a text stream of an unknown kind", kind: .unknown, body: "data: hello\n\n"),
    End(
      name: "events of nobody we know", kind: .unknown,
      body: AnswerSamples.stream(#"{"thread":{"x":1}}"#)),
    End(name: "an image", kind: .images, contentType: "image/png", body: "{PNG"),
  ]

  /// What no provider leaves out at the end of a whole answer.
  @Test(arguments: ends, [1, 3, 1_000_000])
  func knowsWhatLacksItsEnd(_ example: End, chunkBytes: Int) {
    let outcome = AnswerSamples.read(
      example.body, kind: example.kind, contentType: example.contentType, chunkBytes: chunkBytes)
    #expect(outcome.lacksItsEnd == example.isLacking)
  }
}
