package import Providers

/// What admission would find and take, read from copies of the accounts: nothing is taken.
package struct Outlook: Equatable, Sendable {
  /// How a limit that counts the request stands.
  package struct Limit: Equatable, Sendable {
    /// Whose it is: `ada`, `ada/laptop`.
    package let name: String
    package var isOfToken = false
    package let rule: LimitRule
    /// What its window holds, or how many requests are under way.
    package let used: Int64
    package let takes: Int64
    /// Milliseconds until all of it is free again; nil: nobody knows, or it is free.
    package let resetMilliseconds: Int64?
    package let refuses: Bool

    /// What is left of it now; less than nothing is a debt.
    package var left: Int64 { rule.max - used }
  }

  /// How a budget that counts the request stands.
  package struct Budget: Equatable, Sendable {
    package let standing: BudgetStanding
    package var isOfToken = false
    /// The bound that would be set aside; where it refuses, the least that would do.
    package let takesNanoUSD: Int64
    package let refuses: Bool
  }

  package var limits: [Limit] = []
  package var budgets: [Budget] = []
  /// Nil: it would be admitted.
  package var refusal: Refusal?
  /// The limit or the budget that would refuse it, in words for the operator.
  package var refusedBy: String?
  /// The cap on output that would be written into the request so that its cost fits.
  package var outputCap: Int64?
  /// What keeps its cost from having a bound, in words.
  package var unbounded: [String] = []

  package init() {}

  package var isEmpty: Bool { limits.isEmpty && budgets.isEmpty }
}

extension AccountShard {
  /// What admission would find; on an excerpt, for this takes what it asks for.
  mutating func outlook(
    _ user: Allowance?, _ token: Allowance?, _ demand: Demand, now: Int64, wall: Int64
  ) -> Outlook {
    var outlook = Outlook()
    outlook.unbounded = demand.money?.unbounded ?? []
    for (allowance, isOfToken) in [(user, false), (token, true)] {
      guard let allowance else { continue }
      outlook.limits += limits(allowance, demand, now: now).map { limit in
        var limit = limit
        limit.isOfToken = isOfToken
        return limit
      }
    }
    let before = [user, token].map { $0.map { budgets($0, wall: wall) } ?? [] }
    var taken: Int64?
    var readings = AccountReadings()
    var after = RateStandings()
    switch admit(user, token, demand, now: now, wall: wall, into: &readings, &after) {
    case .taken(let reservation):
      taken = reservation.nanoUSD
      outlook.outputCap = reservation.outputCap
    case .refused(let denial):
      outlook.refusal = denial.refusal
      outlook.refusedBy = denial.rule
    }
    for (standings, isOfToken) in [(before[0], false), (before[1], true)] {
      outlook.budgets += standings.map { standing in
        let money = demand.money
        let fit = money?.fit(into: standing.leftNanoUSD)
        let isUnbounded = standing.definition.mode == .strict && money?.unbounded.isEmpty == false
        return Outlook.Budget(
          standing: standing, isOfToken: isOfToken,
          takesNanoUSD: taken ?? fit?.nanoUSD ?? money?.leastNanoUSD ?? 0,
          refuses: money != nil && (fit == nil || isUnbounded))
      }
    }
    return outlook
  }
}
