import Testing

@testable import Providers

@Suite("Answer reader")
struct AnswerReaderTests {
  @Test func knowsTheEventThatEndsAStream() {
    var reader = AnswerReader(kind: .chat, contentType: Array(AnswerSamples.events.utf8))
    var out: [UInt8] = []
    for event in [AnswerSamples.chunk(#"{"content":"Yes"}"#), "[DONE]"] {
      let hasEnded = reader.hasEnded
      #expect(!hasEnded)
      reader.feed(Array("data: \(event)\n\n".utf8).span, into: &out)
    }
    let hasEnded = reader.hasEnded
    #expect(hasEnded)
  }

  struct Held: Sendable, CustomTestStringConvertible {
    let name: String
    let kind: AnswerReader.Kind
    /// Events that must be held back, then the one that is content.
    let start: [String]
    let content: String
    var testDescription: String { name }
  }

  static let held: [Held] = [
    Held(
      name: "chat: role only, empty text", kind: .chat,
      start: [
        AnswerSamples.chunk(#"{"role":"assistant"}"#), AnswerSamples.chunk(#"{"content":""}"#),
      ],
      content: AnswerSamples.chunk(#"{"content":"Yes"}"#)),
    Held(
      name: "chat: filter results first", kind: .chat,
      start: [#"{"choices":[],"id":"","prompt_filter_results":[{"prompt_index":0}]}"#],
      content: AnswerSamples.chunk(#"{"reasoning_content":"Hm"}"#)),
    Held(
      name: "chat: a tool call", kind: .chat,
      start: [AnswerSamples.chunk(#"{"role":"assistant"}"#)],
      content: AnswerSamples.chunk(
        #"{"tool_calls":[{"index":0,"function":{"name":"look","arguments":""}}]}"#)),
    Held(
      name: "chat: a refusal", kind: .chat, start: [AnswerSamples.chunk(#"{"content":null}"#)],
      content: AnswerSamples.chunk(#"{"refusal":"No."}"#)),
    Held(
      name: "chat: audio", kind: .chat, start: [AnswerSamples.chunk(#"{"audio":{"id":"a"}}"#)],
      content: AnswerSamples.chunk(#"{"audio":{"data":"UklG"}}"#)),
    Held(
      name: "completions", kind: .chat, start: [#"{"choices":[{"text":""}]}"#],
      content: #"{"choices":[{"text":"Once"}]}"#),
    Held(
      name: "responses", kind: .responses,
      start: [
        #"{"type":"response.created","response":{"id":"resp_1","output":[],"error":null}}"#,
        #"{"type":"response.in_progress","response":{"id":"resp_1","instructions":"Be kind."}}"#,
        #"{"type":"response.output_item.added","item":{"type":"message","content":[]}}"#,
        #"{"type":"response.content_part.added","part":{"type":"output_text","text":""}}"#,
      ], content: #"{"type":"response.output_text.delta","delta":"Yes"}"#),
    Held(
      name: "messages", kind: .messages,
      start: [
        #"{"type":"message_start","message":{"id":"msg_1","content":[],"usage":{"input_tokens":3}}}"#,
        #"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        #"{"type":"ping"}"#,
      ],
      content: #"{"type":"content_block_delta","delta":{"type":"text_delta","text":"Yes"}}"#),
    Held(
      name: "messages: thinking", kind: .messages,
      start: [
        #"{"type":"content_block_start","content_block":{"type":"thinking","thinking":""}}"#
      ], content: #"{"type":"content_block_delta","delta":{"thinking":"Let me see"}}"#),
    Held(
      name: "messages: a tool", kind: .messages, start: [#"{"type":"ping"}"#],
      content:
        #"{"type":"content_block_start","content_block":{"type":"tool_use","name":"look","input":{}}}"#
    ),
    Held(
      name: "gemini: no parts", kind: .generate,
      start: [
        #"{"candidates":[{"content":{"role":"model"}}],"usageMetadata":{"promptTokenCount":4}}"#,
        #"{"candidates":[{"content":{"parts":[{"text":""}]}}]}"#,
      ], content: #"{"candidates":[{"content":{"parts":[{"text":"Yes"}]}}]}"#),
    Held(
      name: "gemini: a function call", kind: .generate, start: [#"{"candidates":[{"index":0}]}"#],
      content:
        #"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"look","args":{}}}]}}]}"#),
    Held(
      name: "gemini: an image", kind: .generate, start: [#"{"candidates":[]}"#],
      content: #"{"candidates":[{"content":{"parts":[{"inlineData":{"data":"iVBO"}}]}}]}"#),
    Held(
      name: "cohere", kind: .chat,
      start: [
        #"{"type":"message-start","delta":{"message":{"content":[],"tool_plan":""}}}"#,
        #"{"type":"content-start","delta":{"message":{"content":{"type":"text","text":""}}}}"#,
      ], content: #"{"type":"content-delta","delta":{"message":{"content":{"text":"Yes"}}}}"#),
    Held(
      name: "transcription", kind: .transcription, start: [#"{"type":"other"}"#],
      content: #"{"type":"transcript.text.delta","delta":"Yes"}"#),
    Held(
      name: "an image in parts", kind: .images, start: [#"{"type":"image_generation.queued"}"#],
      content: #"{"type":"image_generation.partial_image","b64_json":"iVBO"}"#),
  ]

  /// Start events stay here; the first content lets everything go.
  @Test(arguments: held)
  func holdsBackUntilContent(_ example: Held) {
    var reader = AnswerReader(kind: example.kind, contentType: Array(AnswerSamples.events.utf8))
    var out: [UInt8] = []
    var all = ""
    for event in example.start {
      let bytes = "data: \(event)\n\n"
      all += bytes
      reader.feed(Array(bytes.utf8).span, into: &out)
      #expect(out.isEmpty, "let go at \(event)")
      #expect(reader.phase == .holding)
      #expect(reader.heldBytes == all.utf8.count)
    }
    let bytes = "data: \(example.content)\n\n"
    all += bytes
    reader.feed(Array(bytes.utf8).span, into: &out)
    #expect(String(decoding: out, as: UTF8.self) == all)
    #expect(reader.phase == .flowing)
    #expect(reader.heldBytes == 0)
  }

  /// A client can do nothing with a part of an event.
  @Test func keepsAnEventUntilItIsWhole() {
    var reader = AnswerReader(kind: .chat, contentType: Array(AnswerSamples.events.utf8))
    var out: [UInt8] = []
    let parts: [(bytes: String, out: Int, held: Int)] = [
      (#"data: {"choices":[{"delta":{"content":"H"#, 0, 40), ("ello\"}}]}\n", 0, 50),
      ("\n", 51, 0), (": a\n\n: b", 56, 3), ("\r\n\r", 62, 0), ("\n: c", 63, 3),
    ]
    for part in parts {
      reader.feed(Array(part.bytes.utf8).span, into: &out)
      #expect(out.count == part.out, "after \(part.bytes.debugDescription)")
      #expect(reader.heldBytes == part.held)
      #expect(reader.phase == .flowing)
    }
    _ = reader.finish(into: &out)
    #expect(out.count == 66)
  }

  @Test func releaseEndsTheHolding() {
    var reader = AnswerReader(kind: .chat, contentType: Array(AnswerSamples.events.utf8))
    var out: [UInt8] = []
    reader.feed(Array(": waiting\n\n".utf8).span, into: &out)
    #expect(out.isEmpty)
    reader.release(into: &out)
    #expect(out.count == 11)
    #expect(reader.phase == .flowing)
    reader.feed(Array(": more\n\n".utf8).span, into: &out)
    #expect(out.count == 19)
  }

  @Test func anErrorBeforeContentIsHeldBack() {
    let body =
      "event: error\n"
      + AnswerSamples.stream(#"{"error":{"type":"overloaded_error","message":"Busy","code":529}}"#)
    for size in [1, 2, 3, 1000] {
      let outcome = AnswerSamples.read(body, chunkBytes: size)
      #expect(outcome.bytesBeforeFlow == nil)
      #expect(outcome.phase == .holding)
      #expect(outcome.errorEvent?.status == 529)
      #expect(outcome.errorEvent?.type == "overloaded_error")
      #expect(outcome.errorEvent?.code == "529")
      #expect(outcome.errorEvent?.message == "Busy")
      #expect(outcome.errorEvent?.cameBeforeContent == true)
      #expect(outcome.out == body)
    }
  }

  @Test func anErrorAfterContentIsRelayedAndRecorded() {
    let body = AnswerSamples.stream(
      AnswerSamples.chunk(#"{"content":"So"}"#), #"{"error":{"message":"Broke","code":"x"}}"#)
    let outcome = AnswerSamples.read(body, chunkBytes: 7)
    #expect(outcome.out == body)
    #expect(outcome.facts.errorEvent?.cameBeforeContent == false)
    #expect(outcome.facts.errorEvent?.code == "x")
    #expect(outcome.isComplete)
  }

  @Test func aJSONBodyIsHeldUntilItIsWhole() {
    let body = #"{"id":"c","choices":[{"message":{"content":"Yes"}}]}"#
    let outcome = AnswerSamples.read(body, contentType: AnswerSamples.json, chunkBytes: 5)
    #expect(outcome.bytesBeforeFlow == body.utf8.count)
    #expect(outcome.phase == .ended)
    #expect(outcome.isComplete)
    let cut = AnswerSamples.read(
      String(body.dropLast(3)), contentType: AnswerSamples.json, chunkBytes: 5)
    #expect(cut.phase == .holding)
    #expect(!cut.isComplete)
  }

  @Test func aCodedAnswerPassesUnread() {
    let outcome = AnswerSamples.read(
      #"{"usage":{"prompt_tokens":4}}"#, contentType: AnswerSamples.json, chunkBytes: 4,
      hidesUsage: true, isCoded: true)
    #expect(outcome.out == #"{"usage":{"prompt_tokens":4}}"#)
    #expect(outcome.bytesBeforeFlow == 4)
    #expect(outcome.facts.usage == nil)
    #expect(outcome.facts.anomalies == ["coded_answer"])
    #expect(outcome.isComplete)
  }

  @Test func theKindOfARouteIsThatOfItsPath() {
    for endpoint in Endpoint.allCases where endpoint != .response {
      let ofPath = AnswerReader.Kind.forPath(
        dialect: .openai,
        path: endpoint.rawValue.hasPrefix("models:")
          ? "/v1beta/models/m:\(endpoint.rawValue.dropFirst(7))" : "/v1/\(endpoint.rawValue)")
      #expect(AnswerReader.Kind.forEndpoint(endpoint) == ofPath, "\(endpoint)")
    }
  }

  /// 33 MiB without a line end: relayed as far as it came, then given up.
  @Test func anEndlessLineFails() {
    var reader = AnswerReader(kind: .chat, contentType: Array(AnswerSamples.events.utf8))
    var out: [UInt8] = []
    reader.feed(Array("data: {\"x\":\"".utf8).span, into: &out)
    reader.release(into: &out)
    let part = [UInt8](repeating: 0x61, count: 1 << 20)
    for _ in 0..<34 {
      out.removeAll(keepingCapacity: true)
      reader.feed(part.span, into: &out)
    }
    #expect(reader.failure == .endlessLine)
    #expect(out.isEmpty)
    #expect(reader.heldBytes == 0)
    #expect(reader.isComplete == false)
  }

  @Test func anAnswerThatIsGivenUpHasFacts() {
    var reader = AnswerReader(kind: .messages, contentType: Array(AnswerSamples.events.utf8))
    var out: [UInt8] = []
    let start =
      #"data: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":9}}}"# + "\n\n"
      + #"data: {"type":"content_block_delta","delta":{"text":"four"}}"# + "\n\n"
    reader.feed(Array(start.utf8).span, into: &out)
    let facts = reader.finish(into: &out)
    #expect(facts.usage?.inputTokens == 9)
    #expect(facts.usageIsPartial)
    #expect(facts.outputTextBytes == 4)
    #expect(reader.isComplete == false)
  }
}
