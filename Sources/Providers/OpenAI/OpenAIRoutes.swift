import HTTP

/// The paths of OpenAI and of all that is compatible with it.
///
/// Source: platform.openai.com/docs/api-reference; `rerank` is Cohere's and Jina's, as most
/// compatible servers have it.
enum OpenAIRoutes {
  /// The endpoint of a fixed path behind `/v1/`; all of them take POST.
  static func fixed(_ tail: Span<UInt8>) -> Endpoint? {
    switch tail.count {
    case 6: tail.equals("rerank") ? .rerank : nil
    case 9: tail.equals("responses") ? .responses : nil
    case 10: tail.equals("embeddings") ? .embeddings : nil
    case 11:
      if tail.equals("completions") {
        .completions
      } else {
        tail.equals("moderations") ? .moderations : nil
      }
    case 12:
      if tail.equals("images/edits") {
        .imagesEdits
      } else {
        tail.equals("audio/speech") ? .audioSpeech : nil
      }
    case 16: tail.equals("chat/completions") ? .chatCompletions : nil
    case 17:
      if tail.equals("responses/compact") {
        .responsesCompact
      } else {
        tail.equals("images/variations") ? .imagesVariations : nil
      }
    case 18:
      if tail.equals("audio/translations") {
        .audioTranslations
      } else {
        tail.equals("images/generations") ? .imagesGenerations : nil
      }
    case 20: tail.equals("audio/transcriptions") ? .audioTranscriptions : nil
    case 22: tail.equals("responses/input_tokens") ? .responsesInputTokens : nil
    default: nil
    }
  }
}
