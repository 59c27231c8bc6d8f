package import Providers

/// The phase that takes what a request will use before it is sent: all or nothing.
package enum Admission {
  /// Takes the candidates without a price out of a plan, where the operator refuses those.
  ///
  /// `entry` finds the price of a candidate.
  package static func dropUnpriced(
    _ plan: inout Plan, endpoint: Endpoint, settings: RuntimeSettings,
    entry: (Candidate) -> PriceEntry?
  ) throws(Refusal) {
    guard settings.unpriced == .refuse, !Pricing.isFree(endpoint) else { return }
    let priced = plan.candidates.filter { entry($0)?.prices(endpoint) == true }
    guard !priced.isEmpty else { throw .modelNotPriced(model: plan.model ?? "") }
    plan.candidates = priced
  }

  /// What a request asks of the limits of its caller.
  ///
  /// Tokens are the estimate of what it says, and the cap that it states on what comes back; where
  /// it states none, a short answer, and no more than a tenth of any limit, but never nothing. What
  /// is not billed by tokens counts as a request only. `tally` is what the request says, nil where
  /// nobody counts it.
  package static func demand(
    endpoint: Endpoint, facts: RequestFacts, user: Allowance?, token: Allowance?,
    tally: RequestTally?
  ) -> Demand {
    guard let tally, !Pricing.isFree(endpoint) else { return Demand(model: facts.model) }
    return demand(
      endpoint: endpoint, facts: facts, user: user, token: token,
      inputTokens: TokenEstimate.inputTokens(tally, model: facts.model))
  }

  /// The same for an estimate that is known.
  static func demand(
    endpoint: Endpoint, facts: RequestFacts, user: Allowance?, token: Allowance?,
    inputTokens: Int64
  ) -> Demand {
    var demand = Demand(model: facts.model)
    guard !Pricing.isFree(endpoint) else { return demand }
    demand.inputTokens = inputTokens
    guard endpoint.answersWithText else {
      // How many nobody knows; with one it waits for what is owed. A passthrough that names no model
      // makes nothing.
      let mayUse = endpoint.mayUseOutputTokens && (endpoint != .passthrough || facts.model != nil)
      if mayUse { demand.outputTokens = 1 }
      return demand
    }
    if let cap = facts.outputTokensMax {
      demand.outputTokens = times(cap, facts.choiceCount)
    } else {
      demand.outputTokens = times(usualAnswerTokens, facts.choiceCount)
      for allowance in [user, token] {
        guard let room = allowance?.outputRoom(for: demand) else { continue }
        demand.outputTokens = min(demand.outputTokens, max(1, room / 10))
      }
    }
    return demand
  }

  /// What its budgets are asked for beside that; nil for what costs nothing.
  ///
  package static func money(
    endpoint: Endpoint, facts: RequestFacts, body: Span<UInt8>, plan: Plan, tally: RequestTally,
    prices: PriceTable
  ) -> MoneyDemand? {
    var money = money(
      endpoint: endpoint, facts: facts, bodyBytes: body.count, plan: plan,
      parts: UnboundedParts.find(endpoint, facts, body: body), hasTools: tally.hasTools,
      inputTokens: TokenEstimate.inputTokens(tally, model: facts.model), prices: prices)
    if endpoint == .messages {
      money?.floorTokens = CostBound.floorTokens(thinkingIn: body)
    }
    return money
  }

  /// The same for a body that is not there.
  static func money(
    endpoint: Endpoint, facts: RequestFacts, bodyBytes: Int, plan: Plan, parts: [String],
    hasTools: Bool = false, inputTokens: Int64, prices: PriceTable
  ) -> MoneyDemand? {
    let answer = min(facts.outputTokensMax ?? usualAnswerTokens, usualAnswerTokens)
    return CostBound.demand(
      endpoint: endpoint, facts: facts, bodyBytes: bodyBytes, plan: plan, parts: parts,
      hasTools: hasTools, estimate: (inputTokens, times(answer, facts.choiceCount)),
      isUnpricedFree: prices.takesUnpricedAsFree, entry: prices.entry(for:))
  }

  private static func times(_ tokens: Int64, _ count: Int) -> Int64 {
    let (product, overflow) = tokens.multipliedReportingOverflow(by: Int64(max(1, count)))
    return overflow ? .max : product
  }

  /// What is set aside for an answer to a request that states no cap.
  private static let usualAnswerTokens: Int64 = 256
}

extension PriceTable {
  /// The entry by which a candidate's answers are priced, before one is there.
  package func entry(for candidate: Candidate) -> PriceEntry? {
    entry(vendor: candidate.provider.vendor, responseModel: nil, requestedModel: candidate.model)
  }
}
