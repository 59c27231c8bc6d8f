import JSON

/// `POST …/chat/completions` and `…/completions`, as OpenAI answers them.
///
/// With `stream_options.include_usage` every chunk has `"usage":null` and one chunk with empty
/// `choices` and the usage comes before `[DONE]`; without it no chunk speaks of usage.
struct ChatCompletions {
  let call: SimulatedCall
  let turn: SimulatedTurn
  /// The older endpoint: texts in place of messages.
  let isLegacy: Bool

  var answer: SimulatedAnswer {
    call.wantsStream ? .events(stream) : .json(whole)
  }

  private var choiceCount: Int { min(max(Int(call.document["n"]?.int ?? 1), 1), 16) }

  private var id: String { "\(isLegacy ? "cmpl" : "chatcmpl")-sim\(turn.serial)" }

  private var finishReason: JSONValue {
    if turn.tool != nil { return "tool_calls" }
    return turn.isCut ? "length" : "stop"
  }

  var usage: JSONValue {
    let output = (turn.visibleTokens + turn.reasoningTokens) * choiceCount
    return [
      "prompt_tokens": turn.told(turn.prompt.tokens), "completion_tokens": turn.told(output),
      "total_tokens": turn.told(turn.prompt.tokens + output),
      "prompt_tokens_details": ["cached_tokens": number(turn.cachedTokens), "audio_tokens": 0],
      "completion_tokens_details": [
        "reasoning_tokens": number(turn.reasoningTokens), "audio_tokens": 0,
        "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0,
      ],
    ]
  }

  private var whole: JSONValue {
    let choices = (0..<choiceCount).map { index -> JSONValue in
      if isLegacy {
        return [
          "index": number(index), "text": .string(turn.text), "logprobs": nil,
          "finish_reason": finishReason,
        ]
      }
      var message: JSONValue = [
        "role": "assistant", "content": turn.tool == nil ? .string(turn.text) : nil,
        "refusal": nil,
      ]
      if let tool = turn.tool { message["tool_calls"] = [toolCall(tool, index: nil)] }
      return [
        "index": number(index), "message": message, "logprobs": nil,
        "finish_reason": finishReason,
      ]
    }
    var answer = frame(object: isLegacy ? "text_completion" : "chat.completion", choices)
    if turn.tellsUsage { answer["usage"] = usage }
    return answer
  }

  private var stream: [[UInt8]] {
    let asksForUsage = call.document["stream_options"]?["include_usage"]?.bool == true
    let object = isLegacy ? "text_completion" : "chat.completion.chunk"
    var events: [[UInt8]] = []
    func append(_ choices: [JSONValue], usage: JSONValue = nil) {
      var chunk = frame(object: object, choices)
      if asksForUsage && turn.tellsUsage { chunk["usage"] = usage }
      events.append(SimulatedAnswer.event(chunk))
    }
    let indexes = 0..<choiceCount
    if !isLegacy {
      for index in indexes {
        append([delta(index, ["role": "assistant", "content": "", "refusal": nil])])
      }
    }
    if let tool = turn.tool {
      append([delta(0, ["tool_calls": [toolCall(tool, index: 0, arguments: "")]])])
      for part in pieces(of: tool.arguments) {
        append([delta(0, ["tool_calls": [["index": 0, "function": ["arguments": .string(part)]]]])])
      }
    }
    for piece in turn.pieces {
      for index in indexes {
        append([
          isLegacy
            ? [
              "index": number(index), "text": .string(piece), "logprobs": nil,
              "finish_reason": nil,
            ] : delta(index, ["content": .string(piece)])
        ])
      }
    }
    for index in indexes {
      append([
        isLegacy
          ? [
            "index": number(index), "text": "", "logprobs": nil, "finish_reason": finishReason,
          ] : delta(index, [:], finishReason: finishReason)
      ])
    }
    if asksForUsage && turn.tellsUsage { append([], usage: usage) }
    events.append(Array("data: [DONE]\n\n".utf8))
    return events
  }

  private func frame(object: String, _ choices: [JSONValue]) -> JSONValue {
    [
      "id": .string(id), "object": .string(object), "created": number(turn.createdSeconds),
      "model": .string(turn.model), "system_fingerprint": "fp_simulator",
      "choices": .array(choices),
    ]
  }

  private func delta(
    _ index: Int, _ delta: JSONValue, finishReason: JSONValue = nil
  ) -> JSONValue {
    [
      "index": number(index), "delta": delta, "logprobs": nil, "finish_reason": finishReason,
    ]
  }

  private func toolCall(
    _ tool: SimulatedTurn.ToolCall, index: Int?, arguments: String? = nil
  ) -> JSONValue {
    var call: JSONValue = index.map { ["index": number($0)] } ?? [:]
    call["id"] = .string("call_sim\(turn.serial)")
    call["type"] = "function"
    call["function"] = [
      "name": .string(tool.name), "arguments": .string(arguments ?? tool.arguments),
    ]
    return call
  }
}

/// A text in pieces of at most eight bytes, cut between characters: how arguments stream.
func pieces(of text: String) -> [String] {
  var pieces: [String] = []
  var piece = ""
  for character in text {
    piece.append(character)
    if piece.utf8.count >= 8 {
      pieces.append(piece)
      piece = ""
    }
  }
  if !piece.isEmpty { pieces.append(piece) }
  return pieces
}
