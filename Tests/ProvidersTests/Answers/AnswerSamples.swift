@testable import Providers

/// What came of feeding one body: for tables of cases.
struct Outcome: Equatable {
  var out = ""
  var facts = AnswerFacts()
  var isComplete = false
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
}
