import HTTP
import JSON

/// Finds the answer to a call: the routes of all three dialects.
struct SimulatedProvider {
  let call: SimulatedCall
  let key: String
  let behaviour: Behaviour
  /// Without its directives.
  let model: String
  let serial: Int
  let createdSeconds: Int

  /// The answer, failures of the whole request included.
  func answer(_ state: SimulatorState) -> SimulatedAnswer {
    if behaviour.isOutOfMoney || (behaviour.status ?? 200) != 200 {
      var error = error(behaviour.status ?? 429)
      error.retryAfterSeconds = behaviour.retryAfterSeconds
      error.isOutOfMoney = behaviour.isOutOfMoney
      return error.answer
    }
    if behaviour.refusesUsageOption, call.document["stream_options"] != nil {
      var error = error(400)
      error.message = "Unrecognized request argument supplied: stream_options"
      error.parameter = "stream_options"
      return error.answer
    }
    let answer =
      switch call.dialect {
      case .openai: openAI(state)
      case .anthropic: anthropic()
      case .gemini: gemini()
      }
    return answer ?? other()
  }

  func error(_ status: Int) -> ErrorAnswer {
    ErrorAnswer(dialect: call.dialect, status: status, serial: serial)
  }

  private var turn: SimulatedTurn {
    SimulatedTurn(
      call, model: model, behaviour: behaviour, serial: serial, createdSeconds: createdSeconds)
  }

  private func openAI(_ state: SimulatorState) -> SimulatedAnswer? {
    if call.method == .get {
      if call.isFor("models") || call.path.contains("/models/") {
        return OpenAILists.models(
          call, behaviour.models ?? OpenAILists.models, createdSeconds: createdSeconds)
      }
      return storedResponse(state)
    }
    if call.method == .delete || call.isFor("cancel") { return storedResponse(state) }
    guard call.method == .post else { return nil }
    if let refusal = missingModel { return refusal }
    let media = OpenAIMedia(call: call, turn: turn)
    let lists = OpenAILists(call: call, turn: turn)
    switch call.path {
    case _ where call.isFor("chat/completions"):
      return ChatCompletions(call: call, turn: turn, isLegacy: false).answer
    case _ where call.isFor("completions"):
      return ChatCompletions(call: call, turn: turn, isLegacy: true).answer
    case _ where call.isFor("responses"): return responses(state)
    case _ where call.isFor("responses/compact"):
      return Responses(call: call, turn: turn).compacted
    case _ where call.isFor("responses/input_tokens"):
      return Responses(call: call, turn: turn).inputTokens
    case _ where call.isFor("embeddings"): return lists.embeddings
    case _ where call.isFor("moderations"): return lists.moderations
    case _ where call.isFor("rerank"): return lists.rerank
    case _ where call.isFor("images/generations"), _ where call.isFor("images/edits"),
      _ where call.isFor("images/variations"):
      return media.images
    case _ where call.isFor("audio/speech"): return media.speech
    case _ where call.isFor("audio/transcriptions"), _ where call.isFor("audio/translations"):
      return media.transcription
    default: return nil
    }
  }

  /// OpenAI refuses a chat without a model before all else.
  private var missingModel: SimulatedAnswer? {
    guard model.isEmpty, call.isFor("chat/completions") else { return nil }
    var error = error(400)
    error.message = "you must provide a model parameter"
    return error.answer
  }

  private func responses(_ state: SimulatorState) -> SimulatedAnswer {
    if let previous = call.document["previous_response_id"]?.string,
      state.response(previous, key: key) == nil
    {
      var error = error(400)
      error.message = "Previous response with id '\(previous)' not found."
      error.parameter = "previous_response_id"
      error.code = "previous_response_not_found"
      return error.answer
    }
    let responses = Responses(call: call, turn: turn)
    if call.document["store"]?.bool != false {
      state.store(
        responses.whole, id: responses.id, key: key,
        stages: Array(responses.stages.dropFirst()))
    }
    return responses.answer
  }

  /// `GET` and `DELETE …/responses/{id}`, `GET …/{id}/input_items` and `POST …/{id}/cancel`.
  private func storedResponse(_ state: SimulatorState) -> SimulatedAnswer? {
    guard let tail = call.pathTail(after: "/responses/") else { return nil }
    let parts = tail.split(separator: "/", maxSplits: 1)
    let id = parts.first.map { String($0) } ?? tail
    var missing = error(404)
    missing.message = "Response with id '\(id)' not found."
    missing.code = "response_not_found"
    switch (call.method, parts.count > 1 ? parts[1] : "") {
    case (.get, "input_items"):
      guard state.response(id, key: key) != nil else { return missing.answer }
      return .json(Responses.inputItems(of: id))
    case (.post, "cancel"):
      guard let response = state.response(id, key: key) else { return missing.answer }
      guard response["background"]?.bool == true else {
        var refused = error(400)
        refused.message = "Cannot cancel a synchronous response."
        return refused.answer
      }
      let cancelled = response.adding("status", "cancelled").adding("output", [])
      state.change(cancelled, id: id, key: key)
      return .json(cancelled)
    case (.get, ""), (.delete, ""): break
    default: return nil
    }
    if call.method == .get {
      return state.readResponse(id, key: key).map { SimulatedAnswer.json($0) } ?? missing.answer
    }
    guard state.removeResponse(id, key: key) else { return missing.answer }
    return .json(["id": .string(id), "object": "response", "deleted": true])
  }

  private func anthropic() -> SimulatedAnswer? {
    if call.method == .get, call.path.contains("/models") { return Messages.models(call) }
    guard call.method == .post else { return nil }
    if call.isFor("messages") { return Messages(call: call, turn: turn).answer }
    if call.isFor("messages/count_tokens") {
      return Messages(call: call, turn: turn).countedTokens
    }
    return nil
  }

  private func gemini() -> SimulatedAnswer? {
    if call.method == .get, call.path.contains("/models") { return GenerateContent.models(call) }
    guard call.method == .post, let colon = call.path.lastIndex(of: ":") else { return nil }
    let gemini = GenerateContent(call: call, turn: turn)
    return switch call.path[call.path.index(after: colon)...] {
    case "generateContent": gemini.whole
    case "streamGenerateContent": gemini.stream
    case "countTokens": gemini.countedTokens
    case "embedContent": gemini.embedding
    case "batchEmbedContents": gemini.batchEmbeddings
    default: nil
    }
  }

  /// `…/echo/…` tells what came, for tests of passing through; anything else is not known.
  private func other() -> SimulatedAnswer {
    guard call.path.contains("/echo") else { return error(404).answer }
    return .json([
      "method": .string(call.method.name), "path": .string(call.path),
      "query": .string(call.head.queryBytes.map { String(decoding: $0, as: UTF8.self) } ?? ""),
      "body_bytes": number(call.body.count),
      "body": .string(String(decoding: call.body.prefix(65_536), as: UTF8.self)),
    ])
  }
}
