import Providers

/// The accounts of one shard; the caller holds its lock.
struct AccountShard: Sendable {
  private var places: [AccountKey: Int] = [:]
  private var accounts: [Account?] = []
  private var free: [Int] = []
  /// The newest time seen: loops read the clock before they have the lock.
  private var clock: Int64 = .min

  var count: Int { places.count }

  // MARK: admission

  mutating func admit(
    _ user: Allowance?, _ token: Allowance?, _ demand: Demand, now: Int64, wall: Int64
  ) -> Accounts.Admitted {
    let now = advance(to: now)
    let userPlace = user.map { place(of: $0) }
    let tokenPlace = token.map { place(of: $0) }
    var obstacle = Account.Obstacle.none
    if let userPlace, let found = accounts[userPlace]?.obstacle(demand, at: now) {
      obstacle = found
    }
    if let tokenPlace, let found = accounts[tokenPlace]?.obstacle(demand, at: now) {
      if !obstacle.isWorse(than: found) { obstacle = found }
    }
    var refusal = obstacle.refusal
    var notice: BudgetNotice?
    var fit: MoneyDemand.Fit?
    if let money = demand.money, !obstacle.isFinal {
      // What waiting will not help goes before what it will.
      switch afford(money, userPlace, tokenPlace, wall) {
      case .success(let found): fit = found
      case .failure(let short): (refusal, notice) = (short.refusal, short.notice)
      }
    }
    if refusal == nil {
      take(demand, fit, userPlace, at: now)
      take(demand, fit, tokenPlace, at: now)
    }
    var standings = RateStandings()
    if let userPlace { accounts[userPlace]?.note(demand.model, at: now, into: &standings) }
    if let tokenPlace { accounts[tokenPlace]?.note(demand.model, at: now, into: &standings) }
    if let refusal { return .refused(refusal, standings, notice) }
    return .taken(
      Reservation(
        user: user, token: token, demand: demand, takenAtMilliseconds: now, standings: standings,
        fit: fit, generation: max(generation(userPlace), generation(tokenPlace))))
  }

  private struct Shortage: Error {
    let refusal: Refusal
    var notice: BudgetNotice?
  }

  /// How the cost fits into the budgets of both; nil: neither has one.
  private mutating func afford(
    _ money: MoneyDemand, _ userPlace: Int?, _ tokenPlace: Int?, _ wall: Int64
  ) -> Result<MoneyDemand.Fit?, Shortage> {
    var left: Int64?
    var isStrict = false
    if let userPlace, let least = accounts[userPlace]?.left(at: wall) {
      left = least
      isStrict = accounts[userPlace]?.hasStrictBudget == true
    }
    if let tokenPlace, let least = accounts[tokenPlace]?.left(at: wall) {
      left = min(left ?? .max, least)
      isStrict = isStrict || accounts[tokenPlace]?.hasStrictBudget == true
    }
    guard let left else { return .success(nil) }
    if isStrict, !money.unbounded.isEmpty {
      return .failure(
        Shortage(refusal: .costNotBounded(what: money.unbounded.joined(separator: ", "))))
    }
    if let fit = money.fit(into: left) { return .success(fit) }
    var worst: (left: Int64, refusal: Refusal, notice: BudgetNotice?)?
    if let userPlace { worst = accounts[userPlace]?.shortage(of: money.leastNanoUSD, at: wall) }
    if let tokenPlace,
      let other = accounts[tokenPlace]?.shortage(of: money.leastNanoUSD, at: wall),
      other.left < worst?.left ?? .max
    {
      worst = other
    }
    let refusal = worst?.refusal ?? .budgetSpent("The budget is spent.")
    return .failure(Shortage(refusal: refusal, notice: worst?.notice))
  }

  private mutating func take(
    _ demand: Demand, _ fit: MoneyDemand.Fit?, _ place: Int?, at now: Int64
  ) {
    guard let place else { return }
    accounts[place]?.take(demand, at: now)
    if let fit { accounts[place]?.reserve(fit.nanoUSD) }
  }

  // MARK: settlement

  mutating func settle(
    _ reservation: Reservation, _ used: Used, now: Int64, wall: Int64
  ) -> Settled {
    let now = advance(to: now)
    var settled = Settled()
    if let user = reservation.user {
      settled.isUserCounted = settle(reservation, user, used, now, wall, &settled.notices)
    }
    if let token = reservation.token {
      settled.isTokenCounted = settle(reservation, token, used, now, wall, &settled.notices)
    }
    return settled
  }

  /// Returns whether budgets of the subject count the cost.
  private mutating func settle(
    _ reservation: Reservation, _ allowance: Allowance, _ used: Used, _ now: Int64,
    _ wall: Int64, _ notices: inout [BudgetNotice]
  ) -> Bool {
    guard let place = places[allowance.key] else { return false }
    let real = Demand(
      model: reservation.demand.model, inputTokens: max(0, used.inputTokens),
      outputTokens: max(0, used.outputTokens))
    accounts[place]?.settle(
      reservation.demand, takenAt: reservation.takenAtMilliseconds,
      generation: reservation.generation, real: real, at: now)
    guard accounts[place]?.hasBudgets == true else { return false }
    accounts[place]?.release(reservation.nanoUSD, generation: reservation.generation)
    notices += accounts[place]?.spend(used.nanoUSD, quarter: used.quarter, at: wall) ?? []
    return true
  }

  mutating func stored(
    _ key: AccountKey, _ nanoUSD: Int64, quarter: Int64, wasCounted: Bool, wall: Int64
  ) {
    guard let place = places[key] else { return }
    accounts[place]?.stored(nanoUSD, quarter: quarter, wasCounted: wasCounted, at: wall)
  }

  // MARK: coming and going

  mutating func load(_ allowance: Allowance, _ known: KnownUse, now: Int64, wall: Int64) {
    let now = advance(to: now)
    let place = place(of: allowance)
    accounts[place]?.load(known.cells, at: wall)
    let patterns = Set(allowance.rules.filter(\.kind.isDaily).map(\.pattern))
    for pattern in patterns {
      let days = known.days.filter { day in
        pattern.map { pattern in day.model.map { pattern.matches($0) } ?? false }
          ?? (day.model == nil)
      }
      func amounts(_ amount: (KnownUse.Day) -> Int64) -> [(at: Int64, amount: Int64)] {
        days.map { day in
          // At the end of its quarter: rather too long in the window than too short.
          let end = (day.quarter + 1) * SpendQuarter.milliseconds
          return (at: now - max(0, wall - end), amount: max(0, amount(day)))
        }
      }
      accounts[place]?.restore(.requests, pattern: pattern, amounts(\.requests), now: now)
      accounts[place]?.restore(.inputTokens, pattern: pattern, amounts(\.inputTokens), now: now)
      accounts[place]?.restore(.outputTokens, pattern: pattern, amounts(\.outputTokens), now: now)
      accounts[place]?.restore(
        .tokens, pattern: pattern, amounts { $0.inputTokens &+ $0.outputTokens }, now: now)
    }
  }

  mutating func budgets(_ allowance: Allowance, wall: Int64) -> [BudgetStanding] {
    guard let place = places[allowance.key] else { return [] }
    return accounts[place]?.standings(at: wall) ?? []
  }

  mutating func forget(_ key: AccountKey) {
    guard let place = places.removeValue(forKey: key) else { return }
    accounts[place] = nil
    free.append(place)
  }

  mutating func sweep(now: Int64) {
    let now = advance(to: now)
    for (key, place) in places where accounts[place]?.isIdle(at: now) == true { forget(key) }
    guard places.isEmpty else { return }
    // So that a crowd that has gone leaves no room behind.
    (places, accounts, free) = ([:], [], [])
  }

  private func generation(_ place: Int?) -> UInt64 {
    place.flatMap { accounts[$0]?.allowance.generation } ?? 0
  }

  private mutating func advance(to now: Int64) -> Int64 {
    clock = max(clock, now)
    return clock
  }

  /// The place of a subject's account, which is made if there is none and brought up to date.
  private mutating func place(of allowance: Allowance) -> Int {
    if let place = places[allowance.key] {
      accounts[place]?.adopt(allowance)
      return place
    }
    let place = free.popLast() ?? accounts.count
    if place == accounts.count {
      accounts.append(Account(allowance))
    } else {
      accounts[place] = Account(allowance)
    }
    places[allowance.key] = place
    return place
  }
}
