extension Endpoint {
  /// Whether a request's size and quality are those of images.
  package var makesImages: Bool {
    switch self {
    case .imagesGenerations, .imagesEdits, .imagesVariations: true
    case .chatCompletions, .completions, .responses, .responsesCompact, .responsesInputTokens,
      .response, .embeddings, .moderations, .audioSpeech, .audioTranscriptions,
      .audioTranslations, .rerank, .messages, .messagesCountTokens, .generateContent,
      .streamGenerateContent, .countTokens, .embedContent, .batchEmbedContents, .models, .model,
      .ownKeys, .passthrough:
      false
    }
  }

  /// Whether its answers are text of a model, so that tokens can be estimated from them.
  package var answersWithText: Bool {
    switch self {
    case .chatCompletions, .completions, .responses, .messages, .generateContent,
      .streamGenerateContent:
      true
    case .responsesCompact, .responsesInputTokens, .response, .embeddings, .moderations,
      .imagesGenerations, .imagesEdits, .imagesVariations, .audioSpeech, .audioTranscriptions,
      .audioTranslations, .rerank, .messagesCountTokens, .countTokens, .embedContent,
      .batchEmbedContents, .models, .model, .ownKeys, .passthrough:
      false
    }
  }

  /// Whether an answer may use output tokens, for text or for whatever else it makes.
  package var mayUseOutputTokens: Bool {
    switch self {
    case .chatCompletions, .completions, .responses, .responsesCompact, .imagesGenerations,
      .imagesEdits, .imagesVariations, .audioTranscriptions, .audioTranslations, .messages,
      .generateContent, .streamGenerateContent, .passthrough:
      true
    case .responsesInputTokens, .response, .embeddings, .moderations, .audioSpeech, .rerank,
      .messagesCountTokens, .countTokens, .embedContent, .batchEmbedContents, .models, .model,
      .ownKeys:
      false
    }
  }

  /// Whether a request that got no answer may be sent again: it makes nothing, and what it would
  /// be billed is the same input once more at most.
  ///
  /// Embeddings, moderations and reranking are functions of their input; counting tokens is free.
  package var isSafeToRepeat: Bool {
    switch self {
    case .embeddings, .moderations, .rerank, .responsesInputTokens, .messagesCountTokens,
      .countTokens, .embedContent, .batchEmbedContents, .models, .model, .ownKeys:
      true
    case .chatCompletions, .completions, .responses, .responsesCompact, .response,
      .imagesGenerations, .imagesEdits, .imagesVariations, .audioSpeech, .audioTranscriptions,
      .audioTranslations, .messages, .generateContent, .streamGenerateContent, .passthrough:
      false
    }
  }
}
