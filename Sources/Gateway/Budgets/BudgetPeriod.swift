/// The time that a budget is for; the raw value is its name in records and options.
package enum BudgetPeriod: String, Sendable, CaseIterable {
  case hour
  case day
  case week
  case month
  /// Credit that does not come back.
  case total
}
