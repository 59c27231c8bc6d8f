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
    _ user: Allowance?, _ token: Allowance?, _ demand: Demand, now: Int64, wall: Int64,
    into readings: inout AccountReadings, _ standings: inout RateStandings
  ) -> Accounts.Admitted {
    let now = advance(to: now)
    let userPlace = user.map { place(of: $0) }
    let tokenPlace = token.map { place(of: $0) }
    var obstacle = Account.Obstacle.none
    var isOfToken = false
    if let userPlace {
      obstacle =
        accounts[userPlace]?.look(demand, isOfToken: false, at: now, into: &readings) ?? .none
    }
    if let tokenPlace,
      let found = accounts[tokenPlace]?.look(demand, isOfToken: true, at: now, into: &readings),
      !obstacle.isWorse(than: found)
    {
      (obstacle, isOfToken) = (found, true)
    }
    var fit: MoneyDemand.Fit?
    if demand.hasMoney || !obstacle.isNone {
      let subjects = Subjects(user: userPlace, token: tokenPlace)
      switch weigh(obstacle, isOfToken: isOfToken, demand, subjects, wall, into: &readings) {
      case .success(let found): fit = found
      case .failure(let denial):
        for place in [subjects.user, subjects.token] {
          guard let place else { continue }
          accounts[place]?.note(demand, at: now, into: &standings)
        }
        return .refused(denial)
      }
    }
    var generation: UInt64 = 0
    if let userPlace {
      generation =
        accounts[userPlace]?.take(demand, fit?.nanoUSD, at: now, into: &standings) ?? 0
    }
    if let tokenPlace,
      let newest = accounts[tokenPlace]?.take(demand, fit?.nanoUSD, at: now, into: &standings)
    {
      generation = max(generation, newest)
    }
    return .taken(
      Reservation(
        user: user, token: token, demand: demand, takenAtMilliseconds: now, fit: fit,
        generation: generation))
  }

  /// The places of the accounts that a request is counted in.
  private struct Subjects {
    let user: Int?
    let token: Int?
  }

  /// What becomes of a request that meets an obstacle or costs money: how it fits into the budgets,
  /// or why it is not admitted.
  ///
  /// Apart, and never inlined, because most requests need none of it.
  @inline(never)
  private mutating func weigh(
    _ obstacle: Account.Obstacle, isOfToken: Bool, _ demand: Demand, _ subjects: Subjects,
    _ wall: Int64, into readings: inout AccountReadings
  ) -> Result<MoneyDemand.Fit?, Accounts.Denial> {
    var denial: Accounts.Denial?
    if let place = isOfToken ? subjects.token : subjects.user, let account = accounts[place],
      let (refusal, limit) = account.refusal(obstacle)
    {
      denial = Accounts.Denial(
        refusal: refusal, rule: Self.rule(account.allowance, "limits", limit))
    }
    var fit: MoneyDemand.Fit?
    if let money = demand.money, !obstacle.isFinal {
      // What waiting will not help goes before what it will.
      switch afford(money, subjects, wall) {
      case .success(let found): fit = found
      case .failure(let short): denial = short
      }
    }
    if demand.hasMoney {
      let takes = fit?.nanoUSD ?? demand.money?.leastNanoUSD ?? 0
      for (place, isOfToken) in [(subjects.user, false), (subjects.token, true)] {
        guard let place else { continue }
        accounts[place]?.budgets.read(
          takes: takes, isOfToken: isOfToken, wall: wall, into: &readings)
      }
    }
    guard let denial else { return .success(fit) }
    readings.noteRefusal()
    return .failure(denial)
  }

  /// `user 'ada' limits: 60 requests a minute`.
  private static func rule(_ allowance: Allowance, _ field: String, _ text: String) -> String {
    "\(allowance.key.isOfToken ? "token" : "user") '\(allowance.name)' \(field): \(text)"
  }

  /// How the cost fits into the budgets of both; nil: neither has one.
  private mutating func afford(
    _ money: MoneyDemand, _ subjects: Subjects, _ wall: Int64
  ) -> Result<MoneyDemand.Fit?, Accounts.Denial> {
    var left: Int64?
    if let place = subjects.user { left = accounts[place]?.budgets.left(at: wall) }
    if let place = subjects.token, let least = accounts[place]?.budgets.left(at: wall) {
      left = min(left ?? .max, least)
    }
    guard let left else { return .success(nil) }
    if !money.unbounded.isEmpty {
      for place in [subjects.user, subjects.token] {
        guard let account = place.flatMap({ accounts[$0] }), let budget = account.budgets.strict
        else { continue }
        return .failure(
          Accounts.Denial(
            refusal: .costNotBounded(what: money.unbounded.joined(separator: ", ")),
            rule: Self.rule(account.allowance, "budgets", budget.text(at: wall) + ", strict")))
      }
    }
    if let fit = money.fit(into: left) { return .success(fit) }
    var worst: (shortage: AccountBudgets.Shortage, allowance: Allowance)?
    var notices: [BudgetNotice] = []
    for place in [subjects.user, subjects.token] {
      guard let place else { continue }
      notices +=
        accounts[place]?.budgets.exhaustions(smallest: money.smallestNanoUSD, at: wall) ?? []
      guard let allowance = accounts[place]?.allowance,
        let shortage = accounts[place]?.budgets.shortage(of: money.leastNanoUSD, at: wall),
        shortage.left < worst?.shortage.left ?? .max
      else { continue }
      worst = (shortage, allowance)
    }
    guard let (shortage, allowance) = worst else {
      return .failure(
        Accounts.Denial(refusal: .budgetSpent("The budget is spent."), rule: "budgets"))
    }
    return .failure(
      Accounts.Denial(
        refusal: shortage.refusal,
        rule: Self.rule(allowance, "budgets", shortage.budget.text(at: wall)),
        notices: notices))
  }

  // MARK: settlement

  mutating func settle(
    _ reservation: Reservation, _ used: Used, now: Int64, wall: Int64,
    into readings: inout AccountReadings
  ) -> Settled {
    let now = advance(to: now)
    var settled = Settled()
    if let user = reservation.user, let place = known(user) {
      settled.isUserCounted = settle(
        place, reservation, used, now, wall, isOfToken: false, &settled.notices, into: &readings)
    }
    if let token = reservation.token, let place = known(token) {
      settled.isTokenCounted = settle(
        place, reservation, used, now, wall, isOfToken: true, &settled.notices, into: &readings)
    }
    return settled
  }

  /// Returns whether budgets of the subject count the cost.
  private mutating func settle(
    _ place: Int, _ reservation: Reservation, _ used: Used, _ now: Int64, _ wall: Int64,
    isOfToken: Bool, _ notices: inout [BudgetNotice], into readings: inout AccountReadings
  ) -> Bool {
    let hasBudgets = accounts[place]?.settle(
      reservation, used, isOfToken: isOfToken, at: now, into: &readings)
    guard hasBudgets == true else { return false }
    accounts[place]?.budgets.release(reservation.nanoUSD, generation: reservation.generation)
    notices += accounts[place]?.budgets.spend(used.nanoUSD, quarter: used.quarter, at: wall) ?? []
    accounts[place]?.budgets.readAgain(isOfToken: isOfToken, into: &readings)
    return true
  }

  mutating func stored(
    _ key: AccountKey, _ nanoUSD: Int64, quarter: Int64, wasCounted: Bool, wall: Int64
  ) {
    guard let place = places[key] else { return }
    accounts[place]?.budgets.stored(nanoUSD, quarter: quarter, wasCounted: wasCounted, at: wall)
  }

  // MARK: coming and going

  mutating func load(_ allowance: Allowance, _ known: KnownUse, now: Int64, wall: Int64) {
    let now = advance(to: now)
    let place = place(of: allowance)
    accounts[place]?.budgets.load(known.cells, at: wall)
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

  /// The accounts of some subjects apart, to see what would become of them.
  func excerpt(_ allowances: [Allowance]) -> AccountShard {
    var excerpt = AccountShard()
    excerpt.clock = clock
    for allowance in allowances {
      let place = excerpt.place(of: allowance)
      guard let known = places[allowance.key], let account = accounts[known] else { continue }
      excerpt.accounts[place] = account
      excerpt.accounts[place]?.adopt(allowance)
    }
    return excerpt
  }

  /// How the limits of a subject stand that count a request.
  mutating func limits(_ allowance: Allowance, _ demand: Demand, now: Int64) -> [Outlook.Limit] {
    let now = advance(to: now)
    guard let place = places[allowance.key] else { return [] }
    return accounts[place]?.limits(demand, at: now) ?? []
  }

  mutating func budgets(_ allowance: Allowance, wall: Int64) -> [BudgetStanding] {
    guard let place = places[allowance.key] else { return [] }
    return accounts[place]?.budgets.standings(at: wall) ?? []
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

  private mutating func advance(to now: Int64) -> Int64 {
    clock = max(clock, now)
    return clock
  }

  /// The place of a subject's account, which is made if there is none and brought up to date.
  private mutating func place(of allowance: Allowance) -> Int {
    if let place = recent(allowance) { return place }
    if let place = places[allowance.key] {
      accounts[place]?.adopt(allowance)
      allowance.lastPlace = place
      return place
    }
    let place = free.popLast() ?? accounts.count
    if place == accounts.count {
      accounts.append(Account(allowance))
    } else {
      accounts[place] = Account(allowance)
    }
    places[allowance.key] = place
    allowance.lastPlace = place
    return place
  }

  /// The place of a subject's account; nil: there is none.
  private func known(_ allowance: Allowance) -> Int? {
    recent(allowance) ?? places[allowance.key]
  }

  /// The place of an account that is where it was last time and goes by this allowance: to see that
  /// costs no look into a dictionary.
  private func recent(_ allowance: Allowance) -> Int? {
    let last = allowance.lastPlace
    guard accounts.indices.contains(last), accounts[last]?.allowance === allowance else {
      return nil
    }
    return last
  }
}
