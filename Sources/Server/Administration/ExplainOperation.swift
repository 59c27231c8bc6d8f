import Gateway
import JSON
import Network
import Providers
import Store

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
    question.bringsKey = arguments.flag("own_key")
    let id = try arguments.optionalText("id")
    if let id { question.named = (id, try owner(of: id, for: user)) }
    if let tokens = try Self.tokens(arguments, "input_tokens") { question.inputTokens = tokens }
    question.outputTokensMax = try Self.tokens(arguments, "max_tokens")
    let (endpoint, explanation) = try explain(question, try arguments.optionalText("endpoint"))
    return view(explanation, question, endpoint)
  }

  /// Where an id lives that the user's request would name; nil: the user was not given it here, or
  /// it is kept no longer.
  private func owner(
    of id: String, for user: User
  ) throws(OperationFailure) -> HandedOutIDs.Owner? {
    let ownership: IDOwnership
    do throws(StoreError) {
      ownership = try installation.ownedIDs.find(
        id, user: user.id, nowMilliseconds: wallClockMilliseconds())
    } catch {
      throw OperationFailure(error)
    }
    guard case .own(let owned) = ownership else { return nil }
    return HandedOutIDs.Owner(keyID: owned.key, providerID: owned.provider, userID: owned.user)
  }

  private static func tokens(
    _ arguments: Arguments, _ name: String
  ) throws(OperationFailure) -> Int64? {
    guard let tokens = try arguments.optionalInt(name) else { return nil }
    guard (0...Explanation.Question.inputTokensMax).contains(tokens) else {
      throw OperationFailure(
        code: "invalid",
        message: "'\(name)' must be from 0 to \(Explanation.Question.inputTokensMax).")
    }
    return tokens
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
      return Explanation(
        question, snapshot: snapshot, accounts: installation.accounts, nowMilliseconds: now,
        now: moment)
    }
    if let endpointName {
      guard let endpoint = EndpointRule.endpoint(named: endpointName) else {
        let known = Endpoint.allCases.map(\.rawValue).joined(separator: ", ")
        throw OperationFailure(
          code: "invalid", message: "There is no endpoint '\(endpointName)'. There are: \(known).")
      }
      guard endpoint != .passthrough || question.passthroughProvider != nil else {
        throw OperationFailure(
          code: "invalid", message: "A passthrough goes to a provider: name it with --provider.")
      }
      guard endpoint != .response || question.named != nil else {
        throw OperationFailure(
          code: "invalid", message: "Such a request goes where its id lives: name it with --id.")
      }
      return (endpoint, explained(endpoint))
    }
    if question.passthroughProvider != nil { return (.passthrough, explained(.passthrough)) }
    let first = explained(.chatCompletions)
    guard question.model != nil, let status = first.refusal?.status, first.plan == nil else {
      return (.chatCompletions, first)
    }
    // A dialect in which a rule says why the model is not served tells more than one that does not
    // know it.
    var told = (Endpoint.chatCompletions, first)
    for endpoint in [Endpoint.messages, .generateContent] {
      let other = explained(endpoint)
      if status == 404, told.1.decisions.refusal == nil, other.decisions.refusal != nil {
        told = (endpoint, other)
      }
      switch status {
      // It speaks another dialect. In that it may lack a key, which is refused in another way.
      case 400 where other.plan != nil || other.refusal?.status != 400: return (endpoint, other)
      case 404, 503:
        if let plan = other.plan, isKnown(plan) { return (endpoint, other) }
      default: break
      }
    }
    return told
  }

  /// Whether somebody has said that the model is served there: a provider whose keys list nothing
  /// takes any name.
  private func isKnown(_ plan: Plan) -> Bool {
    guard plan.foundBy == .keyLists, let first = plan.candidates.first else { return true }
    return snapshot.providers(of: .openai).isEmpty
      || first.provider.roster.fit(first.model, first.tiers) == .listed
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
    let rule = explanation.decisions.refusal
    members.append(.init("rule", rule.map(JSONValue.string) ?? .null))
    members.append(
      .init(
        "decisions",
        .array(
          explanation.decisions.list.map {
            .object([.init("phase", .string($0.phase)), .init("rule", .string($0.rule))])
          })))
    members += viewOfTaking(explanation, question)
    members.append(.init("plan", .array((explanation.plan?.candidates ?? []).map(view))))
    members.append(.init("keys", .array(explanation.attempts.map(view))))
    members.append(.init("drawn", .bool(explanation.plan?.isDrawn ?? false)))
    members.append(.init("resting", .array(restingKeys(explanation))))
    members.append(.init("wait_ms", explanation.waitMilliseconds.map { .int($0) } ?? .null))
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
      .init("model", .string(attempt.candidate.model)),
      .init("key", attempt.isOwn ? .null : .string(attempt.key.label)),
      .init("level", attempt.isOwn ? .null : .int(Int64(attempt.level))),
      .init("own", .bool(attempt.isOwn)), .init("owner", ownerName(attempt.key)),
    ])
  }

  /// The user who contributed a key; null for an operator's.
  private func ownerName(_ key: Key) -> JSONValue {
    key.ownerID.map { .string(snapshot.user(id: $0)?.name ?? $0) } ?? .null
  }

  /// What the request would take of each limit and budget that counts it.
  private func viewOfTaking(
    _ explanation: Explanation, _ question: Explanation.Question
  ) -> [JSONValue.Member] {
    let outlook = explanation.outlook ?? Outlook()
    let wall = wallClockMilliseconds()
    func label(_ isOfToken: Bool) -> String? { isOfToken ? question.token?.label : nil }
    return [
      .init(
        "request",
        .object([
          .init("input_tokens", .int(question.inputTokens)),
          .init("max_tokens", question.outputTokensMax.map { .int($0) } ?? .null),
          .init("own_key", .bool(question.bringsKey)),
        ])),
      .init(
        "limits",
        .array(
          outlook.limits.map { Self.view($0, token: label($0.isOfToken), wall: wall) })),
      .init(
        "budgets",
        .array(outlook.budgets.map { Self.view($0, token: label($0.isOfToken)) })),
      .init("output_cap", outlook.outputCap.map { .int($0) } ?? .null),
      .init("not_bounded", .array(outlook.unbounded.map { .string($0) })),
    ]
  }

  /// The keys of the plan that would be tried if they could serve now, and why they cannot.
  private func restingKeys(_ explanation: Explanation) -> [JSONValue] {
    guard explanation.plan?.own == nil else { return [] }
    let now = Moment(nanoseconds: MonotonicTime.now().nanoseconds)
    let pinned = explanation.plan?.pinned
    let tried = Set(explanation.attempts.map(\.key.id))
    var seen: Set<String> = []
    var resting: [JSONValue] = []
    for candidate in explanation.plan?.candidates ?? [] {
      let statuses = candidate.provider.state.status(for: candidate.model, now: now)
      for key in candidate.provider.roster.keys
      where pinned.map({ $0.id == key.id })
        ?? (candidate.tiers.permits(key.level) && key.serves(candidate.model))
        && !tried.contains(key.id) && seen.insert(key.id).inserted
      {
        let status = statuses.first { $0.keyID == key.id }
        resting.append(
          .object([
            .init("provider", .string(candidate.provider.name)), .init("key", .string(key.label)),
            .init("level", .int(Int64(key.level))),
            .init("state", .string(status?.state.rawValue ?? "ready")),
            .init("reason", status?.reason.map(JSONValue.string) ?? .null),
            .init("until", status?.until.map { time($0, now) } ?? .null),
            .init("owner", ownerName(key)),
          ]))
      }
    }
    return resting
  }
}
