/// What an upstream answer says of itself, read while it is relayed.
///
/// The counterpart of `RequestFacts`. Everything here is as the provider stated it, with one
/// meaning for all providers; what it did not state is nil.
package struct AnswerFacts: Equatable, Sendable {
  /// Nil when the provider stated no usage.
  package var usage: Usage?
  /// The stream broke off: the output figures are not the last word.
  package var usageIsPartial = false
  /// The provider still works on the response (of the Responses API), which it has queued or begun.
  package var isUnderWay = false
  /// It is made in the background: whoever leaves its stream does not stop that work.
  package var isBackground = false
  /// Billed work that the usage leaves out (Anthropic's compaction and advisor iterations).
  package var additionalUsage: [AdditionalUsage] = []
  /// The model that the provider says it used.
  package var model: String?
  /// The id that the provider gave the answer (`resp_…`, `chatcmpl-…`, `msg_…`).
  package var id: String?
  package var serviceTier: String?
  package var inferenceGeo: String?
  /// Anthropic's `fast` or `standard`.
  package var speed: String?
  /// Seconds of audio, the decimal as the provider wrote it.
  package var audioSeconds: String?
  package var imageCount: Int?
  /// Result of a token counting endpoint: nothing is billed.
  package var countedTokens: Int64?
  package var billedInputTokens: Int64?
  package var billedOutputTokens: Int64?
  package var billedSearchUnits: Int64?
  package var billedImageTokens: Int64?
  /// Searches and the like that the provider ran, by kind.
  package var serverToolCalls: [String: Int64] = [:]
  package var providerTotalTokens: Int64?
  /// US dollars, the decimal as the provider wrote it (xAI's ticks divided by 10^10).
  package var providerReportedCostUSD: String?
  /// Contradictions in the provider's own figures, as short fixed codes.
  package var anomalies: [String] = []
  /// UTF-8 bytes of output text, reasoning and tool arguments seen.
  package var outputTextBytes: Int = 0
  /// The same text by kinds of characters: the base of an estimate.
  package var outputText = TextTally()
  /// The part of it that the output figures of a partial usage count already; nil if they count
  /// none of it (Anthropic's, at the start of a stream).
  @Seldom package var statedText: TextTally?
  /// The size of an answer in a content coding, whose text cannot be read; else 0.
  package var codedBytes = 0
  /// Further ids that the provider handed out (conversation, container, a file's name), which live
  /// on one key.
  package var handles: [String] = []
  /// An error that the provider sent inside the answer.
  @Seldom package var errorEvent: ErrorEventFacts?

  package init() {}

  /// The usage is that of all the work, and nothing will be added to it.
  package var statesFinalUsage: Bool { usage != nil && !usageIsPartial && !isUnderWay }

  package struct AdditionalUsage: Equatable, Sendable {
    package var kind: String
    /// Nil when it is the main model.
    package var model: String?
    package var usage: Usage

    package init(kind: String, model: String?, usage: Usage) {
      self.kind = kind
      self.model = model
      self.usage = usage
    }
  }
}
