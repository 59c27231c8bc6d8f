import Testing

@testable import Providers

/// Quirks of providers, one small body each, in our own words.
@Suite("Answer meter")
struct AnswerMeterTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var kind = AnswerReader.Kind.chat
    let body: String
    let check: @Sendable (AnswerFacts) -> Bool
    var testDescription: String { name }

    var contentType: String {
      body.hasPrefix("{") || body.hasPrefix("[") ? AnswerSamples.json : AnswerSamples.events
    }
  }

  private static func usage(_ members: String) -> String {
    #"{"id":"a","choices":[{"message":{"content":"Yes"}}],"usage":{\#(members)}}"#
  }

  static let cases: [Case] = [
    Case(
      name: "identity", body: #"{"id":"chat-1","model":"m-2","service_tier":"flex","choices":[]}"#
    ) {
      $0.id == "chat-1" && $0.model == "m-2" && $0.serviceTier == "flex" && $0.usage == nil
    },
    Case(
      name: "the first id that is not empty; the last tier",
      body: AnswerSamples.stream(
        #"{"id":"","model":"","service_tier":"auto","choices":[]}"#,
        #"{"id":"b","model":"n","service_tier":"default","choices":[]}"#,
        #"{"id":"c","service_tier":null,"choices":[]}"#)
    ) { $0.id == "b" && $0.model == "n" && $0.serviceTier == "default" },
    Case(
      name: "the last usage of a stream",
      body: AnswerSamples.stream(
        AnswerSamples.chunk(
          #"{"content":"a"}"#, rest: #","usage":{"prompt_tokens":2,"completion_tokens":1}"#),
        AnswerSamples.chunk(
          #"{"content":"b"}"#, rest: #","usage":{"prompt_tokens":2,"completion_tokens":2}"#),
        AnswerSamples.chunk("{}", rest: #","usage":null"#), "[DONE]")
    ) { $0.usage?.outputTokens == 2 && !$0.usageIsPartial },
    Case(
      name: "a usage under a name of the vendor",
      body: AnswerSamples.stream(
        #"{"choices":[],"x_groq":{"id":"r","usage":{"prompt_tokens":5,"completion_tokens":6}}}"#)
    ) { $0.usage?.inputTokens == 5 && $0.usage?.outputTokens == 6 },
    Case(name: "a cost as a number", body: usage(#""prompt_tokens":1,"cost":0.00012"#)) {
      $0.providerReportedCostUSD == "0.00012"
    },
    Case(
      name: "a cost as an object",
      body: usage(#""prompt_tokens":1,"cost":{"input_cost":0.1,"total_cost":4e-05}"#)
    ) { $0.providerReportedCostUSD == "4e-05" },
    Case(name: "a cost in ticks", body: usage(#""prompt_tokens":1,"cost_in_usd_ticks":1176500"#)) {
      $0.providerReportedCostUSD == "0.00011765"
    },
    Case(name: "whole dollars in ticks", body: usage(#""cost_in_usd_ticks":120000000000"#)) {
      $0.providerReportedCostUSD == "12" && $0.usage == nil
    },
    Case(name: "no ticks", body: usage(#""cost_in_usd_ticks":0"#)) {
      $0.providerReportedCostUSD == "0"
    },
    Case(
      name: "a negative cost", body: usage(#""prompt_tokens":1,"cost":-1,"cost_in_usd_ticks":-5"#)
    ) {
      $0.providerReportedCostUSD == nil && $0.anomalies == ["amount_unreadable"]
    },
    Case(
      name: "a tier in the usage of chat is not one of the price",
      body: usage(#""prompt_tokens":1,"service_tier":"standard""#)
    ) { $0.serviceTier == nil },
    Case(
      name: "seconds of audio", kind: .transcription,
      body: #"{"text":"So","usage":{"type":"duration","seconds":7.25}}"#
    ) { $0.audioSeconds == "7.25" && $0.usage == Usage() },
    Case(
      name: "duration of a transcription", kind: .transcription,
      body: #"{"task":"transcribe","duration":3.7,"text":"So"}"#
    ) { $0.audioSeconds == "3.7" && $0.usage == nil && $0.outputTextBytes == 2 },
    Case(
      name: "the seconds of the usage win over the duration", kind: .transcription,
      body: #"{"duration":3.7,"usage":{"seconds":4},"duration":9}"#
    ) { $0.audioSeconds == "4" },
    Case(
      name: "images", kind: .images, body: #"{"data":[{"url":"u"},{"b64_json":"AA","url":""},{}]}"#
    ) { $0.imageCount == 2 },
    Case(
      name: "images in a stream", kind: .images,
      body: AnswerSamples.stream(
        #"{"type":"image_generation.partial_image","b64_json":"AA"}"#,
        #"{"type":"image_generation.completed","b64_json":"AA","usage":{"input_tokens":3,"output_tokens":9}}"#
      )
    ) { $0.imageCount == 1 && $0.usage?.outputTokens == 9 },
    Case(
      name: "embeddings are no images", kind: .embeddings,
      body: #"{"data":[{"embedding":[0.5,-1]}]}"#
    ) {
      $0.imageCount == nil
    },
    Case(name: "counted tokens", kind: .tokenCount, body: #"{"input_tokens":14}"#) {
      $0.countedTokens == 14 && $0.usage == nil
    },
    Case(
      name: "counted tokens of Gemini", kind: .tokenCount,
      body: #"{"totalTokens":10,"promptTokensDetails":[]}"#
    ) {
      $0.countedTokens == 10 && $0.usage == nil
    },
    Case(
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
    Case(
      name: "messages: cut before the delta", kind: .messages,
      body: AnswerSamples.stream(
        #"{"type":"message_start","message":{"usage":{"input_tokens":7,"output_tokens":1}}}"#)
    ) { $0.usage?.inputTokens == 7 && $0.usageIsPartial && $0.statedText == nil },
    Case(
      name: "messages: broken off by an error", kind: .messages,
      body: AnswerSamples.stream(
        #"{"type":"message_start","message":{"usage":{"input_tokens":7,"output_tokens":1}}}"#,
        #"{"type":"content_block_delta","delta":{"type":"text_delta","text":"Yes"}}"#,
        #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#)
    ) { $0.usage?.inputTokens == 7 && $0.usageIsPartial && $0.errorEvent != nil },
    Case(
      name: "a growing usage, cut: the text that it counts",
      body: AnswerSamples.stream(
        AnswerSamples.chunk(
          #"{"content":"one two"}"#, rest: #","usage":{"prompt_tokens":2,"completion_tokens":2}"#),
        AnswerSamples.chunk(#"{"content":" three"}"#))
    ) { $0.usageIsPartial && $0.statedText?.bytes == 7 && $0.outputText.bytes == 13 },
    Case(
      name: "a file of Google's is known by its name", kind: .unknown,
      body: #"{"file":{"name":"files/abc","displayName":"x"}}"#
    ) { $0.handles == ["files/abc"] },
    Case(
      name: "a cached content", kind: .unknown,
      body:
        #"{"name":"cachedContents/abc","model":"models/g","usageMetadata":{"totalTokenCount":9}}"#
    ) { $0.handles == ["cachedContents/abc"] },
    Case(name: "a model's name is no handle", kind: .unknown, body: #"{"name":"models/g"}"#) {
      $0.handles.isEmpty
    },
    Case(
      name: "a name in an answer of a model is no handle", kind: .chat,
      body: #"{"name":"files/abc","choices":[]}"#
    ) { $0.handles.isEmpty },
    // platform.claude.com/docs, "Fast mode".
    Case(
      name: "messages: the speed that served", kind: .messages,
      body: #"{"content":[],"usage":{"input_tokens":7,"output_tokens":1,"speed":"fast"}}"#
    ) { $0.speed == "fast" },
    Case(
      name: "messages: iterations that the total leaves out", kind: .messages,
      body:
        #"{"content":[],"usage":{"input_tokens":5,"output_tokens":6,"iterations":[{"type":"compaction","input_tokens":900,"output_tokens":40,"cache_read_input_tokens":10},{"type":"message","input_tokens":5,"output_tokens":6},{"type":"advisor_message","model":"big","input_tokens":3,"output_tokens":2}]}}"#
    ) {
      $0.usage?.inputTokens == 5
        && $0.additionalUsage.map(\.kind) == ["compaction", "advisor_message"]
        && $0.additionalUsage.map(\.usage.inputTokens) == [910, 3]
        && $0.additionalUsage.map(\.model) == [nil, "big"]
    },
    Case(
      name: "messages: an iteration of a new kind", kind: .messages,
      body:
        #"{"usage":{"input_tokens":5,"output_tokens":6,"iterations":[{"type":"new","input_tokens":9}]}}"#
    ) { $0.additionalUsage.isEmpty && $0.anomalies == ["usage_iteration_unknown"] },
    Case(
      name: "messages: tools of the server", kind: .messages,
      body:
        #"{"usage":{"input_tokens":5,"output_tokens":6,"server_tool_use":{"web_search_requests":2,"web_fetch_requests":0}}}"#
    ) { $0.serverToolCalls == ["web_search_requests": 2] },
    Case(
      name: "messages: the place of inference", kind: .messages,
      body: #"{"usage":{"input_tokens":5,"output_tokens":6,"inference_geo":"us"}}"#
    ) { $0.inferenceGeo == "us" },
    Case(
      name: "messages: no place chosen", kind: .messages,
      body: #"{"usage":{"input_tokens":5,"output_tokens":6,"inference_geo":"global"}}"#
    ) { $0.inferenceGeo == nil },
    Case(
      name: "responses: calls of the server's tools, not of the client's", kind: .responses,
      body:
        #"{"id":"resp_1","conversation":{"id":"conv_2"},"output":[{"type":"web_search_call"},{"type":"function_call","name":"f","arguments":"{}"},{"type":"web_search_call"},{"type":"code_interpreter_call","container_id":"cntr_3"}],"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}}"#
    ) {
      $0.serverToolCalls == ["web_search_call": 2, "code_interpreter_call": 1]
        && $0.handles == ["conv_2", "cntr_3"] && $0.providerTotalTokens == 3
    },
    Case(
      name: "responses: the end of a stream, its text not counted twice", kind: .responses,
      body: AnswerSamples.stream(
        #"{"type":"response.created","response":{"id":"resp_1","model":"g","service_tier":"auto"}}"#,
        #"{"type":"response.output_text.delta","delta":"four"}"#,
        #"{"type":"response.output_text.done","text":"four"}"#,
        #"{"type":"response.completed","response":{"id":"resp_1","service_tier":"default","output":[{"type":"mcp_call"},{"type":"message","content":[{"type":"output_text","text":"four"}]}],"usage":{"input_tokens":1,"output_tokens":2}}}"#
      )
    ) {
      $0.id == "resp_1" && $0.model == "g" && $0.serviceTier == "default"
        && $0.outputTextBytes == 4 && $0.serverToolCalls == ["mcp_call": 1]
        && $0.usage?.outputTokens == 2
    },
    Case(
      name: "gemini: modalities by name and by number", kind: .generate,
      body:
        #"{"responseId":"r","modelVersion":"g","usageMetadata":{"promptTokenCount":20,"candidatesTokenCount":9,"totalTokenCount":29,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":6},{"tokenCount":4,"modality":2},{"modality":"TEXT","tokenCount":10}],"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":9}],"trafficType":"ON_DEMAND"}}"#
    ) {
      $0.id == "r" && $0.model == "g" && $0.usage?.inputAudioTokens == 6
        && $0.usage?.inputImageTokens == 4 && $0.usage?.outputImageTokens == 9
        && $0.serviceTier == "ON_DEMAND"
    },
    Case(
      name: "gemini: a tier without a usage is none", kind: .generate,
      body:
        #"{"promptFeedback":{"blockReason":"OTHER"},"usageMetadata":{"trafficType":"ON_DEMAND"}}"#
    ) { $0.serviceTier == nil && $0.usage == nil },
    Case(
      name: "gemini: searches, unnamed ones too", kind: .generate,
      body: #"{"candidates":[{"groundingMetadata":{"webSearchQueries":["","a b"]}}]}"#
    ) { $0.serverToolCalls == ["web_search_queries": 2] },
    Case(
      name: "interactions have no tier of a price", kind: .interactions,
      body:
        #"{"id":"v","service_tier":"standard","usage":{"total_input_tokens":4,"total_output_tokens":5,"total_tokens":9}}"#
    ) { $0.serviceTier == nil && $0.usage?.totalTokens == 9 && $0.id == "v" },
    Case(
      name: "cohere", kind: .rerank,
      body: #"{"id":"x","results":[],"meta":{"billed_units":{"search_units":1}}}"#
    ) { $0.billedSearchUnits == 1 && $0.usage == Usage() },
    Case(
      name: "cohere v1, one object a line",
      body: #"{"is_finished":false,"event_type":"text-generation","text":"Yes"}"# + "\n"
        + #"{"is_finished":true,"event_type":"stream-end","response":{"text":"Yes","meta":{"billed_units":{"input_tokens":2,"output_tokens":1},"tokens":{"input_tokens":60,"output_tokens":1}}}}"#
        + "\n"
    ) {
      $0.usage?.inputTokens == 60 && $0.billedInputTokens == 2 && $0.outputTextBytes == 3
    },
    Case(
      name: "vertex predict", kind: .embeddings,
      body:
        #"{"predictions":[{"embeddings":{"statistics":{"token_count":4},"values":[0.1]}},{"embeddings":{"statistics":{"token_count":3}}}]}"#
    ) { $0.usage?.inputTokens == 7 },
    Case(
      name: "ollama's own API", kind: .unknown,
      body:
        #"{"model":"l","message":{"content":"Yes"},"done":true,"prompt_eval_count":8,"eval_count":3}"#
    ) { $0.usage?.inputTokens == 8 && $0.usage?.outputTokens == 3 },
    Case(
      name: "text of every kind is counted",
      body:
        #"{"choices":[{"message":{"content":"ab","reasoning_content":"cd","tool_calls":[{"function":{"name":"e","arguments":"{}"}}],"audio":{"transcript":"f"}}}]}"#
    ) { $0.outputTextBytes == 8 },
    Case(
      name: "text in blocks",
      body:
        #"{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"ab"}]},{"type":"text","text":"cd"}]}}]}"#
    ) { $0.outputTextBytes == 4 },
    Case(
      name: "escapes count as what they mean",
      body: #"{"choices":[{"message":{"content":"\u00e9\n\ud83d\ude00\ud83dx\udc00"}}]}"#
    ) { $0.outputTextBytes == 2 + 1 + 4 + 1 + 3 },
    Case(
      name: "a stream that repeats the message counts it once",
      body: AnswerSamples.stream(
        AnswerSamples.chunk(#"{"content":"four"}"#),
        #"{"choices":[{"message":{"content":"four"},"delta":{"content":""}}]}"#)
    ) { $0.outputTextBytes == 4 },
    Case(name: "a negative figure", body: usage(#""prompt_tokens":-1,"completion_tokens":4"#)) {
      $0.usage == nil && $0.anomalies == ["usage_negative"]
    },
    Case(
      name: "a figure of 2^63",
      body: usage(#""prompt_tokens":9223372036854775808,"completion_tokens":4"#)
    ) {
      $0.usage == nil && $0.anomalies == ["usage_out_of_range"]
    },
    Case(
      name: "a part of 2^63 is left out",
      body: usage(
        #""prompt_tokens":5,"prompt_tokens_details":{"cached_tokens":9223372036854775808}"#)
    ) {
      $0.usage?.inputTokens == 5 && $0.usage?.cachedInputTokens == 0
        && $0.anomalies == ["usage_out_of_range"]
    },
    Case(name: "a fraction", body: usage(#""prompt_tokens":4.5,"completion_tokens":4.0"#)) {
      $0.usage?.inputTokens == 5 && $0.usage?.outputTokens == 4
        && $0.anomalies == ["usage_fraction"]
    },
    Case(name: "a string", body: usage(#""prompt_tokens":"12","completion_tokens":4"#)) {
      $0.usage == nil && $0.anomalies == ["usage_not_a_number"]
    },
    Case(name: "a number that is none", body: usage(#""prompt_tokens":NaN,"completion_tokens":4"#))
    {
      $0.usage == nil && $0.anomalies == ["usage_not_a_number"]
    },
    Case(name: "a truth value", body: usage(#""prompt_tokens":true,"completion_tokens":4"#)) {
      $0.usage == nil && $0.anomalies == ["usage_not_a_number"]
    },
    Case(
      name: "an object", body: usage(#""prompt_tokens":{"value":3},"completion_tokens":4"#)
    ) { $0.usage == nil && $0.anomalies == ["usage_not_a_number"] },
    Case(name: "an array", body: usage(#""prompt_tokens":5,"completion_tokens":[4]"#)) {
      $0.usage == nil && $0.anomalies == ["usage_not_a_number"]
    },
    Case(
      name: "null states nothing", body: usage(#""prompt_tokens":5,"completion_tokens":null"#)
    ) { $0.usage?.inputTokens == 5 && $0.anomalies.isEmpty },
    Case(name: "a figure stated twice", body: usage(#""prompt_tokens":5,"prompt_tokens":7"#)) {
      $0.usage?.inputTokens == 7 && $0.anomalies == ["usage_repeated"]
    },
    Case(name: "the same figure twice", body: usage(#""prompt_tokens":5,"prompt_tokens":5"#)) {
      $0.usage?.inputTokens == 5 && $0.anomalies.isEmpty
    },
    Case(
      name: "two usages in one answer",
      body: #"{"choices":[],"usage":{"prompt_tokens":5},"usage":{"prompt_tokens":7}}"#
    ) { $0.usage?.inputTokens == 7 && $0.anomalies == ["usage_repeated"] },
    Case(
      name: "one usage at two places of an event is Groq's way",
      body: AnswerSamples.stream(
        #"{"choices":[],"usage":{"prompt_tokens":5},"x_groq":{"usage":{"prompt_tokens":5}}}"#)
    ) { $0.usage?.inputTokens == 5 && $0.anomalies.isEmpty },
    Case(
      name: "a usage that grows from event to event is not repeated",
      body: AnswerSamples.stream(
        #"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":1}}"#,
        #"{"choices":[],"usage":{"prompt_tokens":5,"completion_tokens":2}}"#)
    ) { $0.usage?.outputTokens == 2 && $0.anomalies.isEmpty },
    Case(name: "a usage that is a list", body: #"{"choices":[],"usage":[1,2]}"#) {
      $0.usage == nil && $0.anomalies.isEmpty
    },
    Case(
      name: "a bad figure does not undo a good one", kind: .messages,
      body: AnswerSamples.stream(
        #"{"type":"message_start","message":{"usage":{"input_tokens":7,"output_tokens":1}}}"#,
        #"{"type":"message_delta","usage":{"input_tokens":-2,"output_tokens":3}}"#)
    ) {
      $0.usage?.inputTokens == 7 && $0.usage?.outputTokens == 3
        && $0.anomalies == ["usage_negative"]
    },
    Case(
      name: "ids and tools without end are bounded", kind: .responses,
      body: #"{"output":["#
        + (0..<500).map { #"{"type":"t\#($0)_call","container_id":"c\#($0)"}"# }.joined(
          separator: ",")
        + "]}"
    ) { $0.serverToolCalls.count == 32 && $0.handles.count == 32 },
  ]

  @Test(arguments: cases, [1, 2, 3, 7, 100_000])
  func reads(_ example: Case, chunkBytes: Int) {
    let outcome = AnswerSamples.read(
      example.body, kind: example.kind, contentType: example.contentType, chunkBytes: chunkBytes)
    #expect(example.check(outcome.facts), "\(outcome.facts)")
    #expect(outcome.out == example.body)
  }
}
