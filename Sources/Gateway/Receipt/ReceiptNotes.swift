import Providers

// How the parts of a receipt are made from a request under way: its plan, its choices of a key, the
// verdicts on its attempts. What a receipt is, and how it is written and read, knows none of these.

extension ReceiptCandidate {
  /// A candidate of a plan.
  package init(_ candidate: Candidate) {
    provider = candidate.provider.name
    model = candidate.model
    level = candidate.tiers.first(of: candidate.provider.roster.pools)
  }
}

extension ReceiptAttempt {
  package init(_ choice: Failover.Choice, waitMilliseconds: Int64) {
    self.init(
      provider: choice.candidate.provider.name, model: choice.candidate.model,
      key: choice.key.label, level: choice.level, waitMilliseconds: waitMilliseconds)
  }

  /// Takes note of how it ended.
  package mutating func note(_ verdict: AttemptEnd, from start: Moment, to end: Moment) {
    durationMilliseconds = end.milliseconds(since: start)
    (self.end, retryAfterMilliseconds) = End.of(verdict)
  }
}

extension ReceiptAttempt.End {
  /// The end, and the rest that the provider asked for.
  fileprivate static func of(_ end: AttemptEnd) -> (Self, Int64?) {
    switch end {
    case .served, .answered(.success): (.served, nil)
    case .answered(.clientFault): (.clientFault, nil)
    case .answered(.keyCannotServeModel): (.keyCannotServeModel, nil)
    case .answered(.rateLimited(let after)): (.rateLimited, after?.milliseconds)
    case .answered(.outOfMoney): (.outOfMoney, nil)
    case .answered(.keySuspect): (.keySuspect, nil)
    case .answered(.providerFailing(let after)): (.providerFailing, after?.milliseconds)
    case .connectFailed: (.connectFailed, nil)
    case .tlsFailed: (.tlsFailed, nil)
    case .timedOut(let billable): (billable ? .timedOutBillable : .timedOut, nil)
    case .brokeOff: (.brokeOff, nil)
    case .cutAfterContent: (.cutAfterContent, nil)
    case .clientLeft: (.clientLeft, nil)
    }
  }
}

extension Decisions.Level {
  /// Who has set the level at which a plan begins; nil where its key is not chosen by level.
  package init?(_ plan: borrowing Plan, _ caller: borrowing Caller) {
    guard plan.pinned == nil, plan.own == nil, !plan.candidates.isEmpty else { return nil }
    let level = plan.candidates[0].tiers.asked
    if level == caller.user.level {
      self = .user(level)
    } else if level == caller.requestedLevel, level < caller.token.level ?? .max {
      self = .header(level)
    } else if level == caller.token.level {
      self = .token(level)
    } else {
      self = .mapping(level)
    }
  }
}

extension Moment {
  /// Whole milliseconds since an earlier moment; 0 if that is the later one.
  package func milliseconds(since start: Moment) -> Int64 {
    let (length, overflow) = nanoseconds.subtractingReportingOverflow(start.nanoseconds)
    return overflow ? 0 : max(0, length / 1_000_000)
  }
}

extension Duration {
  /// Whole milliseconds, those of a negative duration being 0; clamped to `Int64`.
  fileprivate var milliseconds: Int64 {
    guard self > .zero else { return 0 }
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
    guard !overflow else { return .max }
    let (sum, overflows) = whole.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
    return overflows ? .max : sum
  }
}
