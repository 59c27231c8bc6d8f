import Gateway
import HTTP
import Network
import Providers

// Admission and settlement: the fifth step of a request, and the books after it.

extension Exchange {
  /// Takes what the request will use from the limits of its caller, or refuses it.
  @inline(never)
  func admit(
    _ request: Request, _ plan: inout Plan, _ body: [UInt8]
  ) throws(Interruption) {
    let prices = snapshot.prices
    // What a client's own key costs is its owner's affair.
    let isOurs = plan.own == nil
    if isOurs {
      try refusing { () throws(Refusal) in
        try Admission.dropUnpriced(&plan, settings: snapshot.settings) {
          prices.entry(for: $0) != nil
        }
      }
    }
    try take(request.caller) { user, token in
      let hasBudgets = user?.hasBudgets == true || token?.hasBudgets == true
      let countsTokens = user?.countsTokens == true || token?.countsTokens == true
      guard hasBudgets || countsTokens else { return Demand(model: request.facts.model) }
      let tally = RequestText.requestTally(request.route, request.facts, head, body: body.span)
      var demand = Admission.demand(
        endpoint: request.route.endpoint, facts: request.facts, user: user, token: token,
        tally: tally)
      if hasBudgets, isOurs {
        demand.money = Admission.money(
          endpoint: request.route.endpoint, facts: request.facts, body: body.span, plan: plan,
          tally: tally, entry: prices.entry(for:))
      }
      return demand
    }
    receipt.charge?.isOwners = !isOurs
    guard let reservation, let money = reservation.demand.money else { return }
    receipt.charge?.nanoUSD = money.estimateNanoUSD
    if reservation.outputCap != nil { receipt.anomalies.append(BudgetAnomaly.capLowered) }
    if money.isOpenEnded { receipt.anomalies.append(BudgetAnomaly.notBounded) }
  }

  /// A list of models counts as a request.
  func admitListing(_ caller: Caller) throws(Interruption) {
    try take(caller) { _, _ in Demand(model: nil) }
  }

  private func take(
    _ caller: Caller, _ demand: (Allowance?, Allowance?) -> Demand
  ) throws(Interruption) {
    let (user, token) = (caller.user.allowance, caller.token.allowance)
    var charge = Charge(userID: caller.user.id, tokenID: caller.token.id)
    receipt.decisions.admission = .unlimited
    if user != nil || token != nil {
      charge.countsModel = user?.countsModelDays == true
      let asked = demand(user, token)
      let admitted = worker.node.accounts.admit(
        user: user, token: token, asked, now: limitClock(.now()), wall: wallClockMilliseconds(),
        into: &receipt.readings)
      if !receipt.readings.isEmpty { receipt.decisions.admission = .allowed }
      switch admitted {
      case .taken(let reservation):
        self.reservation = reservation
        standings = reservation.standings
      case .refused(let denial):
        standings = denial.standings
        receipt.decisions.admission = .refusedBy(denial.rule)
        if let notice = denial.notice { worker.node.tell(notice) }
        throw .refused(denial.refusal)
      }
    }
    receipt.charge = charge
  }

  /// Puts what was used in the place of what was set aside; once, at the end.
  @inline(never)
  func settle(_ now: MonotonicTime) {
    guard receipt.charge != nil else { return }
    let cost = receipt.usesOwnKey ? 0 : receipt.costNanoUSD ?? 0
    receipt.charge?.nanoUSD = cost
    guard let reservation else { return }
    self.reservation = nil
    let isUnknown =
      receipt.usageSource == .none && receipt.attempts > 0 && (200..<300).contains(receipt.status)
    if isUnknown, receipt.costNanoUSD == nil, let money = reservation.demand.money,
      money.estimateNanoUSD > 0
    {
      receipt.charge?.nanoUSD = money.estimateNanoUSD
      receipt.anomalies.append(BudgetAnomaly.estimateCharged)
    }
    if reservation.demand.money != nil, cost > reservation.nanoUSD {
      receipt.anomalies.append(BudgetAnomaly.aboveBound)
    }
    let end = receipt.startedAtMilliseconds + receipt.durationMilliseconds
    var used = Used(
      inputTokens: receipt.usage.inputTokens, outputTokens: receipt.usage.outputTokens,
      nanoUSD: receipt.charge?.nanoUSD ?? 0, quarter: SpendQuarter.number(at: end))
    if isUnknown {
      // Something came, and nobody says how much it was.
      used.inputTokens = reservation.demand.inputTokens
      used.outputTokens = reservation.demand.outputTokens
    }
    let settled = worker.node.accounts.settle(
      reservation, used, now: limitClock(now), wall: end, into: &receipt.readings)
    receipt.charge?.countedInRun = worker.node.accounts.run
    receipt.charge?.isUserCounted = settled.isUserCounted
    receipt.charge?.isTokenCounted = settled.isTokenCounted
    for notice in settled.notices { worker.node.tell(notice) }
  }

  /// Appends how the caller stands with its limits, where it has any.
  func appendLimitFields(to head: inout [UInt8]) {
    if let cap = reservation?.outputCap {
      ResponseHeadWriter.appendField("x-appliance-output-cap", Int(clamping: cap), to: &head)
    }
    guard let standings, !standings.isEmpty else { return }
    RateLimitFields.append(
      standings, dialect: dialect, nowMilliseconds: wallClockMilliseconds(), into: &head)
  }

  private func limitClock(_ time: MonotonicTime) -> Int64 { time.nanoseconds / 1_000_000 }
}
