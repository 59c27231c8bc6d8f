import Testing

@testable import Providers

/// Broken answers of every form are read alike however they are cut: what the network does to an
/// answer must not change its bill.
@Suite("Answers at every split")
struct AnswerSplitTests {
  struct Sample: Sendable {
    let kind: AnswerReader.Kind
    var contentType = AnswerSamples.events
    let body: String
  }

  static let samples: [Sample] = [
    Sample(
      kind: .chat,
      body: AnswerSamples.stream(
        AnswerSamples.chunk(#"{"content":"a\u00e9\ud83d\ude00"}"#, rest: #","usage":null"#),
        #"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":-2,"cost":0.25}}"#,
        "[DONE]")),
    Sample(
      kind: .messages,
      body: "event: message_start\r\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\","
        + "\"usage\":{\"input_tokens\":7,\"output_tokens\":1,\"service_tier\":\"standard\"}}}\r\n\r\n"
        + "event: error\r\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
        + "\"message\":\"no\",\"code\":529}}\r\n\r\n"),
    Sample(
      kind: .responses,
      body: AnswerSamples.stream(
        #"{"type":"response.output_text.delta","delta":"four"}"#,
        #"{"type":"response.completed","response":{"id":"r","output":[{"type":"mcp_call"}],"usage":{"input_tokens":1,"output_tokens":2,"cost_in_usd_ticks":30}}}"#
      )),
    Sample(
      kind: .transcription,
      body: AnswerSamples.stream(
        #"{"type":"transcript.text.done","duration":3.5,"text":"So","usage":{"seconds":4}}"#)),
    Sample(
      kind: .generate, contentType: AnswerSamples.json,
      body: #"[{"candidates":[{"content":{"parts":[{"text":"a"}]}}]},"#
        + #"{"usageMetadata":{"promptTokenCount":20,"promptTokensDetails":[{"modality":2,"tokenCount":6}]}}]"#
    ),
    Sample(
      kind: .messages, contentType: AnswerSamples.json,
      body: #"{"content":[{"type":"tool_use","input":{"a":[1,"}"]}}],"#
        + #""usage":{"input_tokens":5,"server_tool_use":{"web_search_requests":2}}}"#),
    Sample(
      kind: .unknown, contentType: "application/x-ndjson",
      body: #"{"model":"l","message":{"content":"Yes"},"done":false}"# + "\n"
        + #"{"done":true,"prompt_eval_count":8,"eval_count":3}"# + "\n"),
  ]

  private static let inserts = [
    "\"", "\\", "{", "}", "[", "]", ",", ":", "\n", "\r", "\r\n", "\n\n", "\r\n\r\n", "data: ",
    "event: error\n",
    "null", "tru", "-", "0.5", "1e9", "9223372036854775808", "\\ud83d", "\\u0041", "é", "😀",
    #""usage":null"#, #""choices":[]"#, #""error":{"code":429}"#, #""cost":1"#, " ", "\t", "\0",
    "\u{FEFF}", ": c\n", "[DONE]",
  ].map { Array($0.utf8) }

  /// One to four changes: a byte, a cut, a part left out, a part twice, an insert.
  static func changed(_ body: String, _ random: inout SplitMix) -> [UInt8] {
    var bytes = Array(body.utf8)
    func below(_ bound: Int) -> Int { Int(random.next() % UInt64(bound)) }
    for _ in 0...below(4) where !bytes.isEmpty {
      let place = below(bytes.count)
      let range = place..<min(bytes.count, place + 1 + below(40))
      switch below(6) {
      case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      case 1: bytes.removeSubrange(place...)
      case 2: bytes.removeSubrange(range)
      case 3: bytes.insert(contentsOf: Array(bytes[range]), at: below(bytes.count))
      case 4: bytes.insert(contentsOf: inserts[below(inserts.count)], at: place)
      default: bytes.replaceSubrange(range, with: inserts[below(inserts.count)])
      }
    }
    return bytes
  }

  /// All that comes of an answer but the moments at which its bytes may go.
  struct Reading: Equatable {
    var out: [UInt8] = []
    var facts = AnswerFacts()
    var errorEvent: ErrorEventFacts?
    var errorEventFraming = ErrorEvent.Framing.other
    var isComplete = false
  }

  static func read(
    _ sample: Sample, _ body: [UInt8], hidesUsage: Bool, sizes: (Int) -> Int
  ) -> Reading {
    var reader = AnswerReader(
      kind: sample.kind, contentType: Array(sample.contentType.utf8), hidesUsage: hidesUsage)
    var reading = Reading()
    var start = 0
    while start < body.count {
      let end = min(start + sizes(start), body.count)
      reader.feed(Array(body[start..<end]).span, into: &reading.out)
      start = end
    }
    reading.errorEvent = reader.errorEvent
    reading.facts = reader.finish(into: &reading.out)
    reading.errorEventFraming = reader.errorEventFraming
    reading.isComplete = reader.isComplete
    return reading
  }

  @Test(arguments: 1...4)
  func brokenAnswersReadAlike(seed: UInt64) {
    var random = SplitMix(seed: seed)
    for round in 0..<40 {
      for sample in Self.samples {
        let body = Self.changed(sample.body, &random)
        let hidesUsage = random.next() & 1 == 0
        let whole = Self.read(sample, body, hidesUsage: hidesUsage) { _ in .max >> 1 }
        let cut = Int(random.next() % UInt64(max(body.count, 1))) + 1
        let readings = [
          Self.read(sample, body, hidesUsage: hidesUsage) { _ in 1 },
          Self.read(sample, body, hidesUsage: hidesUsage) { $0 == 0 ? cut : .max >> 1 },
          Self.read(sample, body, hidesUsage: hidesUsage) { _ in Int(random.next() % 30) + 1 },
        ]
        for reading in readings where reading != whole {
          Issue.record(
            """
            seed \(seed), round \(round), usage hidden: \(hidesUsage), cut at \(cut)
            \(String(decoding: body, as: UTF8.self))
            \(reading)
            \(whole)
            """)
        }
        #expect(hidesUsage || whole.out == body, "seed \(seed), round \(round)")
      }
    }
  }

  /// A number is whole with its line, whichever chunk the line's end comes with.
  @Test(
    arguments: [
      ("\"usage\":{\"cost\":0.5", .chat), ("\"usage\":{\"output_tokens\":5p", .messages),
      ("\"duration\":3.5", .transcription), ("\"error\":{\"code\":429", .chat),
      ("\"usage\":{\"server_tool_use\":{\"searches\":2", .messages),
    ] as [(members: String, kind: AnswerReader.Kind)])
  func aNumberThatEndsABrokenEventIsReadAlike(_ row: (members: String, kind: AnswerReader.Kind)) {
    for end in ["", "\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n", "\n: c\n\n", "\ndata:\n\n"] {
      let sample = Sample(kind: row.kind, body: "data: {\(row.members)\(end)")
      let body = Array(sample.body.utf8)
      let whole = Self.read(sample, body, hidesUsage: false) { _ in .max >> 1 }
      for cut in 1...body.count {
        let reading = Self.read(sample, body, hidesUsage: false) { $0 == 0 ? cut : .max >> 1 }
        #expect(reading == whole, "\(end.debugDescription), cut at \(cut)")
      }
    }
  }
}
