package import Providers

/// Carries one request over its plan: which key next, when to wait, when to give up.
///
/// A value that does no I/O: the shell asks `next`, makes the attempt, reports its end, and asks
/// again unless it has an answer to relay. Cannot be copied, and gives back what it holds (a place
/// in a line, a circuit's probe) when it goes away, however the request ends.
///
/// The pools of a candidate are walked from the best level that the caller may use downwards (and,
/// where its policy says so, upwards), each pool fully; then the plan's other candidates. When only cooling keys are left it waits for the
/// earliest within `queueWait`, first come first served; then refuses.
package struct Failover: ~Copyable {
  /// What to do now.
  package enum Step: Sendable {
    case attempt(Choice)
    /// Wait until then, or until the client leaves; then ask `next` again, which may say so again:
    /// what is known now of the end of the wait is `usableAt`.
    case wait(until: Moment)
    case refuse(Refusal)
  }

  /// One attempt: where it goes, and with which key.
  package struct Choice: Sendable {
    package let candidate: Candidate
    package let key: Key
    package let level: Int
    /// From 1.
    package let number: Int
    /// The client brought the key.
    package var isOwn = false
  }

  /// An attempt that has ended without an answer.
  private struct Visit {
    let provider: Provider
    let level: Int
    let wasProviderFailure: Bool
    /// It was the trial of a failing key, with which a retry was set aside.
    let wasTrial: Bool
  }

  private struct Lent {
    let provider: Provider
    let grant: Grant
  }

  private struct Place {
    let provider: Provider
    let level: Int
    let model: String
    /// Keys are rate limited there.
    let isCooling: Bool

    func isSame(as other: Place) -> Bool {
      provider.state === other.provider.state && level == other.level && model == other.model
    }
  }

  private let plan: Plan
  private let queueWait: Duration
  private let deadline: Moment
  private var random: UInt64
  private var candidate = 0
  private var pool = 0
  /// Keys tried for each candidate since a rest was last waited out.
  private var tried: [Int: [Key]] = [:]
  private var visits: [Visit] = []
  private var lent: Lent?
  private var lentMemory: GrantMemory?
  private var isReported = true
  private var isOver = false
  private var obstacle = Obstacle()
  private var earliest: Place?
  private var ticket: (number: UInt64, place: Place)?
  /// With which it waited before: who has to wait again has not lost its place.
  private var formerTicket: (number: UInt64, place: Place)?
  private var waitsUntil: Moment?
  private var isWaiting = false
  /// A budget has counted it, though it has been nowhere.
  private var isCounted = false
  private var lastFailureWasTimeout: Bool?
  private var unfitEnds = 0
  /// How the one attempt with the client's own key ended.
  private var ownEnd: AttemptEnd?
  /// How many attempts there have been.
  package private(set) var attempts = 0

  /// When the earliest of the keys that rest is usable, as far as was known at the last look.
  package var usableAt: Moment? { obstacle.usableAt }

  /// Begins a request, which may wait `queueWait` in all for keys that cool.
  ///
  /// No attempt begins after `deadline`; `random` is the seed of the jitter.
  package init(plan: Plan, queueWait: Duration, deadline: Moment, random: UInt64) {
    self.plan = plan
    self.queueWait = queueWait
    self.deadline = deadline
    self.random = random
  }

  deinit {
    if let ticket {
      ticket.place.provider.state.leave(
        ticket: ticket.number, level: ticket.place.level, model: ticket.place.model)
    }
    if let lent, !isReported {
      lent.provider.state.report(lent.grant, .clientLeft, now: lent.grant.grantedAt, random: random)
    }
  }

  // MARK: - Asking

  package mutating func next(now: Moment) -> Step {
    if !isReported { report(.clientLeft, now: now) }
    guard !isOver else { return .refuse(finalRefusal(now: now)) }
    guard now < deadline else { return .refuse(refusalAtDeadline) }
    if let own = plan.own { return nextOwn(own, now: now) }
    if isWaiting { startOver(now: now) }
    while candidate < plan.candidates.count {
      if let choice = nextInCandidate(plan.candidates[candidate], now: now) {
        return .attempt(choice)
      }
      candidate += 1
      pool = 0
    }
    if let choice = lookEarly(now: now) { return .attempt(choice) }
    return waitOrRefuse(now: now)
  }

  /// Whom nothing can serve loses nothing by looking whether what has stopped works again: at one
  /// place, by chance.
  private mutating func lookEarly(now: Moment) -> Choice? {
    guard attempts == 0, obstacle.isCircuitOpen, plan.pinned == nil else { return nil }
    random = StableHash.mix(random)
    candidate = Int(random % UInt64(plan.candidates.count))
    let pools = plan.candidates[candidate].provider.roster.pools
    guard !pools.isEmpty else { return nil }
    pool = Int((random >> 32) % UInt64(pools.count))
    defer { isCounted = true }
    return ask(plan.candidates[candidate], isLastResort: true, now: now)
  }

  /// A client's own key is tried once; what comes of it says nothing of ours.
  private mutating func nextOwn(_ own: Key, now: Moment) -> Step {
    guard attempts == 0, let candidate = plan.candidates.first else { return refuse(now: now) }
    attempts = 1
    isReported = false
    return .attempt(
      Choice(candidate: candidate, key: own, level: own.level, number: 1, isOwn: true))
  }

  /// After a rest, every key may be tried again; who only looks, tries keys that it has not tried.
  private mutating func startOver(now: Moment) {
    isWaiting = false
    candidate = 0
    pool = 0
    if let end = obstacle.restEndsAt, end <= now { tried = [:] }
    obstacle = Obstacle()
    earliest = nil
  }

  private mutating func nextInCandidate(_ candidate: Candidate, now: Moment) -> Choice? {
    while pool < candidate.provider.roster.pools.count {
      if let choice = ask(candidate, now: now) { return choice }
      pool += 1
    }
    return nil
  }

  /// Asks the pool under way for a key.
  private mutating func ask(
    _ candidate: Candidate, isLastResort: Bool = false, now: Moment
  ) -> Choice? {
    let provider = candidate.provider
    let pools = provider.roster.pools
    let level = pools[candidate.tiers.place(at: pool, in: pools)].level
    guard plan.pinned.map({ $0.level == level }) ?? candidate.tiers.permits(level) else {
      return nil
    }
    let request = KeyRequest(
      level: level, model: candidate.model, affinity: plan.affinity,
      tried: tried[self.candidate] ?? [], pinned: plan.pinned,
      isFirst: !visits.contains { $0.provider === provider }, isRetry: isRetry(provider, level),
      followsFailure: hasJustFailed(provider), isLastResort: isLastResort, isCounted: isCounted,
      isPaid: visits.last { $0.provider === provider }?.wasTrial ?? false,
      ticket: ticket.flatMap { $0.place.provider.state === provider.state ? $0.number : nil })
    switch provider.state.choose(request, roster: provider.roster, now: now) {
    case .use(let grant): return begin(grant, candidate)
    case .none(let reason):
      let place = Place(
        provider: provider, level: level, model: candidate.model, isCooling: reason.isCooling)
      note(reason, place)
      return nil
    }
  }

  /// Whether an attempt there must be paid for: the provider has just failed as a provider, and
  /// the level has been tried.
  private func isRetry(_ provider: Provider, _ level: Int) -> Bool {
    hasJustFailed(provider) && visits.contains { $0.provider === provider && $0.level == level }
  }

  private func hasJustFailed(_ provider: Provider) -> Bool {
    visits.last { $0.provider === provider }?.wasProviderFailure ?? false
  }

  private mutating func begin(_ grant: Grant, _ candidate: Candidate) -> Choice {
    attempts += 1
    lent = Lent(provider: candidate.provider, grant: grant)
    lentMemory = grant.memory
    isReported = false
    leaveLine()
    return Choice(candidate: candidate, key: grant.key, level: grant.level, number: attempts)
  }

  private mutating func note(_ reason: Obstacle, _ place: Place) {
    if let usableAt = reason.usableAt, obstacle.usableAt.map({ usableAt < $0 }) ?? true {
      earliest = place
    }
    obstacle.merge(reason)
  }

  // MARK: - Reporting

  /// To be called a moment before `report`: its memory is there then.
  package func expectReport() { lentMemory?.ask() }

  /// Takes note of how the last attempt ended; health is shared with all other requests.
  ///
  /// `quota` is what the answer says is left of the key's limits.
  package mutating func report(_ end: AttemptEnd, quota: QuotaReading? = nil, now: Moment) {
    if plan.own != nil {
      isReported = true
      ownEnd = end
      if end.isFinal { isOver = true }
      return
    }
    guard !isReported || end == .cutAfterContent, let lent = lent.take() else { return }
    // Taken out and put back: a copy would touch the key, which others have driven out of the cache.
    defer { self.lent = lent }
    random = StableHash.mix(random)
    lent.provider.state.report(lent.grant, end, quota: quota, now: now, random: random)
    isReported = true
    if end.isFinal { isOver = true }
    if end.isProviderFailure { lastFailureWasTimeout = end.isTimeout }
    if case .answered(.keyCannotServeModel) = end { unfitEnds += 1 }
    guard !isOver else { return }
    tried[candidate, default: []].append(lent.grant.key)
    visits.append(
      Visit(
        provider: lent.provider, level: lent.grant.level,
        wasProviderFailure: end.isProviderFailure, wasTrial: lent.grant.isTrial))
  }

  // MARK: - Waiting and refusing

  private mutating func waitOrRefuse(now: Moment) -> Step {
    // Who has met the provider's failure has its answer, and does not wait for a circuit.
    let isWorthIt = obstacle.isCooling || obstacle.isInLine || lastFailureWasTimeout == nil
    guard isWorthIt, let again = obstacle.againAt, let place = earliest, queueWait > .zero else {
      return refuse(now: now)
    }
    let limit = min(waitsUntil ?? now + queueWait, deadline)
    waitsUntil = limit
    guard again < limit, (obstacle.usableAt ?? again) < limit else { return refuse(now: now) }
    let look = max(again, now + .milliseconds(1))
    guard stand(in: place, looksAt: look, deadline: limit, now: now) else {
      return refuse(now: now)
    }
    isWaiting = true
    return .wait(until: look)
  }

  /// Stands in a line until the next look: where it stands already, else in that of `place`.
  private mutating func stand(
    in place: Place, looksAt: Moment, deadline: Moment, now: Moment
  ) -> Bool {
    var stay = Stay(deadline: deadline)
    // One that wants a certain key leaves the others to those behind it.
    if plan.pinned == nil { stay.looksAt = looksAt }
    if let held = ticket {
      stay.ticket = held.number
      if held.place.isSame(as: place) { stay.isForCooling = place.isCooling }
      if join(held.place, stay, now: now) != nil { return true }
    }
    // It stands nowhere yet, or in a line that is no more.
    stay.ticket = formerTicket.flatMap { $0.place.isSame(as: place) ? $0.number : nil }
    stay.isForCooling = place.isCooling
    ticket = join(place, stay, now: now).map { (number: $0, place: place) }
    return ticket != nil
  }

  private func join(_ place: Place, _ stay: Stay, now: Moment) -> UInt64? {
    place.provider.state.join(
      level: place.level, model: place.model, roster: place.provider.roster, stay, now: now)
  }

  private mutating func leaveLine() {
    guard let held = ticket else { return }
    held.place.provider.state.leave(
      ticket: held.number, level: held.place.level, model: held.place.model)
    formerTicket = held
    ticket = nil
  }

  private mutating func refuse(now: Moment) -> Step {
    leaveLine()
    isOver = true
    return .refuse(finalRefusal(now: now))
  }

  /// A provider's failure in this request is the answer; else a rest that ends by itself; else
  /// that no key can do it.
  private func finalRefusal(now: Moment) -> Refusal {
    if let ownEnd { return refusal(afterOwn: ownEnd) }
    if let wasTimeout = lastFailureWasTimeout {
      return wasTimeout ? .upstreamTimeout : .upstreamExhausted
    }
    if obstacle.isCooling { return .allCooling(retryAfterSeconds: retryAfterSeconds(now: now)) }
    if obstacle.isCircuitOpen || obstacle.isBudgetSpent { return .upstreamExhausted }
    if attempts > unfitEnds { return .upstreamExhausted }
    if attempts > 0 || obstacle.isUnfit { return .modelNotServed(model: plan.model ?? "") }
    return .noUsableKey(model: plan.model ?? "")
  }

  /// What a client is told of its own key; the provider's words about it are not passed on.
  private func refusal(afterOwn end: AttemptEnd) -> Refusal {
    switch end {
    case .answered(.keySuspect): .upstreamKeyRefused
    case .answered(.outOfMoney): .upstreamKeySpent
    case .answered(.rateLimited(let wait)):
      .upstreamKeyLimited(retryAfterSeconds: wait.map { Self.wholeSeconds($0) } ?? 1)
    case .answered(.keyCannotServeModel): .modelNotServed(model: plan.model ?? "")
    default: end.isTimeout ? .upstreamTimeout : .upstreamExhausted
    }
  }

  private var refusalAtDeadline: Refusal {
    attempts == 0 ? .allCooling(retryAfterSeconds: 1) : .upstreamTimeout
  }

  /// Whole seconds, rounded up: who comes back then finds a key.
  private func retryAfterSeconds(now: Moment) -> Int {
    guard let usableAt = obstacle.usableAt, usableAt > now else { return 1 }
    return Self.wholeSeconds(usableAt - now)
  }

  private static func wholeSeconds(_ wait: Duration) -> Int {
    let (seconds, rest) = wait.components
    return max(1, Int(clamping: seconds) + (rest > 0 ? 1 : 0))
  }
}
