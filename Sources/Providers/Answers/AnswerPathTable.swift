/// The places, dialect by dialect; `corpus/README.md` names the documentation of each.
extension AnswerPaths {
  static func read(into paths: inout AnswerPathsBuilder) {
    paths.setRoot(.event)
    // A body that is an array: each element is what a whole body is (Gemini's stream).
    paths.element(of: root, is: root)
    let usage = usageNode(&paths, .usage)
    identity(&paths)
    openAI(&paths, usage: usage)
    responses(&paths, usage: usage)
    anthropicAndCohere(&paths, usage: usage)
    gemini(&paths, usage: usage)
    errors(&paths)
  }

  // MARK: Shapes that stand at several places

  /// A usage object of any vendor.
  private static func usageNode(_ paths: inout AnswerPathsBuilder, _ slot: AnswerSlot) -> NodeID {
    let usage = paths.node(slot)
    commonFigures(&paths, usage)
    paths.token(usage, "service_tier", is: .usageTier)
    paths.token(usage, "inference_geo", is: .geo)
    // platform.claude.com/docs, "Fast mode": the speed that served, beside the figures.
    paths.token(usage, "speed", is: .speed)
    paths.token(usage, "cost_in_usd_ticks", is: .costTicks)
    paths.token(usage, "seconds", "prompt_audio_seconds", is: .seconds)
    // OpenRouter's `cost` is a number, Perplexity's an object.
    let cost = paths.node(.cost, take: .token)
    paths.token(cost, "total_cost", is: .cost)
    paths.member(usage, "cost", to: cost)

    let serverTools = paths.node()
    paths.wildcard(of: serverTools, is: paths.node(.serverTool, take: .token))
    paths.member(usage, "server_tool_use", to: serverTools)

    let iterations = paths.node()
    let iteration = paths.node(.iteration)
    commonFigures(&paths, iteration)
    paths.token(iteration, "type", is: .iterationType)
    paths.token(iteration, "model", is: .iterationModel)
    paths.element(of: iterations, is: iteration)
    paths.member(usage, "iterations", to: iterations)

    // Cohere.
    let tokens = paths.node()
    paths.figure(tokens, "input_tokens", is: .tokensInput)
    paths.figure(tokens, "output_tokens", is: .tokensOutput)
    paths.member(usage, "tokens", to: tokens)
    let billed = paths.node()
    paths.figure(billed, "input_tokens", is: .billedInput)
    paths.figure(billed, "output_tokens", is: .billedOutput)
    paths.figure(billed, "search_units", is: .billedSearch)
    paths.figure(billed, "image_tokens", is: .billedImage)
    paths.member(usage, "billed_units", to: billed)

    // Gemini, Vertex, and the interactions API.
    paths.figure(usage, "promptTokenCount", is: .promptCount)
    paths.figure(usage, "candidatesTokenCount", is: .candidatesCount)
    paths.figure(usage, "thoughtsTokenCount", is: .thoughtsCount)
    paths.figure(usage, "cachedContentTokenCount", is: .cachedCount)
    paths.figure(usage, "toolUsePromptTokenCount", is: .toolUseCount)
    paths.figure(usage, "totalTokenCount", is: .totalCount)
    paths.token(usage, "serviceTier", is: .geminiTier)
    paths.token(usage, "trafficType", is: .trafficType)
    paths.figure(usage, "total_input_tokens", is: .totalInput)
    paths.figure(usage, "total_output_tokens", is: .totalOutput)
    paths.figure(usage, "total_thought_tokens", is: .totalThought)
    paths.figure(usage, "total_tool_use_tokens", is: .totalToolUse)
    paths.figure(usage, "total_cached_tokens", is: .totalCached)
    let input = modalityList(&paths, audio: .promptAudio)
    paths.member(
      usage, "promptTokensDetails", "toolUsePromptTokensDetails", "input_tokens_by_modality",
      "tool_use_tokens_by_modality", to: input)
    let cached = modalityList(&paths, audio: .cachedAudio)
    paths.member(usage, "cacheTokensDetails", "cached_tokens_by_modality", to: cached)
    let output = modalityList(&paths, audio: .candidatesAudio)
    paths.member(usage, "candidatesTokensDetails", "output_tokens_by_modality", to: output)
    return usage
  }

  /// What a usage object and an iteration of one have in common.
  private static func commonFigures(_ paths: inout AnswerPathsBuilder, _ usage: NodeID) {
    paths.figure(usage, "prompt_tokens", is: .prompt)
    paths.figure(usage, "completion_tokens", is: .completion)
    paths.figure(usage, "total_tokens", is: .total)
    paths.figure(usage, "input_tokens", is: .input)
    paths.figure(usage, "output_tokens", is: .output)
    paths.figure(usage, "prompt_cache_hit_tokens", is: .cacheHit)
    paths.figure(usage, "cached_tokens", is: .cached)
    paths.figure(usage, "num_cached_tokens", is: .numCached)
    paths.figure(usage, "reasoning_tokens", is: .reasoning)
    paths.figure(usage, "cache_creation_input_tokens", is: .cacheCreation)
    paths.figure(usage, "cache_read_input_tokens", is: .cacheRead)

    let input = paths.node()
    paths.figure(input, "cached_tokens", is: .inputCached)
    paths.figure(input, "cache_write_tokens", is: .inputCacheWrite)
    paths.figure(input, "audio_tokens", is: .inputAudio)
    paths.figure(input, "image_tokens", is: .inputImage)
    let cachedInput = paths.node()
    paths.figure(cachedInput, "audio_tokens", is: .inputCachedAudio)
    paths.figure(cachedInput, "image_tokens", is: .inputCachedImage)
    paths.member(input, "cached_tokens_details", to: cachedInput)
    paths.member(
      usage, "prompt_tokens_details", "input_tokens_details", "input_token_details", to: input)

    let output = paths.node()
    paths.figure(output, "reasoning_tokens", "thinking_tokens", is: .outputReasoning)
    paths.figure(output, "audio_tokens", is: .outputAudio)
    paths.figure(output, "image_tokens", is: .outputImage)
    paths.figure(output, "accepted_prediction_tokens", is: .acceptedPrediction)
    paths.figure(output, "rejected_prediction_tokens", is: .rejectedPrediction)
    paths.member(
      usage, "completion_tokens_details", "output_tokens_details", "output_token_details",
      to: output)

    let creation = paths.node()
    paths.figure(creation, "ephemeral_5m_input_tokens", is: .cacheWrite5m)
    paths.figure(creation, "ephemeral_1h_input_tokens", is: .cacheWrite1h)
    paths.member(usage, "cache_creation", to: creation)
  }

  /// `[{"modality": "AUDIO", "tokenCount": 3}, …]`; the figure of images follows that of audio.
  private static func modalityList(
    _ paths: inout AnswerPathsBuilder, audio: UsageFigure
  ) -> NodeID {
    let list = paths.node()
    let entry = paths.node(.modality, figure: audio)
    paths.token(entry, "modality", is: .modalityName)
    paths.token(entry, "tokenCount", "tokens", is: .modalityCount)
    paths.element(of: list, is: entry)
    return list
  }

  /// A message, or what a chunk adds to one: chat completions of any vendor, Cohere's `message`.
  private static func messageMembers(_ paths: inout AnswerPathsBuilder, of message: NodeID) {
    paths.member(message, "content", to: contentNode(&paths))
    paths.text(
      message, "reasoning_content", "reasoning", "refusal", "tool_plan", "transcript")
    paths.content(message, "images")
    let audio = paths.node(.content, take: .presence)
    paths.text(audio, "transcript")
    paths.content(audio, "data")
    paths.member(message, "audio", to: audio)

    let call = paths.node()
    let function = paths.node()
    paths.text(function, "name", "arguments", "input")
    paths.member(call, "function", "custom", to: function)
    paths.text(call, "name", "input")
    paths.element(of: call, is: call)
    paths.member(message, "tool_calls", to: call)
    paths.member(message, "function_call", to: function)
  }

  /// A text, or a block of content, or an array of them (Anthropic, Mistral, Cohere, Responses).
  private static func contentNode(_ paths: inout AnswerPathsBuilder) -> NodeID {
    let block = paths.node(.text, take: .text)
    paths.text(
      block, "text", "reasoning", "refusal", "partial_json", "input", "name", "transcript")
    paths.content(block, "image_url", "audio_url", "input_audio", "data", "source")
    // Mistral's `thinking` is an array of blocks, the others' a text.
    paths.member(block, "thinking", to: block)
    paths.element(of: block, is: block)
    return block
  }

  // MARK: Dialects

  private static func identity(_ paths: inout AnswerPathsBuilder) {
    paths.token(root, "id", "responseId", "generation_id", is: .id)
    paths.token(root, "model", "modelVersion", is: .model)
    // ai.google.dev/api/files, …/caching, …/batch-api: what Google makes has a name and no id.
    paths.token(root, "name", is: .resourceName)
    let file = paths.node()
    paths.token(file, "name", is: .resourceName)
    paths.member(root, "file", to: file)
    paths.token(root, "service_tier", is: .tier)
    paths.token(root, "type", "event_type", is: .type)
  }

  /// Chat completions, completions, embeddings, images, audio, and what is like them.
  private static func openAI(_ paths: inout AnswerPathsBuilder, usage: NodeID) {
    paths.member(root, "usage", to: usageNode(&paths, .usageOfEvent))
    let groq = paths.node()
    paths.member(groq, "usage", to: usage)
    paths.member(root, "x_groq", to: groq)

    let choices = paths.node(.choices)
    let choice = paths.node(.choice)
    let delta = paths.node()
    messageMembers(&paths, of: delta)
    // Perplexity repeats the whole message in a stream's last chunk.
    let message = paths.node(.choiceMessage)
    messageMembers(&paths, of: message)
    paths.element(of: choices, is: choice)
    paths.member(choice, "delta", to: delta)
    paths.member(choice, "message", to: message)
    paths.text(choice, "text")
    paths.token(choice, "finish_reason", is: .finish)
    paths.member(root, "choices", to: choices)

    // Images in a body; in a stream the event itself is the entry.
    let data = paths.node()
    let entry = paths.node(.imageEntry)
    paths.member(entry, "url", "b64_json", to: paths.node(.image, take: .presence))
    paths.element(of: data, is: entry)
    paths.member(root, "data", to: data)
    paths.member(root, "b64_json", to: paths.node(.image, take: .presence))

    // Transcriptions and speech.
    paths.token(root, "duration", is: .duration)
    paths.member(root, "text", to: paths.node(.textOfEvent, take: .text))
    paths.content(root, "audio")
    // Token counts.
    paths.token(root, "input_tokens", "totalTokens", is: .counted)
    // Ollama's own API.
    paths.figure(root, "prompt_eval_count", is: .prompt)
    paths.figure(root, "eval_count", is: .completion)
    paths.token(root, "done", "is_finished", is: .finished)
  }

  /// The Responses API; a body is what `response` is in an event.
  private static func responses(_ paths: inout AnswerPathsBuilder, usage: NodeID) {
    let handle = paths.node(.handle, take: .token)
    paths.token(handle, "id", is: .handle)
    paths.member(root, "conversation", "container", to: handle)

    let output = paths.node(.outputItems)
    let item = paths.node()
    paths.token(item, "type", is: .outputType)
    paths.token(item, "container_id", is: .handle)
    paths.member(item, "content", "summary", to: contentNode(&paths))
    paths.text(item, "arguments", "input", "code", "name")
    paths.element(of: output, is: item)
    paths.member(root, "output", to: output)

    // In a stream the text has come as deltas already.
    let finalOutput = paths.node(.outputItems)
    let finalItem = paths.node()
    paths.token(finalItem, "type", is: .outputType)
    paths.token(finalItem, "container_id", is: .handle)
    paths.element(of: finalOutput, is: finalItem)
    let response = paths.node(.text, take: .text)
    paths.token(response, "id", is: .id)
    paths.token(response, "model", is: .model)
    paths.token(response, "service_tier", is: .tier)
    paths.token(response, "status", is: .status)
    paths.token(response, "background", is: .background)
    paths.member(response, "usage", "meta", to: usage)
    paths.member(response, "output", to: finalOutput)
    paths.member(response, "conversation", to: handle)
    paths.member(response, "error", to: errorNode(&paths))
    paths.member(root, "response", to: response)
    paths.token(root, "status", is: .status)
    paths.token(root, "background", is: .background)

    paths.content(root, "partial_image_b64")
    paths.token(root, "sequence_number", is: .eventNumber)
  }

  /// Messages, and Cohere's chat, whose events look alike.
  private static func anthropicAndCohere(_ paths: inout AnswerPathsBuilder, usage: NodeID) {
    let content = contentNode(&paths)
    paths.member(root, "content", "content_block", to: content)

    // `message_start` of Anthropic; the whole answer in Cohere's v2.
    let start = paths.node(.eventMessage, take: .token)
    messageMembers(&paths, of: start)
    paths.token(start, "id", is: .id)
    paths.token(start, "model", is: .model)
    paths.member(start, "usage", to: usageNode(&paths, .usageAtStart))
    let handle = paths.node(.handle, take: .token)
    paths.token(handle, "id", is: .handle)
    paths.member(start, "container", to: handle)
    paths.member(root, "message", to: start)

    // A string in the Responses API and in transcriptions.
    let delta = paths.node(.deltaOfEvent, take: .text)
    paths.text(delta, "text", "thinking", "partial_json", "tool_plan", "arguments")
    paths.member(delta, "content", to: content)
    paths.content(delta, "data")
    let message = paths.node()
    messageMembers(&paths, of: message)
    paths.member(delta, "message", to: message)
    paths.member(delta, "usage", to: usage)
    paths.member(delta, "container", to: handle)
    paths.member(delta, "error", to: errorNode(&paths))
    paths.member(root, "delta", to: delta)

    paths.member(root, "meta", to: usage)
    paths.text(root, "tool_plan")
  }

  private static func gemini(_ paths: inout AnswerPathsBuilder, usage: NodeID) {
    paths.member(root, "usageMetadata", to: usage)
    let candidates = paths.node()
    let candidate = paths.node()
    let content = paths.node()
    let parts = paths.node()
    let part = paths.node()
    let call = paths.node()
    paths.text(call, "name", "args")
    let code = paths.node()
    paths.text(code, "code", "output")
    paths.text(part, "text")
    paths.member(part, "functionCall", to: call)
    paths.member(part, "executableCode", "codeExecutionResult", to: code)
    paths.content(part, "inlineData", "fileData")
    paths.element(of: parts, is: part)
    paths.member(content, "parts", to: parts)
    paths.member(candidate, "content", to: content)
    paths.token(candidate, "finishReason", is: .finish)
    let grounding = paths.node()
    let queries = paths.node()
    paths.element(of: queries, is: paths.node(.webQuery, take: .token))
    paths.member(grounding, "webSearchQueries", to: queries)
    paths.member(candidate, "groundingMetadata", to: grounding)
    paths.element(of: candidates, is: candidate)
    paths.member(root, "candidates", to: candidates)
    let feedback = paths.node()
    paths.token(feedback, "blockReason", is: .finish)
    paths.member(root, "promptFeedback", to: feedback)

    // Vertex `predict`.
    let predictions = paths.node()
    let prediction = paths.node()
    let embeddings = paths.node()
    let statistics = paths.node()
    paths.member(
      statistics, "token_count", to: paths.node(.sum, take: .token, figure: .statistics))
    paths.member(embeddings, "statistics", to: statistics)
    paths.member(prediction, "embeddings", to: embeddings)
    paths.element(of: predictions, is: prediction)
    paths.member(root, "predictions", to: predictions)

    // The interactions API.
    let interaction = paths.node()
    paths.token(interaction, "id", is: .id)
    paths.token(interaction, "model", is: .model)
    paths.member(interaction, "usage", to: usage)
    paths.member(interaction, "error", to: errorNode(&paths))
    paths.member(root, "interaction", to: interaction)
    let steps = paths.node()
    let step = paths.node()
    paths.member(step, "content", to: contentNode(&paths))
    paths.text(step, "name", "arguments")
    paths.element(of: steps, is: step)
    paths.member(root, "steps", "outputs", to: steps)
  }

  /// An error in an answer of status 200: an object, or just its text.
  private static func errorNode(_ paths: inout AnswerPathsBuilder) -> NodeID {
    let error = paths.node(.error, take: .token)
    paths.token(error, "type", "error_type", is: .errorType)
    paths.token(error, "code", is: .errorCode)
    paths.token(error, "message", is: .errorMessage)
    paths.token(error, "status", "status_code", is: .errorStatus)
    return error
  }

  private static func errors(_ paths: inout AnswerPathsBuilder) {
    paths.member(root, "error", to: errorNode(&paths))
    paths.token(root, "code", is: .eventCode)
    paths.token(root, "error_type", is: .errorType)
  }
}
