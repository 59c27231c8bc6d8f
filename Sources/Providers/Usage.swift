/// The token usage of one call, with one meaning for all providers.
///
/// `inputTokens` and `outputTokens` are the full amounts; every other field is a part of one of
/// them. Unit: tokens. The names in JSON, SQL and the CLI are the snake-case forms of these.
package struct Usage: Equatable, Sendable {
  /// All input tokens, cache reads and writes, audio, images and tool-use prompts included.
  package var inputTokens: Int64 = 0
  /// All output tokens, reasoning, audio, images and rejected predictions included.
  package var outputTokens: Int64 = 0
  /// Part of the input that was read from a prompt cache.
  package var cachedInputTokens: Int64 = 0
  /// Part of the input that was written to a cache.
  package var cacheWriteTokens: Int64 = 0
  package var cacheWrite5mTokens: Int64 = 0
  package var cacheWrite1hTokens: Int64 = 0
  /// Part of the output.
  package var reasoningTokens: Int64 = 0
  package var inputAudioTokens: Int64 = 0
  package var outputAudioTokens: Int64 = 0
  package var inputImageTokens: Int64 = 0
  package var outputImageTokens: Int64 = 0
  /// Parts of both the cached and the audio or image input.
  package var cachedInputAudioTokens: Int64 = 0
  package var cachedInputImageTokens: Int64 = 0
  /// Gemini's `toolUsePromptTokenCount`, part of the input.
  package var toolUseInputTokens: Int64 = 0
  /// Parts of the output (OpenAI's predicted outputs).
  package var acceptedPredictionTokens: Int64 = 0
  package var rejectedPredictionTokens: Int64 = 0

  package init() {}

  /// `inputTokens + outputTokens`; saturates instead of overflowing.
  package var totalTokens: Int64 {
    let (sum, overflow) = inputTokens.addingReportingOverflow(outputTokens)
    return overflow ? .max : sum
  }
}
