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
    into readings: inout AccountReadings
  ) -> Accounts.Admitted {
    let now = advance(to: now)
    let userPlace = user.map { place(of: $0) }
    let tokenPlace = token.map { place(of: $0) }
    var obstacle = Account.Obstacle.none
    var isOfToken = false
    if let userPlace, let found = accounts[userPlace]?.obstacle(demand, at: now) {
      obstacle = found
    }
    if let tokenPlace, let found = accounts[tokenPlace]?.obstacle(demand, at: now) {
      if !obstacle.isWorse(than: found) { (obstacle, isOfToken) = (found, true) }
    }
    var denial = obstacle.refusal.map { refusal in
      Accounts.Denial(
        refusal: refusal,
        rule: Self.rule(isOfToken ? token : user, "limits", obstacle.rule?.text ?? ""))
    }
    var fit: MoneyDemand.Fit?
    if let money = demand.money, !obstacle.isFinal {
      // What waiting will not help goes before what it will.
      switch afford(money, userPlace, tokenPlace, wall) {
      case .success(let found): fit = found
      case .failure(let short): denial = short
      }
    }
    let takes = fit?.nanoUSD ?? demand.money?.leastNanoUSD ?? 0
    if let userPlace {
      accounts[userPlace]?.read(
        demand, takes: takes, isOfToken: false, at: now, wall: wall, into: &readings)
    }
    if let tokenPlace {
      accounts[tokenPlace]?.read(
        demand, takes: takes, isOfToken: true, at: now, wall: wall, into: &readings)
    }
    if denial == nil {
      take(demand, fit, userPlace, at: now)
      take(demand, fit, tokenPlace, at: now)
    }
    var standings = RateStandings()
    if let userPlace { accounts[userPlace]?.note(demand.model, at: now, into: &standings) }
    if let tokenPlace { accounts[tokenPlace]?.note(demand.model, at: now, into: &standings) }
    if var denial {
      denial.standings = standings
      readings.noteRefusal()
      return .refused(denial)
    }
    return .taken(
      Reservation(
        user: user, token: token, demand: demand, takenAtMilliseconds: now, standings: standings,
        fit: fit, generation: max(generation(userPlace), generation(tokenPlace))))
  }

  /// `user 'ada' limits: 60 requests a minute`.
  private static func rule(_ allowance: Allowance?, _ field: String, _ text: String) -> String {
    guard let allowance else { return "\(field): \(text)" }
    return "\(allowance.key.isOfToken ? "token" : "user") '\(allowance.name)' \(field): \(text)"
  }

  /// How the cost fits into the budgets of both; nil: neither has one.
  private mutating func afford(
    _ money: MoneyDemand, _ userPlace: Int?, _ tokenPlace: Int?, _ wall: Int64
  ) -> Result<MoneyDemand.Fit?, Accounts.Denial> {
    var left: Int64?
    if let userPlace { left = accounts[userPlace]?.left(at: wall) }
    if let tokenPlace, let least = accounts[tokenPlace]?.left(at: wall) {
      left = min(left ?? .max, least)
    }
    guard let left else { return .success(nil) }
    if !money.unbounded.isEmpty {
      for place in [userPlace, tokenPlace] {
        guard let account = place.flatMap({ accounts[$0] }), let budget = account.strictBudget
        else { continue }
        return .failure(
          Accounts.Denial(
            refusal: .costNotBounded(what: money.unbounded.joined(separator: ", ")),
            rule: Self.rule(account.allowance, "budgets", budget.text(at: wall) + ", strict")))
      }
    }
    if let fit = money.fit(into: left) { return .success(fit) }
    var worst: (shortage: Account.Shortage, allowance: Allowance)?
    for place in [userPlace, tokenPlace] {
      guard let place, let allowance = accounts[place]?.allowance,
        let shortage = accounts[place]?.shortage(of: money.leastNanoUSD, at: wall),
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
        notice: shortage.notice))
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
    _ reservation: Reservation, _ used: Used, now: Int64, wall: Int64,
    into readings: inout AccountReadings
  ) -> Settled {
    let now = advance(to: now)
    var settled = Settled()
    if let user = reservation.user {
      settled.isUserCounted = settle(reservation, user, used, now, wall, &settled.notices)
      if let place = places[user.key] {
        accounts[place]?.readAgain(isOfToken: false, at: now, into: &readings)
      }
    }
    if let token = reservation.token {
      settled.isTokenCounted = settle(reservation, token, used, now, wall, &settled.notices)
      if let place = places[token.key] {
        accounts[place]?.readAgain(isOfToken: true, at: now, into: &readings)
      }
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
