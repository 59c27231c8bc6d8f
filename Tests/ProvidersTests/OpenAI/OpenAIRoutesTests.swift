import Testing

@testable import Providers

@Suite("Paths of OpenAI")
struct OpenAIRoutesTests {
  private func fixed(_ path: String) -> Endpoint? {
    let bytes = Array(path.utf8)
    return OpenAIRoutes.fixed(bytes.span)
  }

  /// The raw value of an endpoint is its path, so each is found by it.
  @Test(arguments: Endpoint.allCases)
  func findsAnEndpointByItsPath(_ endpoint: Endpoint) {
    switch endpoint {
    case .chatCompletions, .completions, .responses, .responsesCompact, .responsesInputTokens,
      .embeddings, .moderations, .imagesGenerations, .imagesEdits, .imagesVariations,
      .audioSpeech, .audioTranscriptions, .audioTranslations, .rerank:
      #expect(fixed(endpoint.rawValue) == endpoint)
    default:
      #expect(fixed(endpoint.rawValue) == nil)
    }
  }

  @Test(arguments: ["", "chat", "chat/completionz", "Chat/completions", "rerank/", "/rerank"])
  func findsNoOther(_ path: String) {
    #expect(fixed(path) == nil)
  }
}
