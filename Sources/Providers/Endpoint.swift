/// What a route asks a provider to do; the raw value is the name in logs, the ledger and SQL.
package enum Endpoint: String, Sendable, CaseIterable {
  // OpenAI and compatible
  case chatCompletions = "chat/completions"
  case completions
  case responses
  case responsesCompact = "responses/compact"
  case responsesInputTokens = "responses/input_tokens"
  /// `GET` and `DELETE` of a stored response, `POST …/cancel`, `GET …/input_items`.
  case response = "responses/{id}"
  case embeddings
  case moderations
  case imagesGenerations = "images/generations"
  case imagesEdits = "images/edits"
  case imagesVariations = "images/variations"
  case audioSpeech = "audio/speech"
  case audioTranscriptions = "audio/transcriptions"
  case audioTranslations = "audio/translations"
  case rerank
  // Anthropic
  case messages
  case messagesCountTokens = "messages/count_tokens"
  // Gemini
  case generateContent = "models:generateContent"
  case streamGenerateContent = "models:streamGenerateContent"
  case countTokens = "models:countTokens"
  case embedContent = "models:embedContent"
  case batchEmbedContents = "models:batchEmbedContents"
  // Answered from our own records
  case models
  case model = "models/{id}"
  /// The keys that the caller has contributed.
  case ownKeys = "keys"
  // Any provider, any path
  case passthrough
}
