package import Providers

/// What would happen to a request: the same phases as for one that is made, and nothing is sent.
///
/// The keys in order come from a failover of its own on a copy of what is known of them, in which
/// each attempt finds that its key cannot do the model: so all that would be tried are named.
package struct Explanation: Sendable {
  package struct Question: Sendable {
    package var user: User
    /// Nil: as with a token without rules of its own.
    package var token: Token?
    package var model: String?
    package var endpoint: Endpoint
    package var passthroughProvider: String?
    /// Nil: an address that nobody knows.
    package var address: IPAddress?
    /// As the header `x-appliance-level` would say it.
    package var requestedLevel: Int?
    /// Whether the client would bring a provider key of its own.
    package var bringsKey = false
    /// An id that the request would name, and where it lives; nil: its user was not given it here.
    package var named: (id: String, owner: HandedOutIDs.Owner?)?
    /// What the request would say, in tokens.
    package var inputTokens = Question.inputTokensDefault
    /// The cap on output that it would state.
    package var outputTokensMax: Int64?

    /// A page or two of English.
    package static let inputTokensDefault: Int64 = 1_000
    package static let inputTokensMax: Int64 = 1_000_000_000
    /// Of English in JSON.
    static let bytesPerToken: Int64 = 4

    package init(user: User, endpoint: Endpoint) {
      self.user = user
      self.endpoint = endpoint
    }
  }

  /// A key in the order in which it would be tried.
  package struct Attempt: Sendable {
    package let candidate: Candidate
    package let key: Key
    package let level: Int
    /// The client would bring it.
    package let isOwn: Bool
  }

  /// More than this are not listed.
  package static let attemptsMax = 1_000

  package private(set) var decisions = Decisions()
  /// Nil: a provider would be asked.
  package private(set) var refusal: Refusal?
  package private(set) var plan: Plan?
  package private(set) var attempts: [Attempt] = []
  /// How long it would wait for the first of them; nil: not at all.
  package private(set) var waitMilliseconds: Int64?
  /// How the limits and budgets stand that count the request; nil: it does not get so far.
  package private(set) var outlook: Outlook?

  /// Goes through the phases at a wall time in Unix milliseconds and a moment; `accounts` are read.
  package init(
    _ question: Question, snapshot: Snapshot, accounts: Accounts, nowMilliseconds: Int64,
    now: Moment
  ) {
    do throws(Refusal) {
      try explain(question, snapshot, accounts, nowMilliseconds, now)
    } catch {
      refusal = error
      decisions.note(error)
    }
  }

  /// Sends the request to where an id that it names lives.
  private func bind(
    _ routing: inout Router.Question, _ question: Question, _ snapshot: Snapshot
  ) throws(Refusal) {
    guard let (id, known) = question.named,
      let owner = try HandedOutIDs.owner(
        of: [id], userID: question.user.id, at: routing.providerOfIDs(snapshot),
        owner: { _ in known })
    else { return }
    // The key that the client would bring is taken to be the one on which the id lives.
    let own = OwnKey.isOne(owner.keyID) ? owner.keyID : OwnKey.unknown.id
    try routing.bind(to: owner, id: id, ownKeyID: question.bringsKey ? own : nil)
  }

  private mutating func explain(
    _ question: Question, _ snapshot: Snapshot, _ accounts: Accounts,
    _ nowMilliseconds: Int64, _ now: Moment
  ) throws(Refusal) {
    let caller = Caller(
      user: question.user, token: question.token ?? Token(withoutRulesOf: question.user),
      requestedLevel: question.requestedLevel)
    do throws(Refusal) {
      try Authentication.check(caller.token, nowMilliseconds: nowMilliseconds)
    } catch {
      decisions.note(error, of: caller)
      throw error
    }
    decisions.access = caller.hasRules ? .rules : .noRules
    try obey(
      AccessControl.denial(
        caller, endpoint: question.endpoint, noting: { decisions.grants.append($0) }
      ) { question.address })
    var question = question
    if question.endpoint.needsModel {
      question.model = try RequestFacts.model(question.model, for: question.endpoint)
    }
    try obey(
      AccessControl.denial(
        caller, model: question.model, endpoint: question.endpoint,
        passthroughProvider: question.passthroughProvider, snapshot: snapshot,
        noting: { decisions.grants.append($0) }))
    guard !question.endpoint.isAnsweredHere else {
      // A list, whatever it is of, counts as a request.
      if let refusal = look(at: Demand(model: nil), caller, accounts, nowMilliseconds, now) {
        throw refusal
      }
      return
    }
    var routing = Router.Question(
      model: question.model, dialect: question.endpoint.dialect,
      passthroughProvider: question.passthroughProvider)
    routing.bringsKey = question.bringsKey
    do throws(Refusal) {
      try bind(&routing, question, snapshot)
    } catch {
      // An id that is not there counts as a request.
      guard case .resourceNotFound = error else { throw error }
      throw look(at: Demand(model: nil), caller, accounts, nowMilliseconds, now) ?? error
    }
    var plan: Plan
    do throws(Refusal) {
      plan = try Router.plan(routing, caller: caller, snapshot: snapshot, random: 0)
      if question.bringsKey { plan = plan.served(by: .unknown) }
    } catch {
      decisions.note(error, of: caller, to: routing, snapshot)
      throw error
    }
    self.plan = plan
    decisions.foundBy = plan.foundBy
    decisions.level = Decisions.Level(plan, caller)
    let refusal = admit(question, caller, &plan, snapshot, accounts, nowMilliseconds, now)
    self.plan = plan
    // The keys are told of a request too that would not be admitted.
    do throws(Refusal) {
      try walk(plan, now, queueWait: snapshot.settings.queueWait)
    } catch { throw refusal ?? error }
    if let refusal { throw refusal }
  }

  private mutating func obey(_ denial: AccessControl.Denial?) throws(Refusal) {
    guard let denial else { return }
    decisions.refusedBy = denial.rule
    throw denial.refusal
  }

  /// What admission would say; takes nothing.
  private mutating func admit(
    _ question: Question, _ caller: Caller, _ plan: inout Plan, _ snapshot: Snapshot,
    _ accounts: Accounts, _ nowMilliseconds: Int64, _ now: Moment
  ) -> Refusal? {
    let demand: Demand
    do throws(Refusal) {
      demand = try Self.demand(question, caller, &plan, snapshot)
    } catch {
      return error
    }
    return look(at: demand, caller, accounts, nowMilliseconds, now)
  }

  private mutating func look(
    at demand: Demand, _ caller: Caller, _ accounts: Accounts, _ nowMilliseconds: Int64,
    _ now: Moment
  ) -> Refusal? {
    let outlook = accounts.outlook(
      user: caller.user.allowance, token: caller.token.allowance, demand,
      now: now.nanoseconds / 1_000_000, wall: nowMilliseconds)
    self.outlook = outlook
    // Budgets count what has a cost: a list has none, nor what a client's own key pays for.
    let isCounted = !outlook.limits.isEmpty || demand.hasMoney && !outlook.budgets.isEmpty
    decisions.admission =
      outlook.refusedBy.map { .refusedBy($0) } ?? (isCounted ? .allowed : .unlimited)
    return outlook.refusal
  }

  /// What such a request would ask for.
  private static func demand(
    _ question: Question, _ caller: Caller, _ plan: inout Plan, _ snapshot: Snapshot
  ) throws(Refusal) -> Demand {
    let prices = snapshot.prices
    if !question.bringsKey {
      try Admission.dropUnpriced(
        &plan, endpoint: question.endpoint, settings: snapshot.settings, entry: prices.entry(for:))
    }
    let (user, token) = (caller.user.allowance, caller.token.allowance)
    var facts = RequestFacts()
    facts.model = question.model
    facts.outputTokensMax = question.outputTokensMax
    facts.bodyKind = question.endpoint.takesFile ? .multipart : .json
    let tokens = min(max(0, question.inputTokens), Question.inputTokensMax)
    var demand = Admission.demand(
      endpoint: question.endpoint, facts: facts, user: user, token: token, inputTokens: tokens)
    if !question.bringsKey, user?.hasBudgets == true || token?.hasBudgets == true {
      demand.money = Admission.money(
        endpoint: question.endpoint, facts: facts,
        bodyBytes: Int(tokens * Question.bytesPerToken), plan: plan,
        parts: UnboundedParts.find(question.endpoint, facts, body: [UInt8]().span),
        inputTokens: tokens, prices: prices)
    }
    return demand
  }

  private mutating func walk(
    _ plan: Plan, _ now: Moment, queueWait: Duration
  ) throws(Refusal) {
    var failover = Failover(
      plan: plan.onCopies(), queueWait: queueWait, deadline: .distantFuture, random: 0)
    while attempts.count < Self.attemptsMax {
      switch failover.next(now: now) {
      case .attempt(let choice):
        attempts.append(
          Attempt(
            candidate: choice.candidate, key: choice.key, level: choice.level, isOwn: choice.isOwn))
        failover.report(.answered(.keyCannotServeModel), now: now)
      case .wait(let look):
        guard attempts.isEmpty, waitMilliseconds == nil else { return }
        let until = failover.usableAt ?? look
        waitMilliseconds = until.milliseconds(since: now)
        // Those that would be tried then: nobody yet where others wait in front of it.
        do throws(Refusal) { try walk(plan, until, queueWait: .zero) } catch {}
        return
      case .refuse(let refusal):
        if attempts.isEmpty { throw refusal }
        return
      }
    }
  }
}

extension Plan {
  /// The same plan over copies of its providers' states, so that nobody else learns from it.
  fileprivate func onCopies() -> Plan {
    var copies: [String: Provider] = [:]
    var copy = self
    copy.candidates = candidates.map { candidate in
      let provider = copies[candidate.provider.id] ?? candidate.provider.copied()
      copies[provider.id] = provider
      return Candidate(provider: provider, model: candidate.model, tiers: candidate.tiers)
    }
    return copy
  }
}

extension OwnKey {
  /// Stands for any key that a client may bring; it is never sent.
  fileprivate static let unknown = OwnKey(secret: ClearSecret([]), fingerprint: "")
}

extension Endpoint {
  /// Whether no provider is asked.
  fileprivate var isAnsweredHere: Bool {
    switch self {
    case .models, .model, .ownKeys: true
    default: false
    }
  }

  /// Whether a request that names no model, and has none by default, is malformed.
  fileprivate var needsModel: Bool {
    switch self {
    case .models, .model, .ownKeys, .response, .passthrough: false
    default: true
    }
  }

  /// Whether its requests hold a file.
  fileprivate var takesFile: Bool {
    switch self {
    case .imagesEdits, .imagesVariations, .audioTranscriptions, .audioTranslations: true
    default: false
    }
  }

  /// The dialect of its routes; a passthrough's is that of its provider.
  package var dialect: Dialect {
    switch self {
    case .messages, .messagesCountTokens: .anthropic
    case .generateContent, .streamGenerateContent, .countTokens, .embedContent,
      .batchEmbedContents:
      .gemini
    case .chatCompletions, .completions, .responses, .responsesCompact, .responsesInputTokens,
      .response, .embeddings, .moderations, .imagesGenerations, .imagesEdits, .imagesVariations,
      .audioSpeech, .audioTranscriptions, .audioTranslations, .rerank, .models, .model,
      .ownKeys, .passthrough:
      .openai
    }
  }
}
