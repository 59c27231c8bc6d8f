import JSON

/// `POST …/messages` and `…/messages/count_tokens`, as Anthropic answers them.
struct Messages {
  let call: SimulatedCall
  let turn: SimulatedTurn

  var answer: SimulatedAnswer {
    call.wantsStream ? .events(stream) : .json(whole)
  }

  var countedTokens: SimulatedAnswer { .json(["input_tokens": number(turn.prompt.tokens)]) }

  /// `GET …/models` in Anthropic's form.
  static func models(_ call: SimulatedCall) -> SimulatedAnswer {
    func entry(_ name: String) -> JSONValue {
      [
        "type": "model", "id": .string(name), "display_name": .string(name),
        "created_at": "2025-01-01T00:00:00Z",
      ]
    }
    let names = OpenAILists.models
    guard let name = call.pathTail(after: "/models/") else {
      return .json([
        "data": .array(names.map(entry)), "has_more": false, "first_id": .string(names[0]),
        "last_id": .string(names[names.count - 1]),
      ])
    }
    guard names.contains(name) else {
      return ErrorAnswer(dialect: .anthropic, status: 404, serial: 0).answer
    }
    return .json(entry(name))
  }

  private var stopReason: JSONValue {
    if turn.tool != nil { return "tool_use" }
    return turn.isCut ? "max_tokens" : "end_turn"
  }

  /// Anthropic's `input_tokens` leaves out what was read from the cache.
  private func usage(output: Int) -> JSONValue {
    [
      "input_tokens": turn.told(turn.prompt.tokens - turn.cachedTokens),
      "cache_creation_input_tokens": 0, "cache_read_input_tokens": number(turn.cachedTokens),
      "cache_creation": ["ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0],
      "output_tokens": turn.told(output), "service_tier": "standard",
    ]
  }

  private var outputTokens: Int { turn.visibleTokens + turn.reasoningTokens }

  private func message(_ content: [JSONValue], stopReason: JSONValue, output: Int) -> JSONValue {
    var message: JSONValue = [
      "id": .string("msg_sim\(turn.serial)"), "type": "message", "role": "assistant",
      "model": .string(turn.model), "content": .array(content), "stop_reason": stopReason,
      "stop_sequence": nil,
    ]
    if turn.tellsUsage { message["usage"] = usage(output: output) }
    return message
  }

  private var whole: JSONValue {
    let block: JSONValue
    if let tool = turn.tool {
      block = toolBlock(tool, input: (try? JSONValue(parsing: tool.arguments)) ?? [:])
    } else {
      block = ["type": "text", "text": .string(turn.text)]
    }
    return message([block], stopReason: stopReason, output: outputTokens)
  }

  private func toolBlock(_ tool: SimulatedTurn.ToolCall, input: JSONValue) -> JSONValue {
    [
      "type": "tool_use", "id": .string("toolu_sim\(turn.serial)"), "name": .string(tool.name),
      "input": input,
    ]
  }

  private var stream: [[UInt8]] {
    var events: [[UInt8]] = []
    func append(_ type: String, _ members: JSONValue) {
      var event: JSONValue = ["type": .string(type)]
      for member in members.object ?? [] { event[member.name] = member.value }
      events.append(SimulatedAnswer.event(event, name: type))
    }
    append("message_start", ["message": message([], stopReason: nil, output: 1)])
    let block: JSONValue =
      turn.tool.map { toolBlock($0, input: [:]) } ?? ["type": "text", "text": ""]
    append("content_block_start", ["index": 0, "content_block": block])
    append("ping", [:])
    if let tool = turn.tool {
      for piece in [""] + pieces(of: tool.arguments) {
        append(
          "content_block_delta",
          ["index": 0, "delta": ["type": "input_json_delta", "partial_json": .string(piece)]])
      }
    }
    for piece in turn.pieces {
      append(
        "content_block_delta",
        ["index": 0, "delta": ["type": "text_delta", "text": .string(piece)]])
    }
    append("content_block_stop", ["index": 0])
    var last: JSONValue = ["delta": ["stop_reason": stopReason, "stop_sequence": nil]]
    if turn.tellsUsage { last["usage"] = ["output_tokens": turn.told(outputTokens)] }
    append("message_delta", last)
    append("message_stop", [:])
    return events
  }
}
