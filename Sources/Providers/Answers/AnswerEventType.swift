/// What the `type` of an event says of the stream.
enum AnswerEventType: UInt8, Sendable {
  case other
  /// An answer begins; it will say when it is over.
  case start
  /// The answer is over.
  case end
  /// One image of perhaps several is whole.
  case image
  case error

  private struct Row: Sendable {
    let name: UInt64
    let type: AnswerEventType

    init(_ name: StaticString, _ type: AnswerEventType) {
      self.name = NameHash(name).value
      self.type = type
    }
  }

  private static let rows: [Row] = [
    Row("message_start", .start),
    Row("message_stop", .end),
    Row("response.created", .start),
    Row("response.completed", .end),
    Row("response.incomplete", .end),
    Row("response.failed", .end),
    Row("response.cancelled", .end),
    Row("error", .error),
    // Cohere, v2 and v1.
    Row("message-start", .start),
    Row("message-end", .end),
    Row("stream-start", .start),
    Row("stream-end", .end),
    // Gemini interactions.
    Row("interaction.created", .start),
    Row("interaction.start", .start),
    Row("interaction.completed", .end),
    Row("interaction.complete", .end),
    // OpenAI audio and images.
    Row("transcript.text.done", .end),
    Row("speech.audio.done", .end),
    Row("image_generation.partial_image", .start),
    Row("image_generation.completed", .image),
    Row("image_edit.partial_image", .start),
    Row("image_edit.completed", .image),
  ]

  init(_ name: Span<UInt8>) {
    let hash = NameHash(name).value
    self = .other
    for row in Self.rows where row.name == hash {
      self = row.type
      return
    }
  }
}
