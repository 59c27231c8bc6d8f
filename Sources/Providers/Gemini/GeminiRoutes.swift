import HTTP

/// The methods of Google's models (ai.google.dev/api/all-methods).
enum GeminiRoutes {
  /// The endpoint of what follows the last colon of `models/{model}:verb`.
  static func verb(_ verb: Span<UInt8>) -> Endpoint? {
    switch verb.count {
    case 11: verb.equals("countTokens") ? .countTokens : nil
    case 12: verb.equals("embedContent") ? .embedContent : nil
    case 15: verb.equals("generateContent") ? .generateContent : nil
    case 18: verb.equals("batchEmbedContents") ? .batchEmbedContents : nil
    case 21: verb.equals("streamGenerateContent") ? .streamGenerateContent : nil
    default: nil
    }
  }
}
