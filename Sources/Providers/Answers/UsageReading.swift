/// Turns the figures of any provider into one `Usage`.
///
/// The rules are stated on the fields and their numbers, never on a vendor's name: who sends the
/// same fields is read in the same way. `corpus/README.md` is the specification.
struct UsageReading: Equatable {
  private(set) var usage = Usage()
  /// As stated; nil if the provider stated no total.
  private(set) var statedTotal: Int64?
  private(set) var anomalies = AnswerAnomalies()

  /// - Returns: Nil if the figures are no usage: none was stated, or the amount of the input or
  ///   the output was stated with something that cannot be one (an estimate is better then).
  init?(_ figures: UsageFigures) {
    guard figures.unusable & Self.amounts == 0,
      let form = Self.forms.first(where: { figures.stated & $0.tells != 0 })
    else { return nil }
    form.read(&self, figures)
    check()
  }

  /// The amounts without which a usage is none.
  private static let amounts = UsageFigures.bits([
    .prompt, .completion, .input, .output, .promptCount, .candidatesCount, .totalInput,
    .totalOutput, .tokensInput, .tokensOutput,
  ])

  // MARK: Forms

  /// One way of stating a usage.
  struct Form: Sendable {
    let name: String
    /// Where it is documented.
    let source: String
    /// The figures of which any tells that it is this one.
    let tells: UInt64
    fileprivate let read: @Sendable (inout UsageReading, UsageFigures) -> Void

    fileprivate init(
      _ name: String, source: String, tells: [UsageFigure],
      read: @escaping @Sendable (inout UsageReading, UsageFigures) -> Void
    ) {
      self.name = name
      self.source = source
      self.tells = UsageFigures.bits(tells)
      self.read = read
    }
  }

  /// The first form of which a figure was stated is the one.
  static let forms: [Form] = [
    Form(
      "generateContent", source: "ai.google.dev/api/generate-content#UsageMetadata",
      tells: [.promptCount, .candidatesCount, .thoughtsCount, .totalCount]
    ) { $0.readGemini($1) },
    Form(
      "interactions", source: "ai.google.dev/api/interactions-api",
      tells: [.totalInput, .totalOutput]
    ) { $0.readInteractions($1) },
    Form(
      "cohere", source: "docs.cohere.com/reference/chat",
      tells: [
        .tokensInput, .tokensOutput, .billedInput, .billedOutput, .billedSearch, .billedImage,
      ]
    ) { $0.readCohere($1) },
    Form(
      "chat completions", source: "platform.openai.com/docs/api-reference/chat/object",
      tells: [.prompt, .completion]
    ) { $0.readOpenAI($1) },
    Form(
      "responses and messages",
      source:
        "platform.openai.com/docs/api-reference/responses, docs.anthropic.com/en/api/messages",
      tells: [.input, .output]
    ) { $0.readInputOutput($1) },
    Form(
      "predict", source: "cloud.google.com/vertex-ai/generative-ai/docs/model-reference",
      tells: [.statistics]
    ) { $0.usage.inputTokens = $1.count(.statistics) },
    // Nothing says which part was output.
    Form(
      "a total alone", source: "platform.openai.com/docs/api-reference/embeddings",
      tells: [.total]
    ) {
      $0.usage.inputTokens = $1.count(.total)
      $0.statedTotal = $1[.total]
    },
  ]

  // MARK: What comes on top

  /// A vendor's way of leaving a part out of `prompt_tokens` or `completion_tokens`, told by a
  /// total that exceeds them by just that part.
  struct Surplus: Sendable {
    let name: String
    let source: String
    var reasoning = false
    var audio = false
  }

  static let surpluses: [Surplus] = [
    Surplus(
      name: "xAI, Perplexity: reasoning on top of the completion",
      source: "docs.x.ai/docs/guides/reasoning", reasoning: true),
    Surplus(
      name: "Mistral: audio on top of the prompt", source: "docs.mistral.ai/capabilities/audio",
      audio: true),
    Surplus(
      name: "both at once", source: "as the two before", reasoning: true, audio: true),
  ]

  /// `prompt_tokens` and `completion_tokens`: details are parts of them, unless the total shows
  /// that they come on top.
  private mutating func readOpenAI(_ figures: UsageFigures) {
    usage.inputTokens = figures.count(.prompt)
    usage.outputTokens = figures.count(.completion)
    readDetails(figures)
    statedTotal = figures[.total]
    guard let total = statedTotal else { return }
    let rest = total - usage.inputTokens - usage.outputTokens
    guard rest > 0 else { return }
    let reasoning = usage.reasoningTokens
    let audio = usage.inputAudioTokens
    let surplus = Self.surpluses.first {
      rest == ($0.reasoning ? reasoning : 0) + ($0.audio ? audio : 0)
    }
    if let surplus {
      if surplus.reasoning { usage.outputTokens += reasoning }
      if surplus.audio { usage.inputTokens += audio }
    } else if reasoning == 0, figures.has(.completion) {
      // Gemini behind its compatible path (ai.google.dev/gemini-api/docs/openai): thinking shows in
      // the total alone.
      usage.outputTokens += rest
      usage.reasoningTokens = rest
    }
  }

  /// `input_tokens` and `output_tokens`: the Responses API, transcriptions, and Anthropic, whose
  /// cache reads and writes have names of their own and come on top of the input.
  private mutating func readInputOutput(_ figures: UsageFigures) {
    usage.inputTokens = figures.count(.input)
    usage.outputTokens = figures.count(.output)
    readDetails(figures)
    usage.inputTokens += figures.count(.cacheRead)
    let split = figures.count(.cacheWrite5m) + figures.count(.cacheWrite1h)
    let written = max(figures.count(.cacheCreation), split)
    if figures.hasAny(.cacheCreation, .cacheWrite5m, .cacheWrite1h) {
      usage.inputTokens += written
      usage.cacheWriteTokens = written
      usage.cacheWrite1hTokens = figures.count(.cacheWrite1h)
      usage.cacheWrite5mTokens = written - figures.count(.cacheWrite1h)
    }
    statedTotal = figures[.total]
  }

  /// The parts that OpenAI and those like it break out.
  private mutating func readDetails(_ figures: UsageFigures) {
    usage.cachedInputTokens = max(
      figures.count(.inputCached), figures.count(.cacheHit), figures.count(.cached),
      figures.count(.numCached), figures.count(.cacheRead))
    usage.cacheWriteTokens = figures.count(.inputCacheWrite)
    usage.reasoningTokens = max(figures.count(.outputReasoning), figures.count(.reasoning))
    usage.inputAudioTokens = figures.count(.inputAudio)
    usage.inputImageTokens = figures.count(.inputImage)
    usage.outputAudioTokens = figures.count(.outputAudio)
    usage.outputImageTokens = figures.count(.outputImage)
    usage.cachedInputAudioTokens = figures.count(.inputCachedAudio)
    usage.cachedInputImageTokens = figures.count(.inputCachedImage)
    usage.acceptedPredictionTokens = figures.count(.acceptedPrediction)
    usage.rejectedPredictionTokens = figures.count(.rejectedPrediction)
  }

  /// `usageMetadata`: tool use comes on top of the prompt, thoughts on top of the candidates.
  private mutating func readGemini(_ figures: UsageFigures) {
    usage.inputTokens = figures.count(.promptCount) + figures.count(.toolUseCount)
    usage.outputTokens = figures.count(.candidatesCount) + figures.count(.thoughtsCount)
    usage.cachedInputTokens = figures.count(.cachedCount)
    usage.reasoningTokens = figures.count(.thoughtsCount)
    usage.toolUseInputTokens = figures.count(.toolUseCount)
    readModalities(figures)
    statedTotal = figures[.totalCount]
  }

  private mutating func readInteractions(_ figures: UsageFigures) {
    usage.inputTokens = figures.count(.totalInput) + figures.count(.totalToolUse)
    usage.outputTokens = figures.count(.totalOutput) + figures.count(.totalThought)
    usage.cachedInputTokens = figures.count(.totalCached)
    usage.reasoningTokens = figures.count(.totalThought)
    usage.toolUseInputTokens = figures.count(.totalToolUse)
    readModalities(figures)
    statedTotal = figures[.total]
  }

  private mutating func readModalities(_ figures: UsageFigures) {
    usage.inputAudioTokens = figures.count(.promptAudio)
    usage.inputImageTokens = figures.count(.promptImage)
    usage.cachedInputAudioTokens = figures.count(.cachedAudio)
    usage.cachedInputImageTokens = figures.count(.cachedImage)
    usage.outputAudioTokens = figures.count(.candidatesAudio)
    usage.outputImageTokens = figures.count(.candidatesImage)
  }

  /// `tokens` are those processed; where only `billed_units` are stated they are all there is.
  private mutating func readCohere(_ figures: UsageFigures) {
    usage.inputTokens = figures[.tokensInput] ?? figures.count(.billedInput)
    usage.outputTokens = figures[.tokensOutput] ?? figures.count(.billedOutput)
    usage.cachedInputTokens = figures.count(.cached)
  }

  private mutating func check() {
    if usage.cachedInputTokens + usage.cacheWriteTokens > usage.inputTokens {
      anomalies.insert(.cachedExceedsInput)
    }
    if usage.reasoningTokens > usage.outputTokens { anomalies.insert(.reasoningExceedsOutput) }
    if let total = statedTotal, total != usage.totalTokens { anomalies.insert(.totalMismatch) }
  }
}
