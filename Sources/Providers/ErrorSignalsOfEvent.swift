extension ErrorSignals {
  /// The signals of an error event inside a stream.
  package init(_ event: ErrorEventFacts) {
    self.init(
      status: event.status ?? 0, type: event.type ?? "", code: event.code ?? "",
      message: event.message ?? "")
  }
}

extension Endpoint {
  /// Whether a request that got no answer may be sent again: it makes nothing, and what it would
  /// be billed is the same input once more at most.
  ///
  /// Embeddings, moderations and reranking are functions of their input; counting tokens is free.
  package var isSafeToRepeat: Bool {
    switch self {
    case .embeddings, .moderations, .rerank, .responsesInputTokens, .messagesCountTokens,
      .countTokens, .embedContent, .batchEmbedContents, .models, .model:
      true
    case .chatCompletions, .completions, .responses, .responsesCompact, .response,
      .imagesGenerations, .imagesEdits, .imagesVariations, .audioSpeech, .audioTranscriptions,
      .audioTranslations, .messages, .generateContent, .streamGenerateContent, .passthrough:
      false
    }
  }
}
