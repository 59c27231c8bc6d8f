import Locks
package import Providers

/// The accounts of all users and tokens that have limits or budgets: what they have used, shared by
/// all loops.
///
/// Cut into 64 shards, each behind its own mutex, held for some dozens of nanoseconds and never
/// across I/O. All accounts of a request are in one shard, that of its user, so that everything is
/// taken together or nothing. An account is made at the first use, or before its snapshot is
/// published where the ledger must be read for it, and dropped when it is idle. `now` is in
/// milliseconds of a clock that never goes back, `wall` a wall time in Unix milliseconds.
package final class Accounts: Sendable {
  /// A power of two, well above any number of loops.
  package static let shardCount = 64

  private final class Shard: Sendable {
    let state = Guarded(AccountShard())
  }

  private let shards: [Shard]
  /// Tells this run of the appliance from others; never 0.
  package let run: UInt64

  package init(run: UInt64 = 1) {
    self.run = run
    shards = (0..<Self.shardCount).map { _ in Shard() }
  }

  /// How an admission ended.
  package enum Admitted: Sendable {
    case taken(Reservation)
    /// Elsewhere, since it is large: that makes the other cheap to hand on.
    indirect case refused(Denial)
  }

  /// Why a request is not admitted.
  package struct Denial: Error, Sendable {
    package let refusal: Refusal
    /// The limit or the budget that refuses it, in words for the operator.
    package let rule: String
    /// Of budgets that have turned out to be spent.
    package var notices: [BudgetNotice] = []
  }

  /// Takes all that a request needs from its caller's accounts, or nothing.
  ///
  /// Nil is for a subject without limits and budgets; one of the two must have some. `readings` gets
  /// how they stand before anything is taken, `standings` how the limits do after it.
  package func admit(
    user: Allowance?, token: Allowance?, _ demand: Demand, now: Int64, wall: Int64,
    into readings: inout AccountReadings, _ standings: inout RateStandings
  ) -> Admitted {
    guard let home = user?.key.home ?? token?.key.home else {
      preconditionFailure("a caller without limits has no account")
    }
    return shard(home).state.withLock { state in
      state.admit(user, token, demand, now: now, wall: wall, into: &readings, &standings)
    }
  }

  /// What `admit` would say and take now; takes nothing.
  package func outlook(
    user: Allowance?, token: Allowance?, _ demand: Demand, now: Int64, wall: Int64
  ) -> Outlook {
    guard let home = user?.key.home ?? token?.key.home else { return Outlook() }
    var excerpt = shard(home).state.withLock { $0.excerpt([user, token].compactMap(\.self)) }
    return excerpt.outlook(user, token, demand, now: now, wall: wall)
  }

  /// Ends a reservation: what was taken for estimates becomes what was used.
  ///
  /// `readings` of the admission get how the limits and budgets stand now.
  package func settle(
    _ reservation: Reservation, _ used: Used, now: Int64, wall: Int64,
    into readings: inout AccountReadings
  ) -> Settled {
    guard let home = reservation.user?.key.home ?? reservation.token?.key.home else {
      return Settled()
    }
    return shard(home).state.withLock { state in
      state.settle(reservation, used, now: now, wall: wall, into: &readings)
    }
  }

  /// The ledger holds a request's charge now.
  package func stored(_ stored: StoredCharge, wall: Int64) {
    let (charge, quarter) = (stored.charge, stored.quarter)
    guard charge.nanoUSD > 0 else { return }
    let user = AccountKey(userID: charge.userID)
    let token = AccountKey(tokenID: charge.tokenID, userID: charge.userID)
    let isOurs = charge.countedInRun == run
    shard(user.home).state.withLock { state in
      state.stored(
        user, charge.nanoUSD, quarter: quarter, wasCounted: isOurs && charge.isUserCounted,
        wall: wall)
      state.stored(
        token, charge.nanoUSD, quarter: quarter, wasCounted: isOurs && charge.isTokenCounted,
        wall: wall)
    }
  }

  /// Makes or renews the account of an allowance, with what the ledger holds of it.
  ///
  /// Called before its snapshot is published, where nothing is stored meanwhile.
  package func load(_ allowance: Allowance, _ known: KnownUse, now: Int64, wall: Int64) {
    shard(allowance.key.home).state.withLock { $0.load(allowance, known, now: now, wall: wall) }
  }

  /// Forgets a subject that is gone or has no limits any more.
  package func forget(_ key: AccountKey) {
    shard(key.home).state.withLock { $0.forget(key) }
  }

  /// How the budgets of a subject stand, in their order.
  package func budgets(_ allowance: Allowance, wall: Int64) -> [BudgetStanding] {
    shard(allowance.key.home).state.withLock { $0.budgets(allowance, wall: wall) }
  }

  /// Drops the idle accounts of one shard; called in turn for each.
  package func sweep(shard number: Int, now: Int64) {
    shards[number & (Self.shardCount - 1)].state.withLock { $0.sweep(now: now) }
  }

  /// How many accounts there are.
  package var count: Int {
    shards.reduce(0) { sum, shard in sum + shard.state.withLock { $0.count } }
  }

  private func shard(_ home: UInt64) -> Shard {
    shards[Int(truncatingIfNeeded: home) & (Self.shardCount - 1)]
  }
}

/// What was set aside for one request; settled once.
///
/// A value, and not an object, so that to admit a request asks for no memory.
package struct Reservation: Sendable {
  package let user: Allowance?
  package let token: Allowance?
  package let demand: Demand
  /// Whether the demand has: to ask it would copy it.
  package let hasMoney: Bool
  package let takenAtMilliseconds: Int64
  /// The bound of the cost, set aside in every budget.
  package let nanoUSD: Int64
  /// The cap on output tokens that was lowered to fit; nil: the request goes as it is.
  package let outputCap: Int64?
  /// The newest allowance that the accounts had, which may be newer than the caller's.
  let generation: UInt64

  init(
    user: Allowance?, token: Allowance?, demand: Demand, takenAtMilliseconds: Int64,
    fit: MoneyDemand.Fit?, generation: UInt64
  ) {
    self.user = user
    self.token = token
    self.demand = demand
    hasMoney = demand.hasMoney
    self.takenAtMilliseconds = takenAtMilliseconds
    self.generation = generation
    nanoUSD = fit?.nanoUSD ?? 0
    outputCap = fit?.cap
  }
}

/// What a request has used in the end.
package struct Used: Equatable, Sendable {
  package var inputTokens: Int64
  package var outputTokens: Int64
  package var nanoUSD: Int64
  /// Of the request's end.
  package var quarter: Int64

  package init(
    inputTokens: Int64 = 0, outputTokens: Int64 = 0, nanoUSD: Int64 = 0, quarter: Int64 = 0
  ) {
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
    self.nanoUSD = nanoUSD
    self.quarter = quarter
  }
}

/// What settling has done: whose budgets count the cost from now on, and what operators are told.
package struct Settled: Sendable {
  package var isUserCounted = false
  package var isTokenCounted = false
  package var notices: [BudgetNotice] = []

  package init() {}
}

/// What the ledger holds of a subject that gets an account.
package struct KnownUse: Equatable, Sendable {
  /// What was counted in a quarter, for limits by the day.
  package struct Day: Equatable, Sendable {
    package let quarter: Int64
    /// The name asked for; nil: all models together.
    package let model: String?
    package let requests: Int64
    package let inputTokens: Int64
    package let outputTokens: Int64

    package init(
      quarter: Int64, model: String?, requests: Int64, inputTokens: Int64, outputTokens: Int64
    ) {
      self.quarter = quarter
      self.model = model
      self.requests = requests
      self.inputTokens = inputTokens
      self.outputTokens = outputTokens
    }
  }

  /// In the order of quarters.
  package var cells: [SpendCell] = []
  /// In the order of quarters; of the last day and a quarter.
  package var days: [Day] = []

  package init() {}
}
