import JSON

/// `models/{model}:generateContent` and its kin, as Gemini answers them.
struct GenerateContent {
  let call: SimulatedCall
  let turn: SimulatedTurn

  var whole: SimulatedAnswer {
    .json(chunk(parts: [part], isLast: true, output: turn.visibleTokens))
  }

  /// `alt=sse`, or an array that grows.
  var stream: SimulatedAnswer {
    var chunks: [JSONValue] = []
    if turn.tool != nil {
      chunks = [chunk(parts: [part], isLast: true, output: turn.visibleTokens)]
    } else {
      var told = 0
      for (place, piece) in turn.pieces.enumerated() {
        told += TokenCounter.count(piece)
        chunks.append(
          chunk(
            parts: [["text": .string(piece)]], isLast: place == turn.pieces.count - 1,
            output: told))
      }
      if chunks.isEmpty { chunks = [chunk(parts: [["text": ""]], isLast: true, output: 0)] }
    }
    if call.queryValue("alt") == "sse" {
      return .events(
        chunks.map { SimulatedAnswer.event($0, lineEnd: "\r\n") }, contentType: "text/event-stream")
    }
    var pieces: [[UInt8]] = []
    for (place, value) in chunks.enumerated() {
      pieces.append(Array(place == 0 ? "[".utf8 : ",\r\n".utf8) + value.serialized(pretty: true))
    }
    pieces.append(Array("]".utf8))
    return .events(pieces, contentType: "application/json; charset=UTF-8")
  }

  var countedTokens: SimulatedAnswer {
    let inner = call.document["generateContentRequest"].map(PromptText.init)
    let tokens = inner?.tokens ?? turn.prompt.tokens
    return .json([
      "totalTokens": number(tokens),
      "promptTokensDetails": [["modality": "TEXT", "tokenCount": number(tokens)]],
    ])
  }

  var embedding: SimulatedAnswer {
    .json(["embedding": vector(call.document)])
  }

  var batchEmbeddings: SimulatedAnswer {
    .json(["embeddings": .array((call.document["requests"]?.array ?? []).map(vector))])
  }

  /// `GET …/models` in Gemini's form.
  static func models(_ call: SimulatedCall) -> SimulatedAnswer {
    func entry(_ name: String) -> JSONValue {
      [
        "name": .string("models/\(name)"), "version": "1", "displayName": .string(name),
        "inputTokenLimit": 1_000_000, "outputTokenLimit": 65_536,
        "supportedGenerationMethods": ["generateContent", "countTokens"],
      ]
    }
    guard let name = call.pathTail(after: "/models/") else {
      return .json(["models": .array(OpenAILists.models.map(entry))])
    }
    guard OpenAILists.models.contains(name) else {
      return ErrorAnswer(dialect: .gemini, status: 404, serial: 0).answer
    }
    return .json(entry(name))
  }

  private func vector(_ document: JSONValue) -> JSONValue {
    let size = min(max(Int(document["outputDimensionality"]?.int ?? 8), 1), 4_096)
    let values = OpenAILists.vector(for: document["content"]?.text ?? "", size: size)
    return ["values": .array(values.map { .number("\($0)") })]
  }

  private var part: JSONValue {
    guard let tool = turn.tool else { return ["text": .string(turn.text)] }
    return [
      "functionCall": [
        "name": .string(tool.name), "args": (try? JSONValue(parsing: tool.arguments)) ?? [:],
      ]
    ]
  }

  private func chunk(parts: [JSONValue], isLast: Bool, output: Int) -> JSONValue {
    var candidate: JSONValue = [
      "content": ["parts": .array(parts), "role": "model"], "index": 0,
    ]
    if isLast { candidate["finishReason"] = turn.isCut ? "MAX_TOKENS" : "STOP" }
    var chunk: JSONValue = ["candidates": [candidate]]
    if turn.tellsUsage {
      let input = turn.prompt.tokens
      var usage: JSONValue = [
        "promptTokenCount": turn.told(input), "candidatesTokenCount": turn.told(output),
        "totalTokenCount": turn.told(input + output + turn.reasoningTokens),
        "promptTokensDetails": [["modality": "TEXT", "tokenCount": number(input)]],
      ]
      if turn.reasoningTokens > 0 { usage["thoughtsTokenCount"] = number(turn.reasoningTokens) }
      if turn.cachedTokens > 0 { usage["cachedContentTokenCount"] = number(turn.cachedTokens) }
      chunk["usageMetadata"] = usage
    }
    chunk["modelVersion"] = .string(turn.model)
    chunk["responseId"] = .string("sim\(turn.serial)")
    return chunk
  }
}
