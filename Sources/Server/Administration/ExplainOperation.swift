import Gateway
import JSON
import Network
import Providers

extension Administration {
  /// What would happen to a request, without one being sent.
  func explain(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let name = try arguments.text("user")
    guard let user = snapshot.user(named: name) else {
      throw OperationFailure(code: "not_found", message: "There is no user '\(name)'.")
    }
    var question = Explanation.Question(user: user, endpoint: .chatCompletions)
    question.model = try arguments.optionalText("model")
    question.passthroughProvider = try arguments.optionalText("provider")
    if let label = try arguments.optionalText("token") {
      let id = snapshot.id(of: RecordName(kind: .token, ownerID: user.id, name: label))
      guard let token = id.flatMap({ snapshot.token(id: $0) }) else {
        throw OperationFailure(
          code: "not_found", message: "There is no token '\(name)/\(label)'.")
      }
      question.token = token
    }
    if let text = try arguments.optionalText("ip") {
      guard let address = IPAddress(text) else {
        throw OperationFailure(code: "invalid", message: "'\(text)' is no IP address.")
      }
      question.address = address
    }
    question.requestedLevel = try arguments.optionalInt("level").map { Int(clamping: $0) }
    let (endpoint, explanation) = try explain(question, try arguments.optionalText("endpoint"))
    return view(explanation, question, endpoint)
  }

  /// Without an endpoint, that of the first dialect in which the model is served.
  private func explain(
    _ question: Explanation.Question, _ endpointName: String?
  ) throws(OperationFailure) -> (Endpoint, Explanation) {
    var question = question
    let (now, moment) = (
      wallClockMilliseconds(), Moment(nanoseconds: MonotonicTime.now().nanoseconds)
    )
    func explained(_ endpoint: Endpoint) -> Explanation {
      question.endpoint = endpoint
      return Explanation(question, snapshot: snapshot, nowMilliseconds: now, now: moment)
    }
    if let endpointName {
      guard let endpoint = EndpointRule.endpoint(named: endpointName) else {
        let known = Endpoint.allCases.map(\.rawValue).joined(separator: ", ")
        throw OperationFailure(
          code: "invalid", message: "There is no endpoint '\(endpointName)'. There are: \(known).")
      }
      return (endpoint, explained(endpoint))
    }
    if question.passthroughProvider != nil { return (.passthrough, explained(.passthrough)) }
    let first = explained(.chatCompletions)
    for endpoint in [Endpoint.messages, .generateContent] where first.plan == nil {
      let other = explained(endpoint)
      // What speaks another dialect is refused as malformed; what lacks a key there is not.
      if other.plan != nil || first.refusal?.status == 400 && other.refusal?.status != 400 {
        return (endpoint, other)
      }
    }
    return (.chatCompletions, first)
  }

  private func view(
    _ explanation: Explanation, _ question: Explanation.Question, _ endpoint: Endpoint
  ) -> JSONValue {
    let dialect = explanation.plan?.candidates.first?.provider.dialect ?? endpoint.dialect
    var members: [JSONValue.Member] = [
      .init("allowed", .bool(explanation.refusal == nil)),
      .init("user", .string(question.user.name)),
      .init("token", question.token.map { .string($0.label) } ?? .null),
      .init("model", question.model.map(JSONValue.string) ?? .null),
      .init("endpoint", .string(endpoint.rawValue)), .init("dialect", .string(dialect.rawValue)),
    ]
    if let refusal = explanation.refusal {
      members += [
        .init("status", .int(Int64(refusal.status))), .init("code", .string(refusal.code)),
        .init("message", .string(refusal.message)),
      ]
    }
    members.append(
      .init("rule", explanation.decisions.refusedBy.map(JSONValue.string) ?? .null))
    members.append(
      .init(
        "decisions",
        .array(
          explanation.decisions.list.map {
            .object([.init("phase", .string($0.phase)), .init("rule", .string($0.rule))])
          })))
    members.append(.init("plan", .array((explanation.plan?.candidates ?? []).map(view))))
    members.append(.init("keys", .array(explanation.attempts.map(view))))
    members.append(.init("resting", .array(restingKeys(explanation))))
    return .object(members)
  }

  private func view(_ candidate: Candidate) -> JSONValue {
    let levels = candidate.provider.roster.pools.map(\.level).filter(candidate.tiers.permits)
    return .object([
      .init("provider", .string(candidate.provider.name)),
      .init("model", .string(candidate.model)),
      .init(
        "level",
        candidate.tiers.first(of: candidate.provider.roster.pools).map { .int(Int64($0)) } ?? .null),
      .init("levels", .array(levels.map { .int(Int64($0)) })),
    ])
  }

  private func view(_ attempt: Explanation.Attempt) -> JSONValue {
    .object([
      .init("provider", .string(attempt.candidate.provider.name)),
      .init("model", .string(attempt.candidate.model)), .init("key", .string(attempt.key.label)),
      .init("level", .int(Int64(attempt.level))),
    ])
  }

  /// The keys of the plan that would be tried if they could serve now, and why they cannot.
  private func restingKeys(_ explanation: Explanation) -> [JSONValue] {
    let now = Moment(nanoseconds: MonotonicTime.now().nanoseconds)
    let tried = Set(explanation.attempts.map(\.key.id))
    var seen: Set<String> = []
    var resting: [JSONValue] = []
    for candidate in explanation.plan?.candidates ?? [] {
      let statuses = candidate.provider.state.status(now: now)
      for key in candidate.provider.roster.keys
      where candidate.tiers.permits(key.level) && key.serves(candidate.model)
        && !tried.contains(key.id) && seen.insert(key.id).inserted
      {
        let status = statuses.first { $0.keyID == key.id }
        resting.append(
          .object([
            .init("provider", .string(candidate.provider.name)), .init("key", .string(key.label)),
            .init("level", .int(Int64(key.level))),
            .init("state", .string(status?.state.rawValue ?? "ready")),
            .init("reason", status?.reason.map(JSONValue.string) ?? .null),
          ]))
      }
    }
    return resting
  }
}
