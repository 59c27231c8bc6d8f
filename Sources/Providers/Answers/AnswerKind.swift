/// What kind of answer is read, where the content alone does not tell.
///
/// Usage, text and errors are read by content, whatever the kind; a kind only settles what a
/// member means that has two meanings. So a path nobody has listed is still metered.
extension AnswerReader {
  package enum Kind: Sendable, CaseIterable {
    case chat
    case responses
    case messages
    case generate
    case embeddings
    case images
    case speech
    case transcription
    case tokenCount
    case interactions
    case rerank
    /// Known by its content only.
    case unknown

    /// By the end of a path, longest first: one row per API, of any vendor.
    private static let byPathEnd: [(end: StaticString, kind: Kind)] = [
      ("/messages/count_tokens", .tokenCount),
      ("/responses/input_tokens", .tokenCount),
      ("/responses/compact", .responses),
      ("/chat/completions", .chat),
      ("/audio/transcriptions", .transcription),
      ("/audio/translations", .transcription),
      ("/images/generations", .images),
      ("/images/variations", .images),
      ("/images/edits", .images),
      (":streamGenerateContent", .generate),
      (":batchEmbedContents", .embeddings),
      (":generateContent", .generate),
      (":embedContent", .embeddings),
      (":countTokens", .tokenCount),
      (":predict", .embeddings),
      ("/audio/speech", .speech),
      ("/interactions", .interactions),
      ("/completions", .chat),
      ("/embeddings", .embeddings),
      ("/responses", .responses),
      ("/messages", .messages),
      ("/rerank", .rerank),
      ("/embed", .embeddings),
      ("/chat", .chat),
    ]

    /// Whether it is text of a model, so that tokens can be estimated from it.
    package var answersWithText: Bool {
      switch self {
      case .chat, .responses, .messages, .generate, .interactions: true
      case .embeddings, .images, .speech, .transcription, .tokenCount, .rerank, .unknown: false
      }
    }

    /// The kind of an answer to a passthrough request, whose path is as the provider gets it.
    package static func forPath(dialect: Dialect, path: String) -> Kind {
      let bare = path.prefix { $0 != "?" }
      for row in byPathEnd where bare.hasSuffix(row.end.description) { return row.kind }
      switch dialect {
      case .openai where bare.contains("/responses/"): return .responses
      case .gemini where bare.contains("/interactions/"): return .interactions
      case .openai, .anthropic, .gemini: return .unknown
      }
    }

    /// The kind of an answer on a route of our own.
    package static func forEndpoint(_ endpoint: Endpoint) -> Kind {
      switch endpoint {
      case .chatCompletions, .completions: .chat
      case .responses, .responsesCompact, .response: .responses
      case .responsesInputTokens, .messagesCountTokens, .countTokens: .tokenCount
      case .embeddings, .embedContent, .batchEmbedContents: .embeddings
      case .imagesGenerations, .imagesEdits, .imagesVariations: .images
      case .audioSpeech: .speech
      case .audioTranscriptions, .audioTranslations: .transcription
      case .messages: .messages
      case .generateContent, .streamGenerateContent: .generate
      case .rerank: .rerank
      case .moderations, .models, .model, .ownKeys, .passthrough: .unknown
      }
    }
  }
}
