import Providers

/// What one subject has used: a window or a count for each of its rules, and its budgets.
///
/// Belongs to its shard. Rules go by a clock that never goes back, in milliseconds. What was counted
/// is kept when a maximum changes.
struct Account: Sendable {
  private(set) var allowance: Allowance
  /// One for each rule, in their order.
  private var counters: [Counter]
  var budgets: AccountBudgets
  /// Requests under way that have been taken here and not been settled.
  private var open = 0
  /// The generation that brought it: what was admitted before is not among those.
  private let since: UInt64

  private struct Counter {
    let kind: LimitKind
    var max: Int64
    /// Whether it counts the models of a pattern alone, which is its rule's.
    let hasPattern: Bool
    var window: RateWindow
    /// Requests under way, of a rule on those.
    var running: Int64 = 0
    /// The generation that brought the rule: what was admitted before it is not counted.
    let since: UInt64

    init(_ rule: LimitRule, since: UInt64) {
      kind = rule.kind
      max = rule.max
      hasPattern = rule.pattern != nil
      window = RateWindow(lengthMilliseconds: rule.kind.windowMilliseconds)
      self.since = since
    }
  }

  init(_ allowance: Allowance) {
    self.allowance = allowance
    counters = allowance.rules.map { Counter($0, since: allowance.generation) }
    budgets = AccountBudgets(allowance)
    since = allowance.generation
  }

  /// Takes a newer allowance over.
  mutating func adopt(_ newer: Allowance) {
    guard newer !== allowance, newer.generation > allowance.generation else { return }
    counters = newer.rules.map { rule in
      let place = allowance.rules.firstIndex { $0.counts(like: rule) }
      var counter = place.map { counters[$0] } ?? Counter(rule, since: newer.generation)
      counter.max = rule.max
      return counter
    }
    budgets.adopt(newer)
    allowance = newer
  }

  /// Whether nothing would be lost with it.
  ///
  /// Budgets stay, for the ledger is not read on a loop; and so does what a request under way may
  /// still turn into a debt, however long ago its estimate has left the window.
  mutating func isIdle(at now: Int64) -> Bool {
    guard budgets.isEmpty, open == 0 else { return false }
    for index in counters.indices {
      counters[index].window.advance(to: now)
      guard counters[index].window.isEmpty else { return false }
    }
    return true
  }

  // MARK: admission

  /// What keeps a request out, and the place of the rule that does.
  enum Obstacle {
    case none
    /// A limit that lets it in after so many milliseconds.
    case wait(Int64, rule: Int)
    /// A limit that is smaller than the request.
    case never(rule: Int, amount: Int64)

    func isWorse(than other: Obstacle) -> Bool {
      switch (self, other) {
      case (.never, _): true
      case (.wait(let one, _), .wait(let another, _)): one >= another
      case (.wait, .none): true
      case (.wait, .never), (.none, _): false
      }
    }

    var isNone: Bool {
      if case .none = self { true } else { false }
    }

    /// Whether waiting will not help.
    var isFinal: Bool {
      if case .never = self { true } else { false }
    }
  }

  /// What a client is told of an obstacle, and the limit that it is; nil where there is none.
  func refusal(_ obstacle: Obstacle) -> (refusal: Refusal, limit: String)? {
    switch obstacle {
    case .none: return nil
    case .wait(let milliseconds, let rule):
      let limit = allowance.rules[rule].text
      // Rounded up, so that who comes back by then is served.
      let seconds = Int(clamping: (milliseconds + 999) / 1_000)
      return (.rateLimited(limit: limit, retryAfterSeconds: seconds), limit)
    case .never(let rule, let amount):
      let limit = allowance.rules[rule].text
      return (.aboveLimit(limit: limit, amount: amount), limit)
    }
  }

  private func counts(_ index: Int, _ demand: Demand) -> Bool {
    !counters[index].hasPattern || allowance.rules[index].covers(demand.model)
  }

  /// Looks at every rule that counts a request, writes down how it stands, and takes nothing.
  mutating func look(
    _ demand: Demand, isOfToken: Bool, at now: Int64, into readings: inout AccountReadings
  ) -> Obstacle {
    var obstacle = Obstacle.none
    var longest: Int64 = 0
    for index in counters.indices where counts(index, demand) {
      let (kind, max) = (counters[index].kind, counters[index].max)
      let amount = demand.amount(kind.metric)
      let used = used(index, at: now)
      if readings.limits.count < AccountReadings.limitsMax {
        if readings.limits.count == readings.limits.capacity {
          readings.limits.reserveCapacity(
            min(readings.limits.count + counters.count - index, AccountReadings.limitsMax))
        }
        readings.limits.append(
          LimitReading(
            isOfToken: isOfToken, kind: kind, pattern: nil, max: max, before: used, takes: amount))
        if counters[index].hasPattern {
          readings.limits[readings.limits.count - 1].pattern = pattern(index)
        }
      }
      // Who takes nothing of it owes nothing to it, however much others do.
      guard amount > 0, amount > max || used > max - amount, !obstacle.isFinal else { continue }
      if amount > max {
        obstacle = .never(rule: index, amount: amount)
        continue
      }
      let wait =
        kind == .concurrent
        ? Self.concurrentWait : counters[index].window.wait(for: amount, max: max, at: now)
      if wait > longest {
        longest = wait
        obstacle = .wait(wait, rule: index)
      }
    }
    return obstacle
  }

  /// When one of the requests under way ends nobody knows.
  private static let concurrentWait: Int64 = 1_000

  private func pattern(_ index: Int) -> String? {
    counters[index].hasPattern ? allowance.rules[index].pattern?.text : nil
  }

  /// Takes what a request needs, after `look` at the same time has found no obstacle; adds how the
  /// subject stands then.
  ///
  /// Returns the generation of the rules that have counted it.
  mutating func take(
    _ demand: Demand, _ nanoUSD: Int64?, at now: Int64, into standings: inout RateStandings
  ) -> UInt64 {
    for index in counters.indices where counts(index, demand) {
      let kind = counters[index].kind
      guard kind != .concurrent else {
        counters[index].running += 1
        continue
      }
      let amount = demand.amount(kind.metric)
      if amount > 0 { counters[index].window.take(amount, at: now) }
      note(index, at: now, into: &standings)
    }
    if let nanoUSD { budgets.reserve(nanoUSD) }
    open += 1
    return allowance.generation
  }

  /// Puts the real amounts in the place of those that were taken, and reads every limit again;
  /// requests stay as they are.
  ///
  /// What was taken too much is given back where it was taken; what was taken too little is taken
  /// now, above the limit if need be: a debt that later requests wait for.
  ///
  /// Returns whether there are budgets, which are settled apart.
  mutating func settle(
    _ reservation: Reservation, _ real: Used, isOfToken: Bool, at now: Int64,
    into readings: inout AccountReadings
  ) -> Bool {
    if since <= reservation.generation { open = max(0, open - 1) }
    let (input, output) = (max(0, real.inputTokens), max(0, real.outputTokens))
    var next = 0
    for index in counters.indices {
      if counters[index].hasPattern, !counts(index, reservation.demand) { continue }
      let kind = counters[index].kind
      if counters[index].since <= reservation.generation {
        if kind == .concurrent {
          counters[index].running = max(0, counters[index].running - 1)
        } else if kind.countsTokens {
          let taken = reservation.demand.amount(kind.metric)
          let used = kind.metric.amount(input: input, output: output)
          counters[index].window.advance(to: now)
          if used < taken {
            counters[index].window.giveBack(
              taken - used, takenAt: reservation.takenAtMilliseconds)
          } else if used > taken {
            counters[index].window.take(used - taken, at: now)
          }
        }
      }
      guard
        let place = readings.place(of: kind, pattern(index), isOfToken: isOfToken, from: next)
      else { continue }
      readings.limits[place].after = used(index, at: now)
      next = place + 1
    }
    return !budgets.isEmpty
  }

  /// Adds how the subject stands with the limits that count a request.
  mutating func note(_ demand: Demand, at now: Int64, into standings: inout RateStandings) {
    for index in counters.indices
    where counters[index].kind != .concurrent && counts(index, demand) {
      counters[index].window.advance(to: now)
      note(index, at: now, into: &standings)
    }
  }

  /// The same for one rule, whose window has gone on to `now`.
  private func note(_ index: Int, at now: Int64, into standings: inout RateStandings) {
    let max = counters[index].max
    standings.note(
      counters[index].kind.metric,
      RateStandings.Standing(
        limit: max, remaining: Swift.max(0, max - counters[index].window.used),
        resetMilliseconds: counters[index].window.reset(at: now)))
  }

  /// How the limits stand that count a request, in their order.
  mutating func limits(_ demand: Demand, at now: Int64) -> [Outlook.Limit] {
    var limits: [Outlook.Limit] = []
    for (index, rule) in allowance.rules.enumerated() where rule.covers(demand.model) {
      let amount = demand.amount(rule.kind.metric)
      let isOpen =
        rule.kind == .concurrent
        ? counters[index].running < rule.max
        : amount == 0 || counters[index].window.wait(for: amount, max: rule.max, at: now) == 0
      let window = counters[index].window
      limits.append(
        Outlook.Limit(
          name: allowance.name, rule: rule, used: used(index, at: now), takes: amount,
          resetMilliseconds: window.isEmpty ? nil : window.reset(at: now),
          refuses: amount > rule.max || !isOpen))
    }
    return limits
  }

  /// What the rule at a place counts now: its window's sum, or the requests under way.
  private mutating func used(_ index: Int, at now: Int64) -> Int64 {
    guard counters[index].kind != .concurrent else { return counters[index].running }
    counters[index].window.advance(to: now)
    return counters[index].window.used
  }

  /// Fills a day's window that the newest allowance has brought with what the ledger knows.
  ///
  /// `amounts` are in the order of their times.
  mutating func restore(
    _ metric: LimitKind.Metric, pattern: NamePattern?, _ amounts: [(at: Int64, amount: Int64)],
    now: Int64
  ) {
    for (index, rule) in allowance.rules.enumerated()
    where rule.kind.isDaily && rule.kind.metric == metric && rule.pattern == pattern {
      guard counters[index].since == allowance.generation, counters[index].window.isEmpty else {
        continue
      }
      for (at, amount) in amounts where amount > 0 {
        counters[index].window.take(amount, at: min(at, now))
      }
      counters[index].window.advance(to: now)
    }
  }
}
