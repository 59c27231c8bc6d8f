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
  }

  /// More than this are not listed.
  package static let attemptsMax = 1_000

  package private(set) var decisions = Decisions()
  /// Nil: a provider would be asked.
  package private(set) var refusal: Refusal?
  package private(set) var plan: Plan?
  package private(set) var attempts: [Attempt] = []

  /// Goes through the phases at a wall time in Unix milliseconds and a moment.
  package init(
    _ question: Question, snapshot: Snapshot, nowMilliseconds: Int64, now: Moment
  ) {
    do throws(Refusal) {
      try explain(question, snapshot, nowMilliseconds, now)
    } catch {
      refusal = error
      decisions.note(error)
    }
  }

  private mutating func explain(
    _ question: Question, _ snapshot: Snapshot, _ nowMilliseconds: Int64, _ now: Moment
  ) throws(Refusal) {
    if let token = question.token {
      try Authentication.check(token, nowMilliseconds: nowMilliseconds)
    }
    let caller = Caller(
      user: question.user, token: question.token ?? Token(withoutRulesOf: question.user),
      requestedLevel: question.requestedLevel)
    let denial =
      AccessControl.denial(caller, endpoint: question.endpoint) { question.address }
      ?? AccessControl.denial(
        caller, model: question.model, endpoint: question.endpoint,
        passthroughProvider: question.passthroughProvider, snapshot: snapshot)
    decisions.access = caller.hasRules ? .rules : .noRules
    if let denial {
      decisions.refusedBy = denial.rule
      throw denial.refusal
    }
    let routing = Router.Question(
      model: question.model, dialect: question.endpoint.dialect,
      passthroughProvider: question.passthroughProvider)
    let plan = try Router.plan(routing, caller: caller, snapshot: snapshot, random: 0)
    self.plan = plan
    decisions.foundBy = plan.foundBy
    try walk(plan, now)
  }

  private mutating func walk(_ plan: Plan, _ now: Moment) throws(Refusal) {
    var failover = Failover(
      plan: plan.onCopies(), queueWait: .zero, deadline: .distantFuture, random: 0)
    while attempts.count < Self.attemptsMax {
      switch failover.next(now: now) {
      case .attempt(let choice):
        attempts.append(
          Attempt(candidate: choice.candidate, key: choice.key, level: choice.level))
        failover.report(.answered(.keyCannotServeModel), now: now)
      case .wait:
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

extension Endpoint {
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
      .passthrough:
      .openai
    }
  }
}
