package import Providers

// The numbers by which a journal names what the ledger names by words: never reuse one.

extension Dialect {
  package var journalCode: UInt8 {
    switch self {
    case .openai: 1
    case .anthropic: 2
    case .gemini: 3
    }
  }
}

extension Receipt.Outcome {
  package var journalCode: UInt8 {
    switch self {
    case .served: 1
    case .rejected: 2
    case .refused: 3
    case .failed: 4
    case .abandoned: 5
    case .cut: 6
    case .crashed: 7
    }
  }

  init?(journalCode: Int64) {
    switch journalCode {
    case 1: self = .served
    case 2: self = .rejected
    case 3: self = .refused
    case 4: self = .failed
    case 5: self = .abandoned
    case 6: self = .cut
    case 7: self = .crashed
    default: return nil
    }
  }
}

extension Receipt.UsageSource {
  package var journalCode: UInt8 {
    switch self {
    case .none: 0
    case .reported: 1
    case .estimated: 2
    }
  }

  init?(journalCode: Int64) {
    switch journalCode {
    case 0: self = .none
    case 1: self = .reported
    case 2: self = .estimated
    default: return nil
    }
  }
}

extension Endpoint {
  package var journalCode: UInt8 {
    switch self {
    case .chatCompletions: 1
    case .completions: 2
    case .responses: 3
    case .responsesCompact: 4
    case .responsesInputTokens: 5
    case .response: 6
    case .embeddings: 7
    case .moderations: 8
    case .imagesGenerations: 9
    case .imagesEdits: 10
    case .imagesVariations: 11
    case .audioSpeech: 12
    case .audioTranscriptions: 13
    case .audioTranslations: 14
    case .rerank: 15
    case .messages: 16
    case .messagesCountTokens: 17
    case .generateContent: 18
    case .streamGenerateContent: 19
    case .countTokens: 20
    case .embedContent: 21
    case .batchEmbedContents: 22
    case .models: 23
    case .model: 24
    case .passthrough: 25
    case .ownKeys: 26
    }
  }
}
