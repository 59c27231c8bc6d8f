import Testing

@testable import Providers

/// What providers state of usage, and how wrongly they may: one small body each, in our own words.
@Suite("Stated usage")
struct StatedUsageTests {
  static let cases: [AnswerCase] = [
    AnswerCase(
      name: "the last usage of a stream",
      body: AnswerSamples.stream(
        AnswerSamples.chunk(
          #"{"content":"a"}"#, rest: #","usage":{"prompt_tokens":2,"completion_tokens":1}"#),
        AnswerSamples.chunk(
          #"{"content":"b"}"#, rest: #","usage":{"prompt_tokens":2,"completion_tokens":2}"#),
        AnswerSamples.chunk("{}", rest: #","usage":null"#), "[DONE]")
    ) { $0.usage?.outputTokens == 2 && !$0.usageIsPartial },
    AnswerCase(
      name: "a usage under a name of the vendor",
      body: AnswerSamples.stream(
        #"{"choices":[],"x_groq":{"id":"r","usage":{"prompt_tokens":5,"completion_tokens":6}}}"#)
    ) { $0.usage?.inputTokens == 5 && $0.usage?.outputTokens == 6 },
    AnswerCase(
      name: "a tier in the usage of chat is not one of the price",
      body: AnswerSamples.usage(#""prompt_tokens":1,"service_tier":"standard""#)
    ) { $0.serviceTier == nil },
    AnswerCase(
      name: "seconds of audio", kind: .transcription,
      body: #"{"text":"So","usage":{"type":"duration","seconds":7.25}}"#
    ) { $0.audioSeconds == "7.25" && $0.usage == Usage() },
    AnswerCase(
      name: "the seconds of the usage win over the duration", kind: .transcription,
      body: #"{"duration":3.7,"usage":{"seconds":4},"duration":9}"#
    ) { $0.audioSeconds == "4" },
    AnswerCase(
      name: "messages: start, then what the delta states", kind: .messages,
      body: AnswerSamples.stream(
        #"{"type":"message_start","message":{"id":"m","model":"c","usage":{"input_tokens":7,"cache_read_input_tokens":30,"output_tokens":1,"service_tier":"standard"}}}"#,
        #"{"type":"content_block_delta","delta":{"type":"text_delta","text":"Yes"}}"#,
        #"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":20,"cache_read_input_tokens":null,"output_tokens_details":{"thinking_tokens":5}}}"#,
        #"{"type":"message_stop"}"#)
    ) {
      $0.id == "m" && $0.usage?.inputTokens == 37 && $0.usage?.cachedInputTokens == 30
        && $0.usage?.outputTokens == 20 && $0.usage?.reasoningTokens == 5
        && $0.serviceTier == "standard" && !$0.usageIsPartial
    },
    AnswerCase(
      name: "messages: cut before the delta", kind: .messages,
      body: AnswerSamples.stream(
        #"{"type":"message_start","message":{"usage":{"input_tokens":7,"output_tokens":1}}}"#)
    ) { $0.usage?.inputTokens == 7 && $0.usageIsPartial && $0.statedText == nil },
    AnswerCase(
      name: "a growing usage, cut: the text that it counts",
      body: AnswerSamples.stream(
        AnswerSamples.chunk(
          #"{"content":"one two"}"#, rest: #","usage":{"prompt_tokens":2,"completion_tokens":2}"#),
        AnswerSamples.chunk(#"{"content":" three"}"#))
    ) { $0.usageIsPartial && $0.statedText?.bytes == 7 && $0.outputText.bytes == 13 },
    AnswerCase(
      name: "messages: iterations that the total leaves out", kind: .messages,
      body:
        #"{"content":[],"usage":{"input_tokens":5,"output_tokens":6,"iterations":[{"type":"compaction","input_tokens":900,"output_tokens":40,"cache_read_input_tokens":10},{"type":"message","input_tokens":5,"output_tokens":6},{"type":"advisor_message","model":"big","input_tokens":3,"output_tokens":2}]}}"#
    ) {
      $0.usage?.inputTokens == 5
        && $0.additionalUsage.map(\.kind) == ["compaction", "advisor_message"]
        && $0.additionalUsage.map(\.usage.inputTokens) == [910, 3]
        && $0.additionalUsage.map(\.model) == [nil, "big"]
    },
    AnswerCase(
      name: "messages: an iteration of a new kind", kind: .messages,
      body:
        #"{"usage":{"input_tokens":5,"output_tokens":6,"iterations":[{"type":"new","input_tokens":9}]}}"#
    ) { $0.additionalUsage.isEmpty && $0.anomalies == ["usage_iteration_unknown"] },
    AnswerCase(
      name: "gemini: modalities by name and by number", kind: .generate,
      body:
        #"{"responseId":"r","modelVersion":"g","usageMetadata":{"promptTokenCount":20,"candidatesTokenCount":9,"totalTokenCount":29,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":6},{"tokenCount":4,"modality":2},{"modality":"TEXT","tokenCount":10}],"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":9}],"trafficType":"ON_DEMAND"}}"#
    ) {
      $0.id == "r" && $0.model == "g" && $0.usage?.inputAudioTokens == 6
        && $0.usage?.inputImageTokens == 4 && $0.usage?.outputImageTokens == 9
        && $0.serviceTier == "ON_DEMAND"
    },
    AnswerCase(
      name: "gemini: a tier without a usage is none", kind: .generate,
      body:
        #"{"promptFeedback":{"blockReason":"OTHER"},"usageMetadata":{"trafficType":"ON_DEMAND"}}"#
    ) { $0.serviceTier == nil && $0.usage == nil },
    AnswerCase(
      name: "cohere", kind: .rerank,
      body: #"{"id":"x","results":[],"meta":{"billed_units":{"search_units":1}}}"#
    ) { $0.billedSearchUnits == 1 && $0.usage == Usage() },
    AnswerCase(
      name: "cohere v1, one object a line",
      body: #"{"is_finished":false,"event_type":"text-generation","text":"Yes"}"# + "\n"
        + #"{"is_finished":true,"event_type":"stream-end","response":{"text":"Yes","meta":{"billed_units":{"input_tokens":2,"output_tokens":1},"tokens":{"input_tokens":60,"output_tokens":1}}}}"#
        + "\n"
    ) {
      $0.usage?.inputTokens == 60 && $0.billedInputTokens == 2 && $0.outputTextBytes == 3
    },
    AnswerCase(
      name: "vertex predict", kind: .embeddings,
      body:
        #"{"predictions":[{"embeddings":{"statistics":{"token_count":4},"values":[0.1]}},{"embeddings":{"statistics":{"token_count":3}}}]}"#
    ) { $0.usage?.inputTokens == 7 },
    AnswerCase(
      name: "ollama's own API", kind: .unknown,
      body:
        #"{"model":"l","message":{"content":"Yes"},"done":true,"prompt_eval_count":8,"eval_count":3}"#
    ) { $0.usage?.inputTokens == 8 && $0.usage?.outputTokens == 3 },
    AnswerCase(
      name: "a negative figure",
      body: AnswerSamples.usage(#""prompt_tokens":-1,"completion_tokens":4"#)
    ) {
      $0.usage == nil && $0.anomalies == ["usage_negative"]
    },
    AnswerCase(
      name: "a figure of 2^63",
      body: AnswerSamples.usage(#""prompt_tokens":9223372036854775808,"completion_tokens":4"#)
    ) {
      $0.usage == nil && $0.anomalies == ["usage_out_of_range"]
    },
    AnswerCase(
      name: "a part of 2^63 is left out",
      body: AnswerSamples.usage(
        #""prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":9223372036854775808}"#)
    ) {
      $0.usage?.inputTokens == 5 && $0.usage?.cachedInputTokens == 0
        && $0.anomalies == ["usage_out_of_range"]
    },
    AnswerCase(
      name: "a fraction", body: AnswerSamples.usage(#""prompt_tokens":4.5,"completion_tokens":4.0"#)
    ) {
      $0.usage?.inputTokens == 5 && $0.usage?.outputTokens == 4
        && $0.anomalies == ["usage_fraction"]
    },
    AnswerCase(
      name: "a string", body: AnswerSamples.usage(#""prompt_tokens":"12","completion_tokens":4"#)
    ) {
      $0.usage == nil && $0.anomalies == ["usage_not_a_number"]
    },
    AnswerCase(
      name: "a number that is none",
      body: AnswerSamples.usage(#""prompt_tokens":NaN,"completion_tokens":4"#)
    ) {
      $0.usage == nil && $0.anomalies == ["usage_not_a_number"]
    },
    AnswerCase(
      name: "a truth value",
      body: AnswerSamples.usage(#""prompt_tokens":true,"completion_tokens":4"#)
    ) {
      $0.usage == nil && $0.anomalies == ["usage_not_a_number"]
    },
    AnswerCase(
      name: "an object",
      body: AnswerSamples.usage(#""prompt_tokens":{"value":3},"completion_tokens":4"#)
    ) { $0.usage == nil && $0.anomalies == ["usage_not_a_number"] },
    AnswerCase(
      name: "an array", body: AnswerSamples.usage(#""prompt_tokens":5,"completion_tokens":[4]"#)
    ) {
      $0.usage == nil && $0.anomalies == ["usage_not_a_number"]
    },
    AnswerCase(
      name: "null states nothing",
      body: AnswerSamples.usage(#""prompt_tokens":5,"completion_tokens":null"#)
    ) { $0.usage?.inputTokens == 5 && $0.anomalies.isEmpty },
    AnswerCase(
      name: "a figure stated twice",
      body: AnswerSamples.usage(#""prompt_tokens":5,"prompt_tokens":7"#)
    ) {
      $0.usage?.inputTokens == 7 && $0.anomalies == ["usage_repeated"]
    },
    AnswerCase(
      name: "the same figure twice",
      body: AnswerSamples.usage(#""prompt_tokens":5,"prompt_tokens":5"#)
    ) {
      $0.usage?.inputTokens == 5 && $0.anomalies.isEmpty
    },
    AnswerCase(
      name: "two usages in one answer",
      body: #"{"choices":[],"usage":{"prompt_tokens":5},"usage":{"prompt_tokens":7}}"#
    ) { $0.usage?.inputTokens == 7 && $0.anomalies == ["usage_repeated"] },
    AnswerCase(
      name: "one usage at two places of an event is Groq's way",
      body: AnswerSamples.stream(
        #"{"choices":[],"usage":{"prompt_tokens":5},"x_groq":{"usage":{"prompt_tokens":5}}}"#)
    ) { $0.usage?.inputTokens == 5 && $0.anomalies.isEmpty },
    AnswerCase(
      name: "a usage that grows from event to event is not repeated",
      body: AnswerSamples.stream(
        #"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":1}}"#,
        #"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}"#)
    ) { $0.usage?.outputTokens == 2 && $0.anomalies.isEmpty },
    AnswerCase(name: "a usage that is a list", body: #"{"choices":[],"usage":[1,2]}"#) {
      $0.usage == nil && $0.anomalies.isEmpty
    },
    AnswerCase(
      name: "a bad figure does not undo a good one", kind: .messages,
      body: AnswerSamples.stream(
        #"{"type":"message_start","message":{"usage":{"input_tokens":7,"output_tokens":1}}}"#,
        #"{"type":"message_delta","usage":{"input_tokens":-2,"output_tokens":3}}"#)
    ) {
      $0.usage?.inputTokens == 7 && $0.usage?.outputTokens == 3
        && $0.anomalies == ["usage_negative"]
    },
  ]

  @Test(arguments: cases, AnswerCase.chunkSizes)
  func reads(_ example: AnswerCase, chunkBytes: Int) {
    example.check(chunkBytes: chunkBytes)
  }
}
