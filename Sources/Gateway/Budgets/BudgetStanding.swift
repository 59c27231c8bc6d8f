/// How a budget stands, for people.
package struct BudgetStanding: Equatable, Sendable {
  /// Whose it is: `ada`, `ada/laptop`.
  package let name: String
  package let definition: BudgetDefinition
  /// Raises that have not ended included.
  package let limitNanoUSD: Int64
  package let spentNanoUSD: Int64
  /// Set aside for requests under way.
  package let reservedNanoUSD: Int64
  package let leftNanoUSD: Int64
  /// Unix milliseconds; nil: never by itself.
  package let resetsAtMilliseconds: Int64?
}

/// A share of a budget that has been reached: operators are told of it once a period.
///
/// All of it, 100 per cent, is also what is nearly spent and has not enough left for any request.
package struct BudgetNotice: Equatable, Sendable {
  /// The name of the event in the log.
  package static let event: StaticString = "budget.reached"

  package let name: String
  package let period: BudgetDefinition.Period
  package let percent: Int64
  package let spentNanoUSD: Int64
  package let limitNanoUSD: Int64
}

/// What a budget has done to a request, as its receipt says it.
package enum BudgetAnomaly {
  /// The request went out with a lower cap on its output than it had.
  package static let capLowered = "output_cap_lowered"
  /// What it may cost has no bound, for more than the length of its answer; its budgets are soft.
  package static let notBounded = "cost_not_bounded"
  /// It has cost more than its budgets had set aside for it.
  package static let aboveBound = "cost_above_bound"
  /// Its answer does not say what it cost: the estimate was charged.
  package static let estimateCharged = "estimate_charged"
}
