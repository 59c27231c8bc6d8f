import JSON

/// `POST …/responses` and what belongs to it, as OpenAI answers.
struct Responses {
  let call: SimulatedCall
  let turn: SimulatedTurn

  var id: String { "resp_sim\(turn.serial)" }

  /// The response when it is complete; what `GET` returns later.
  var whole: JSONValue { response(status: turn.isCut ? "incomplete" : "completed", isDone: true) }

  /// What it is before that, as the `POST` and then the `GET`s say it.
  var stages: [JSONValue] {
    guard isInBackground, !call.wantsStream else { return [] }
    return ["queued", "in_progress"].map { response(status: $0, isDone: false) }
  }

  var answer: SimulatedAnswer {
    call.wantsStream ? .events(stream) : .json(stages.first ?? whole)
  }

  private var isInBackground: Bool { call.document["background"]?.bool == true }

  /// `…/responses/compact`.
  var compacted: SimulatedAnswer {
    .json([
      "id": .string(id), "object": "response.compaction", "created_at": number(turn.createdSeconds),
      "output": [
        ["id": .string("cmp_sim\(turn.serial)"), "type": "compaction", "encrypted_content": "c2lt"]
      ], "usage": usage,
    ])
  }

  /// `…/responses/input_tokens`.
  var inputTokens: SimulatedAnswer {
    .json(["object": "response.input_tokens", "input_tokens": number(turn.prompt.tokens)])
  }

  /// `…/responses/{id}/input_items`: one message, whatever was asked.
  static func inputItems(of id: String) -> JSONValue {
    let item: JSONValue = [
      "id": .string("msg_of_\(id)"), "type": "message", "status": "completed", "role": "user",
      "content": [["type": "input_text", "text": "Hello"]],
    ]
    return [
      "object": "list", "data": [item], "first_id": item["id"] ?? nil,
      "last_id": item["id"] ?? nil, "has_more": false,
    ]
  }

  private var usage: JSONValue {
    let output = turn.visibleTokens + turn.reasoningTokens
    return [
      "input_tokens": turn.told(turn.prompt.tokens),
      "input_tokens_details": ["cached_tokens": number(turn.cachedTokens)],
      "output_tokens": turn.told(output),
      "output_tokens_details": ["reasoning_tokens": number(turn.reasoningTokens)],
      "total_tokens": turn.told(turn.prompt.tokens + output),
    ]
  }

  private func response(status: String, isDone: Bool) -> JSONValue {
    [
      "id": .string(id), "object": "response", "created_at": number(turn.createdSeconds),
      "status": .string(status), "background": .bool(isInBackground), "error": nil,
      "incomplete_details": isDone && turn.isCut ? ["reason": "max_output_tokens"] : nil,
      "instructions": call.document["instructions"] ?? nil,
      "max_output_tokens": call.document["max_output_tokens"] ?? nil, "metadata": [:],
      "model": .string(turn.model), "output": isDone ? [item(status: "completed")] : [],
      "parallel_tool_calls": true,
      "previous_response_id": call.document["previous_response_id"] ?? nil,
      "store": call.document["store"] ?? true, "temperature": 1.0,
      "text": ["format": ["type": "text"]],
      "tool_choice": call.document["tool_choice"] ?? "auto", "tools": call.document["tools"] ?? [],
      "top_p": 1.0, "truncation": "disabled",
      "usage": isDone && turn.tellsUsage ? usage : nil, "user": nil,
    ]
  }

  private func item(status: String, isEmpty: Bool = false) -> JSONValue {
    if let tool = turn.tool {
      return [
        "id": .string("fc_sim\(turn.serial)"), "type": "function_call", "status": .string(status),
        "call_id": .string("call_sim\(turn.serial)"), "name": .string(tool.name),
        "arguments": .string(isEmpty ? "" : tool.arguments),
      ]
    }
    return [
      "id": .string("msg_sim\(turn.serial)"), "type": "message", "status": .string(status),
      "role": "assistant", "content": isEmpty ? [] : [part(turn.text)],
    ]
  }

  private func part(_ text: String) -> JSONValue {
    ["type": "output_text", "text": .string(text), "annotations": [], "logprobs": []]
  }

  private var stream: [[UInt8]] {
    var events: [[UInt8]] = []
    func append(_ type: String, _ members: JSONValue) {
      var event: JSONValue = ["type": .string(type), "sequence_number": number(events.count)]
      for member in members.object ?? [] { event[member.name] = member.value }
      events.append(SimulatedAnswer.event(event, name: type))
    }
    let started = response(status: "in_progress", isDone: false)
    append("response.created", ["response": started])
    append("response.in_progress", ["response": started])
    append(
      "response.output_item.added",
      ["output_index": 0, "item": item(status: "in_progress", isEmpty: true)])
    if let tool = turn.tool {
      let place: JSONValue = ["item_id": .string("fc_sim\(turn.serial)"), "output_index": 0]
      for piece in pieces(of: tool.arguments) {
        append("response.function_call_arguments.delta", place.adding("delta", .string(piece)))
      }
      append(
        "response.function_call_arguments.done",
        place.adding("name", .string(tool.name)).adding("arguments", .string(tool.arguments)))
    } else {
      let place: JSONValue = [
        "item_id": .string("msg_sim\(turn.serial)"), "output_index": 0, "content_index": 0,
      ]
      append("response.content_part.added", place.adding("part", part("")))
      for piece in turn.pieces {
        append(
          "response.output_text.delta",
          place.adding("delta", .string(piece)).adding("logprobs", []))
      }
      append(
        "response.output_text.done",
        place.adding("text", .string(turn.text)).adding("logprobs", []))
      append("response.content_part.done", place.adding("part", part(turn.text)))
    }
    append(
      "response.output_item.done", ["output_index": 0, "item": item(status: "completed")])
    append(turn.isCut ? "response.incomplete" : "response.completed", ["response": whole])
    return events
  }
}

extension JSONValue {
  func adding(_ name: String, _ value: JSONValue) -> JSONValue {
    var copy = self
    copy[name] = value
    return copy
  }
}
