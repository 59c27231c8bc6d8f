import Testing

@testable import Providers

@Suite("Event types")
struct AnswerEventTypeTests {
  static let rows: [(name: String, type: AnswerEventType)] = [
    ("message_start", .start),
    ("response.created", .start),
    ("message_stop", .end),
    ("response.completed", .end),
    ("response.incomplete", .end),
    ("response.failed", .end),
    ("message-end", .end),
    ("stream-end", .end),
    ("interaction.completed", .end),
    ("transcript.text.done", .end),
    ("image_generation.completed", .image),
    ("error", .error),
    ("response.output_text.delta", .other),
    ("ping", .other),
    ("", .other),
  ]

  @Test(arguments: rows)
  func isNamed(_ name: String, _ type: AnswerEventType) {
    #expect(AnswerEventType(name.utf8.span) == type)
  }
}
