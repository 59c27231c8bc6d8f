import Testing

@testable import Providers

@Suite("Answer kind")
struct AnswerKindTests {
  static let rows: [(dialect: Dialect, path: String, kind: AnswerReader.Kind)] = [
    (.openai, "/openai/v1/chat/completions", .chat),
    (.openai, "/openai/deployments/d/chat/completions?api-version=2024-10-21", .chat),
    (.openai, "/v2/chat", .chat),
    (.openai, "/v1/completions", .chat),
    (.openai, "/v1/responses", .responses),
    (.openai, "/v1/responses/compact", .responses),
    (.openai, "/v1/responses/input_tokens", .tokenCount),
    (.openai, "/v1/responses/resp_1", .responses),
    (.anthropic, "/v1/messages", .messages),
    (.anthropic, "/v1/messages/count_tokens", .tokenCount),
    (.gemini, "/v1beta/models/g:streamGenerateContent?alt=sse", .generate),
    (.gemini, "/v1/projects/p/locations/l/publishers/google/models/g:predict", .embeddings),
    (.gemini, "/v1beta/models/g:countTokens", .tokenCount),
    (.gemini, "/v1beta/interactions", .interactions),
    (.gemini, "/v1beta/interactions/v1_x", .interactions),
    (.openai, "/v2/embed", .embeddings),
    (.openai, "/v1/images/edits", .images),
    (.openai, "/v1/audio/translations", .transcription),
    (.openai, "/v1/audio/speech", .speech),
    (.openai, "/v1/rerank", .rerank),
    (.openai, "/v1/threads/t/runs", .unknown),
    (.anthropic, "/v1/files", .unknown),
  ]

  @Test(arguments: rows)
  func isTakenFromThePath(_ row: (dialect: Dialect, path: String, kind: AnswerReader.Kind)) {
    #expect(AnswerReader.Kind.forPath(dialect: row.dialect, path: row.path) == row.kind)
  }
}
