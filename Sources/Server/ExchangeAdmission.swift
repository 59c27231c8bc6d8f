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
    // What a client's own key costs is its owner's affair.
    let isOurs = plan.own == nil
    if isOurs, snapshot.settings.unpriced == .refuse {
      let prices = snapshot.prices
      try refusing { () throws(Refusal) in
        try Admission.dropUnpriced(
          &plan, endpoint: request.route.endpoint, settings: snapshot.settings,
          entry: prices.entry(for:))
      }
    }
    let caller = request.caller
    let (user, token) = (caller.user.allowance, caller.token.allowance)
    guard user != nil || token != nil else {
      return admitted(caller, .unlimited, isOurs: isOurs)
    }
    let demand = demand(request, plan, body, user, token, isOurs: isOurs)
    try take(demand, user, token)
    admitted(caller, receipt.readings.isEmpty ? .unlimited : .allowed, isOurs: isOurs)
    guard demand.hasMoney, let money = demand.money else { return }
    receipt.charge?.nanoUSD = money.estimateNanoUSD
    if reservation?.outputCap != nil { receipt.anomalies.append(BudgetAnomaly.capLowered) }
    if money.isOpenEnded { receipt.anomalies.append(BudgetAnomaly.notBounded) }
  }

  /// What a request asks of the limits of its caller.
  private func demand(
    _ request: Request, _ plan: Plan, _ body: [UInt8], _ user: Allowance?, _ token: Allowance?,
    isOurs: Bool
  ) -> Demand {
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
        tally: tally, prices: snapshot.prices)
    }
    return demand
  }

  /// A list of models counts as a request.
  func admitListing(_ caller: Caller) throws(Interruption) {
    let (user, token) = (caller.user.allowance, caller.token.allowance)
    if user != nil || token != nil { try take(Demand(model: nil), user, token) }
    admitted(caller, receipt.readings.isEmpty ? .unlimited : .allowed, isOurs: true)
  }

  /// To ask for an id that is not there counts as a request, or ids could be tried without end.
  func admitMiss(_ caller: Caller, _ interruption: Interruption) throws(Interruption) {
    guard case .refused(.resourceNotFound) = interruption else { return }
    try admitListing(caller)
  }

  private func take(
    _ demand: Demand, _ user: Allowance?, _ token: Allowance?
  ) throws(Interruption) {
    // Budgets alone go by the time of day.
    let wall = demand.hasMoney ? wallClockMilliseconds() : receipt.startedAtMilliseconds
    swap(&receipt.readings, &connection.spareReadings)
    let admitted = worker.node.accounts.admit(
      user: user, token: token, demand, now: limitClock(.now()), wall: wall,
      into: &receipt.readings, &standings)
    switch admitted {
    case .taken(let reservation): self.reservation = reservation
    case .refused(let denial):
      receipt.decisions.admission = .refusedBy(denial.rule)
      for notice in denial.notices { worker.node.tell(notice) }
      throw .refused(denial.refusal)
    }
  }

  /// Takes note of who is charged for the request from now on.
  private func admitted(_ caller: Caller, _ admission: Decisions.Admission, isOurs: Bool) {
    receipt.decisions.admission = admission
    var charge = Charge(userID: caller.user.id, tokenID: caller.token.id)
    charge.countsModel = caller.user.allowance?.countsModelDays == true
    charge.isOwners = !isOurs
    receipt.charge = charge
  }

  /// Puts what was used in the place of what was set aside; once, at the end.
  @inline(never)
  func settle(_ now: MonotonicTime) {
    let cost = receipt.usesOwnKey ? 0 : receipt.costNanoUSD ?? 0
    // Nil for a request that was not admitted; so nothing of the receipt is copied to be asked.
    guard (receipt.charge?.nanoUSD = cost) != nil else { return }
    guard let reservation = reservation.take() else { return }
    // A refusal of the request bills nothing, though it may come within an answer of status 200; and
    // what is made in the background is charged to the reading that says what it has used.
    let isBilled =
      receipt.attempts > 0 && receipt.outcome != .rejected
      && (200..<300).contains(receipt.status) && !receipt.usageFollows
    let isUnknown = isBilled && receipt.usageSource == .none
    var charged = cost
    if reservation.hasMoney {
      // What is stated may have no cost, as where it contradicts itself: that is not free.
      let isUncosted = isUnknown || isBilled && receipt.usageSource == .reported
      let estimate =
        receipt.unstatedCostNanoUSD
        ?? (isUncosted ? reservation.demand.money?.estimateNanoUSD : nil)
      if receipt.costNanoUSD == nil, let estimate, estimate > 0 {
        charged = estimate
        receipt.charge?.nanoUSD = charged
        receipt.anomalies.append(BudgetAnomaly.estimateCharged)
      }
      if cost > reservation.nanoUSD { receipt.anomalies.append(BudgetAnomaly.aboveBound) }
    }
    let end = receipt.startedAtMilliseconds + receipt.durationMilliseconds
    if isUnknown, let endpoint = receipt.endpoint, CostBound.isBoundedByInput(endpoint),
      reservation.demand.inputTokens > 0
    {
      // Input is all that it has, and what it says is what it is. What is made of other units than
      // tokens, such as speech, has none: the row is what counts, now and after a restart.
      receipt.usage.inputTokens = reservation.demand.inputTokens
      receipt.usageSource = .estimated
    }
    let used = Used(
      inputTokens: receipt.usage.inputTokens, outputTokens: receipt.usage.outputTokens,
      nanoUSD: charged, quarter: SpendQuarter.number(at: end))
    let settled = worker.node.accounts.settle(
      reservation, used, now: limitClock(now), wall: end, into: &receipt.readings)
    guard settled.isUserCounted || settled.isTokenCounted else { return }
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
    guard !standings.isEmpty else { return }
    RateLimitFields.append(
      standings, dialect: dialect, nowMilliseconds: wallClockMilliseconds(), into: &head)
  }

  /// Leaves the memory of its readings to the next request; nobody reads the receipt any more.
  func leaveReadings() {
    guard !receipt.readings.limits.isEmpty else { return }
    receipt.readings.limits.removeAll(keepingCapacity: true)
    receipt.readings.budgets.removeAll()
    swap(&receipt.readings, &connection.spareReadings)
  }

  private func limitClock(_ time: MonotonicTime) -> Int64 { time.nanoseconds / 1_000_000 }
}
