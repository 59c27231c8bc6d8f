import Providers
import Testing

@testable import Gateway

/// A journal outlives the version that wrote it: these numbers are pinned.
@Suite("Numbers by which a journal names things")
struct JournalCodesTests {
  @Test func noneIsUsedTwice() {
    #expect(Set(Endpoint.allCases.map(\.journalCode)).count == Endpoint.allCases.count)
    #expect(Set(Dialect.allCases.map(\.journalCode)).count == Dialect.allCases.count)
    #expect(
      Set(Receipt.Outcome.allCases.map(\.journalCode)).count == Receipt.Outcome.allCases.count)
    #expect(
      Set(Receipt.UsageSource.allCases.map(\.journalCode)).count
        == Receipt.UsageSource.allCases.count)
  }

  @Test func theyStayWhatTheyWere() {
    #expect([Dialect.openai, .anthropic, .gemini].map(\.journalCode) == [1, 2, 3])
    let outcomes: [Receipt.Outcome] = [
      .served, .rejected, .refused, .failed, .abandoned, .cut, .crashed,
    ]
    #expect(outcomes.map(\.journalCode) == Array(1...7))
    #expect([Receipt.UsageSource.none, .reported, .estimated].map(\.journalCode) == [0, 1, 2])
    let endpoints: [Endpoint] = [
      .chatCompletions, .completions, .responses, .responsesCompact, .responsesInputTokens,
      .response, .embeddings, .moderations, .imagesGenerations, .imagesEdits, .imagesVariations,
      .audioSpeech, .audioTranscriptions, .audioTranslations, .rerank, .messages,
      .messagesCountTokens, .generateContent, .streamGenerateContent, .countTokens, .embedContent,
      .batchEmbedContents, .models, .model, .passthrough, .ownKeys,
    ]
    #expect(endpoints.map(\.journalCode) == Array(1...26))
  }
}
