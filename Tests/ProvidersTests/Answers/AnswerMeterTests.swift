import Testing

@testable import Providers

/// Quirks of providers, one small body each, in our own words.
@Suite("Answer meter")
struct AnswerMeterTests {
  static let cases: [AnswerCase] = [
    AnswerCase(
      name: "identity", body: #"{"id":"chat-1","model":"m-2","service_tier":"flex","choices":[]}"#
    ) {
      $0.id == "chat-1" && $0.model == "m-2" && $0.serviceTier == "flex" && $0.usage == nil
    },
    AnswerCase(
      name: "the first id that is not empty; the last tier",
      body: AnswerSamples.stream(
        #"{"id":"","model":"","service_tier":"auto","choices":[]}"#,
        #"{"id":"b","model":"n","service_tier":"default","choices":[]}"#,
        #"{"id":"c","service_tier":null,"choices":[]}"#)
    ) { $0.id == "b" && $0.model == "n" && $0.serviceTier == "default" },
    AnswerCase(
      name: "a cost as a number", body: AnswerSamples.usage(#""prompt_tokens":1,"cost":0.00012"#)
    ) {
      $0.providerReportedCostUSD == "0.00012"
    },
    AnswerCase(
      name: "a cost as an object",
      body: AnswerSamples.usage(#""prompt_tokens":1,"cost":{"input_cost":0.1,"total_cost":4e-05}"#)
    ) { $0.providerReportedCostUSD == "4e-05" },
    AnswerCase(
      name: "a cost in ticks",
      body: AnswerSamples.usage(#""prompt_tokens":1,"cost_in_usd_ticks":1176500"#)
    ) {
      $0.providerReportedCostUSD == "0.00011765"
    },
    AnswerCase(
      name: "whole dollars in ticks",
      body: AnswerSamples.usage(#""cost_in_usd_ticks":120000000000"#)
    ) {
      $0.providerReportedCostUSD == "12" && $0.usage == nil
    },
    AnswerCase(name: "no ticks", body: AnswerSamples.usage(#""cost_in_usd_ticks":0"#)) {
      $0.providerReportedCostUSD == "0"
    },
    AnswerCase(
      name: "a negative cost",
      body: AnswerSamples.usage(#""prompt_tokens":1,"cost":-1,"cost_in_usd_ticks":-5"#)
    ) {
      $0.providerReportedCostUSD == nil && $0.anomalies == ["amount_unreadable"]
    },
    AnswerCase(
      name: "duration of a transcription", kind: .transcription,
      body: #"{"task":"transcribe","duration":3.7,"text":"So"}"#
    ) { $0.audioSeconds == "3.7" && $0.usage == nil && $0.outputTextBytes == 2 },
    AnswerCase(
      name: "images", kind: .images, body: #"{"data":[{"url":"u"},{"b64_json":"AA","url":""},{}]}"#
    ) { $0.imageCount == 2 },
    AnswerCase(
      name: "images in a stream", kind: .images,
      body: AnswerSamples.stream(
        #"{"type":"image_generation.partial_image","b64_json":"AA"}"#,
        #"{"type":"image_generation.completed","b64_json":"AA","usage":{"input_tokens":3,"output_tokens":9}}"#
      )
    ) { $0.imageCount == 1 && $0.usage?.outputTokens == 9 },
    AnswerCase(
      name: "embeddings are no images", kind: .embeddings,
      body: #"{"data":[{"embedding":[0.5,-1]}]}"#
    ) {
      $0.imageCount == nil
    },
    AnswerCase(name: "counted tokens", kind: .tokenCount, body: #"{"input_tokens":14}"#) {
      $0.countedTokens == 14 && $0.usage == nil
    },
    AnswerCase(
      name: "counted tokens of Gemini", kind: .tokenCount,
      body: #"{"totalTokens":10,"promptTokensDetails":[]}"#
    ) {
      $0.countedTokens == 10 && $0.usage == nil
    },
    AnswerCase(
      name: "messages: broken off by an error", kind: .messages,
      body: AnswerSamples.stream(
        #"{"type":"message_start","message":{"usage":{"input_tokens":7,"output_tokens":1}}}"#,
        #"{"type":"content_block_delta","delta":{"type":"text_delta","text":"Yes"}}"#,
        #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#)
    ) { $0.usage?.inputTokens == 7 && $0.usageIsPartial && $0.errorEvent != nil },
    AnswerCase(
      name: "a file of Google's is known by its name", kind: .unknown,
      body: #"{"file":{"name":"files/abc","displayName":"x"}}"#
    ) { $0.handles == ["files/abc"] },
    AnswerCase(
      name: "a cached content", kind: .unknown,
      body:
        #"{"name":"cachedContents/abc","model":"models/g","usageMetadata":{"totalTokenCount":9}}"#
    ) { $0.handles == ["cachedContents/abc"] },
    AnswerCase(name: "a model's name is no handle", kind: .unknown, body: #"{"name":"models/g"}"#) {
      $0.handles.isEmpty
    },
    AnswerCase(
      name: "a name in an answer of a model is no handle", kind: .chat,
      body: #"{"name":"files/abc","choices":[]}"#
    ) { $0.handles.isEmpty },
    // platform.claude.com/docs, "Fast mode".
    AnswerCase(
      name: "messages: the speed that served", kind: .messages,
      body: #"{"content":[],"usage":{"input_tokens":7,"output_tokens":1,"speed":"fast"}}"#
    ) { $0.speed == "fast" },
    AnswerCase(
      name: "messages: the place of inference", kind: .messages,
      body: #"{"usage":{"input_tokens":5,"output_tokens":6,"inference_geo":"us"}}"#
    ) { $0.inferenceGeo == "us" },
    AnswerCase(
      name: "messages: no place chosen", kind: .messages,
      body: #"{"usage":{"input_tokens":5,"output_tokens":6,"inference_geo":"global"}}"#
    ) { $0.inferenceGeo == nil },
    AnswerCase(
      name: "responses: calls of the server's tools, not of the client's", kind: .responses,
      body:
        #"{"id":"resp_1","conversation":{"id":"conv_2"},"output":[{"type":"web_search_call"},{"type":"function_call","name":"f","arguments":"{}"},{"type":"web_search_call"},{"type":"code_interpreter_call","container_id":"cntr_3"}],"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}}"#
    ) {
      $0.serverToolCalls == ["web_search_call": 2, "code_interpreter_call": 1]
        && $0.handles == ["conv_2", "cntr_3"] && $0.providerTotalTokens == 3
    },
    AnswerCase(
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
    AnswerCase(
      name: "responses: queued in the background", kind: .responses,
      body: #"{"id":"resp_1","status":"queued","model":"g","output":[],"usage":null}"#
    ) { $0.isUnderWay && !$0.statesFinalUsage && $0.id == "resp_1" },
    AnswerCase(
      name: "responses: what has been used so far is not the last word", kind: .responses,
      body:
        #"{"usage":{"input_tokens":1,"output_tokens":2},"id":"resp_1","status":"in_progress"}"#
    ) { $0.isUnderWay && !$0.statesFinalUsage && $0.usage?.outputTokens == 2 },
    AnswerCase(
      name: "responses: complete", kind: .responses,
      body: #"{"id":"resp_1","status":"completed","usage":{"input_tokens":1,"output_tokens":2}}"#
    ) { !$0.isUnderWay && $0.statesFinalUsage },
    AnswerCase(
      name: "responses: complete, and nothing said of it", kind: .responses,
      body: #"{"id":"resp_1","status":"completed","usage":null}"#
    ) { !$0.isUnderWay && !$0.statesFinalUsage },
    AnswerCase(
      name: "responses: the status of an item is another", kind: .responses,
      body:
        #"{"status":"incomplete","output":[{"type":"message","status":"in_progress","content":[]}]}"#
    ) { !$0.isUnderWay },
    AnswerCase(
      name: "responses: a stream is under way until it says otherwise", kind: .responses,
      body: AnswerSamples.stream(
        #"{"type":"response.queued","response":{"id":"resp_1","status":"queued","usage":null}}"#,
        #"{"type":"response.in_progress","response":{"id":"resp_1","status":"in_progress"}}"#)
    ) { $0.isUnderWay && !$0.statesFinalUsage },
    AnswerCase(
      name: "responses: a stream and its end", kind: .responses,
      body: AnswerSamples.stream(
        #"{"type":"response.created","response":{"id":"resp_1","status":"queued","usage":null}}"#,
        #"{"type":"response.completed","response":{"id":"resp_1","usage":{"input_tokens":1,"output_tokens":2}}}"#
      )
    ) { !$0.isUnderWay && $0.statesFinalUsage },
    AnswerCase(
      name: "responses: made in the background", kind: .responses,
      body: #"{"id":"resp_1","status":"queued","background":true,"usage":null}"#
    ) { $0.isBackground && $0.isUnderWay },
    AnswerCase(
      name: "responses: a stream that is made in the background and breaks off", kind: .responses,
      body: AnswerSamples.stream(
        #"{"type":"response.created","response":{"id":"resp_1","status":"queued","background":true}}"#,
        #"{"type":"response.output_text.delta","delta":"four"}"#)
    ) { $0.isBackground && $0.isUnderWay },
    AnswerCase(
      name: "responses: not in the background", kind: .responses,
      body: AnswerSamples.stream(
        #"{"type":"response.created","response":{"status":"in_progress","background":false}}"#,
        #"{"type":"response.in_progress","response":{"background":null,"output":[{"background":true}]}}"#
      )
    ) { !$0.isBackground && $0.isUnderWay },
    AnswerCase(
      name: "a background elsewhere is that of an image", kind: .images,
      body: #"{"background":true,"data":[]}"#
    ) { !$0.isBackground },
    AnswerCase(
      name: "a status elsewhere means something else", kind: .chat,
      body: #"{"status":"queued","choices":[],"usage":{"prompt_tokens":1}}"#
    ) { !$0.isUnderWay && $0.statesFinalUsage },
    AnswerCase(
      name: "interactions have no tier of a price", kind: .interactions,
      body:
        #"{"id":"v","service_tier":"standard","usage":{"total_input_tokens":4,"total_output_tokens":5,"total_tokens":9}}"#
    ) { $0.serviceTier == nil && $0.usage?.totalTokens == 9 && $0.id == "v" },
    AnswerCase(
      name: "text of every kind is counted",
      body:
        #"{"choices":[{"message":{"content":"ab","reasoning_content":"cd","tool_calls":[{"function":{"name":"e","arguments":"{}"}}],"audio":{"transcript":"f"}}}]}"#
    ) { $0.outputTextBytes == 8 },
    AnswerCase(
      name: "text in blocks",
      body:
        #"{"choices":[{"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"ab"}]},{"type":"text","text":"cd"}]}}]}"#
    ) { $0.outputTextBytes == 4 },
    AnswerCase(
      name: "escapes count as what they mean",
      body: #"{"choices":[{"message":{"content":"\u00e9\n\ud83d\ude00\ud83dx\udc00"}}]}"#
    ) { $0.outputTextBytes == 2 + 1 + 4 + 1 + 3 },
    AnswerCase(
      name: "a stream that repeats the message counts it once",
      body: AnswerSamples.stream(
        AnswerSamples.chunk(#"{"content":"four"}"#),
        #"{"choices":[{"message":{"content":"four"},"delta":{"content":""}}]}"#)
    ) { $0.outputTextBytes == 4 },
    AnswerCase(
      name: "ids and tools without end are bounded", kind: .responses,
      body: #"{"output":["#
        + (0..<500).map { #"{"type":"t\#($0)_call","container_id":"c\#($0)"}"# }.joined(
          separator: ",")
        + "]}"
    ) { $0.serverToolCalls.count == 32 && $0.handles.count == 32 },
  ]

  @Test(arguments: cases, AnswerCase.chunkSizes)
  func reads(_ example: AnswerCase, chunkBytes: Int) {
    example.check(chunkBytes: chunkBytes)
  }
}
