import JSON

/// Embeddings, moderations, reranking and the model list, as OpenAI and compatible providers have
/// them.
struct OpenAILists {
  let call: SimulatedCall
  let turn: SimulatedTurn

  static let models = ["sim-small", "sim-large", "sim-embed", "sim-image", "sim-audio"]

  /// `…/embeddings`: vectors that depend on the text alone, as floats or as base64 of them.
  var embeddings: SimulatedAnswer {
    let inputs = Self.inputs(call.document["input"])
    let size = min(max(Int(call.document["dimensions"]?.int ?? 8), 1), 4_096)
    let isBase64 = call.document["encoding_format"]?.string == "base64"
    var tokens = 0
    var data: [JSONValue] = []
    for (index, input) in inputs.enumerated() {
      tokens += input.string.map(TokenCounter.count) ?? input.array?.count ?? 0
      let vector = Self.vector(for: input.text, size: size)
      data.append([
        "object": "embedding", "index": number(index),
        "embedding": isBase64
          ? .string(Self.base64(vector)) : .array(vector.map { .number("\($0)") }),
      ])
    }
    var answer: JSONValue = [
      "object": "list", "data": .array(data), "model": .string(turn.model),
    ]
    if turn.tellsUsage {
      answer["usage"] = ["prompt_tokens": turn.told(tokens), "total_tokens": turn.told(tokens)]
    }
    return .json(answer)
  }

  /// `…/moderations`: what holds the word "bad" is flagged.
  var moderations: SimulatedAnswer {
    let results = Self.inputs(call.document["input"]).map { input -> JSONValue in
      let isFlagged = input.text.lowercased().contains("bad")
      let names = ["harassment", "hate", "self-harm", "sexual", "violence"]
      return [
        "flagged": .bool(isFlagged),
        "categories": .object(
          names.map { JSONValue.Member($0, .bool(isFlagged && $0 == "harassment")) }),
        "category_scores": .object(
          names.map { JSONValue.Member($0, .number(isFlagged ? "0.5" : "0.001")) }),
      ]
    }
    return .json([
      "id": .string("modr-sim\(turn.serial)"), "model": .string(turn.model),
      "results": .array(results),
    ])
  }

  /// `…/rerank`, in Cohere's form: the documents in their order, best first.
  var rerank: SimulatedAnswer {
    let documents = call.document["documents"]?.array ?? []
    let top = min(
      max(Int(call.document["top_n"]?.int ?? Int64(documents.count)), 0), documents.count)
    let results = (0..<top).map { index -> JSONValue in
      ["index": number(index), "relevance_score": .number("\(1.0 / Double(index + 2))")]
    }
    return .json([
      "id": .string("rerank-sim\(turn.serial)"), "model": .string(turn.model),
      "results": .array(results),
      "meta": ["api_version": ["version": "2"], "billed_units": ["search_units": 1]],
    ])
  }

  /// `GET …/models` and `…/models/{id}`.
  static func models(
    _ call: SimulatedCall, _ models: [String], createdSeconds: Int
  ) -> SimulatedAnswer {
    func entry(_ name: String) -> JSONValue {
      [
        "id": .string(name), "object": "model", "created": number(createdSeconds),
        "owned_by": "simulator",
      ]
    }
    guard let name = call.pathTail(after: "/models/") else {
      return .json(["object": "list", "data": .array(models.map(entry))])
    }
    guard models.contains(name) else {
      return ErrorAnswer(dialect: .openai, status: 404, serial: 0).answer
    }
    return .json(entry(name))
  }

  /// One input or many; a list of numbers is one input given as tokens.
  private static func inputs(_ value: JSONValue?) -> [JSONValue] {
    guard let list = value?.array else { return value.map { [$0] } ?? [] }
    return list.first?.numberText == nil ? list : [.array(list)]
  }

  static func vector(for text: String, size: Int) -> [Float] {
    var state = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    return (0..<size).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int64(state >> 40)) / 16_777_216 - 0.5
    }
  }

  private static func base64(_ vector: [Float]) -> String {
    var bytes: [UInt8] = []
    for value in vector {
      for shift in [0, 8, 16, 24] as [UInt32] {
        bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
      }
    }
    return Base64.encoded(bytes)
  }
}
