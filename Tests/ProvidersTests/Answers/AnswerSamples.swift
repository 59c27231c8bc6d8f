import Testing

@testable import Providers

/// What came of feeding one body: for tables of cases.
struct Outcome: Equatable {
  var out = ""
  var facts = AnswerFacts()
  var isComplete = false
  var lacksItsEnd = false
  var errorEvent: ErrorEventFacts?
  var phase = AnswerReader.Phase.holding
  /// Bytes of the body that had been fed when the first byte went to the client.
  var bytesBeforeFlow: Int?
}

enum AnswerSamples {
  static let json = "application/json"
  static let events = "text/event-stream"

  /// Feeds `body` in chunks of `chunkBytes`.
  static func read(
    _ body: String, kind: AnswerReader.Kind = .chat, contentType: String = events,
    chunkBytes: Int, hidesUsage: Bool = false, isCoded: Bool = false
  ) -> Outcome {
    var reader = AnswerReader(
      kind: kind, contentType: Array(contentType.utf8), isCoded: isCoded, hidesUsage: hidesUsage)
    var outcome = Outcome()
    var out: [UInt8] = []
    let bytes = Array(body.utf8)
    var start = 0
    while start < bytes.count {
      let end = min(start + chunkBytes, bytes.count)
      let chunk = Array(bytes[start..<end])
      reader.feed(chunk.span, into: &out)
      if !out.isEmpty, outcome.bytesBeforeFlow == nil { outcome.bytesBeforeFlow = end }
      start = end
    }
    outcome.phase = reader.phase
    outcome.errorEvent = reader.errorEvent
    outcome.facts = reader.finish(into: &out)
    outcome.isComplete = reader.isComplete
    outcome.lacksItsEnd = reader.lacksItsEnd
    outcome.out = String(decoding: out, as: UTF8.self)
    return outcome
  }

  /// A stream of data-only events.
  static func stream(_ events: String...) -> String {
    events.map { "data: \($0)\n\n" }.joined()
  }

  static func chunk(_ delta: String, finish: String = "null", rest: String = "") -> String {
    #"{"id":"c1","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finish)}]\#(rest)}"#
  }

  /// An answer of chat whose usage has these members.
  static func usage(_ members: String) -> String {
    #"{"id":"a","choices":[{"message":{"content":"Yes"}}],"usage":{\#(members)}}"#
  }
}

/// A row of a table of answers: what must be true of the facts.
struct AnswerCase: Sendable, CustomTestStringConvertible {
  /// However an answer is cut, it is read alike.
  static let chunkSizes = [1, 2, 3, 7, 100_000]

  let name: String
  var kind = AnswerReader.Kind.chat
  let body: String
  let check: @Sendable (AnswerFacts) -> Bool
  var testDescription: String { name }

  func check(chunkBytes: Int) {
    let isDocument = body.hasPrefix("{") || body.hasPrefix("[")
    let outcome = AnswerSamples.read(
      body, kind: kind, contentType: isDocument ? AnswerSamples.json : AnswerSamples.events,
      chunkBytes: chunkBytes)
    #expect(check(outcome.facts), "\(outcome.facts)")
    #expect(outcome.out == body)
  }
}
