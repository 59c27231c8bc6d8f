import Testing

@testable import Providers

@Suite("Answer framing")
struct AnswerFramingTests {
  static let rows:
    [(type: String, first: String, kind: AnswerReader.Kind, framing: AnswerFraming)] =
      [
        ("application/json", "{", .chat, .json),
        ("application/json; charset=UTF-8", "[", .generate, .jsonArray),
        ("application/json", "[", .embeddings, .json),
        ("Application/JSON", "{", .chat, .json),
        ("application/problem+json", "{", .chat, .json),
        ("application/json", "data", .chat, .events),
        ("application/json", "<", .chat, .opaque),
        ("text/event-stream", "data", .chat, .events),
        ("text/event-stream;charset=utf-8", ":", .chat, .events),
        ("text/event-stream", "{", .chat, .json),
        ("text/event-stream", "<", .chat, .events),
        ("application/stream+json", "{", .chat, .jsonLines),
        ("application/x-ndjson", "{", .chat, .jsonLines),
        ("application/octet-stream", "{", .embeddings, .json),
        ("application/octet-stream", "d", .speech, .opaque),
        ("", "{", .chat, .json),
        ("text/plain", "S", .transcription, .opaque),
        ("text/plain", "{", .transcription, .json),
      ]

  @Test(arguments: rows)
  func decides(
    _ row: (type: String, first: String, kind: AnswerReader.Kind, framing: AnswerFraming)
  ) {
    let promise = AnswerFraming.Promise.of(contentType: Array(row.type.utf8))
    let byte = row.first.utf8.first ?? 0
    #expect(AnswerFraming.of(firstByte: byte, promise: promise, kind: row.kind) == row.framing)
  }

  @Test(arguments: ["audio/mpeg", "image/png", "text/html", "video/mp4", "multipart/mixed"])
  func mediaIsNotLookedInto(_ type: String) {
    let promise = AnswerFraming.Promise.of(contentType: Array(type.utf8))
    #expect(promise == .opaque)
    #expect(!promise.isReadable)
  }
}
