// How an account's limits and budgets are read for receipts.

extension Account {
  /// Reads what counts a request, before anything is taken; `takes` is what budgets set aside.
  mutating func read(
    _ demand: Demand, takes: Int64, isOfToken: Bool, at now: Int64, wall: Int64,
    into readings: inout AccountReadings
  ) {
    for (index, rule) in allowance.rules.enumerated()
    where rule.covers(demand.model) && readings.limits.count < AccountReadings.limitsMax {
      readings.limits.append(
        LimitReading(
          isOfToken: isOfToken, kind: rule.kind, pattern: rule.pattern?.text, max: rule.max,
          before: used(index, at: now), takes: demand.amount(rule.kind.metric)))
    }
    guard demand.money != nil else { return }
    for state in budgets where readings.budgets.count < AccountReadings.budgetsMax {
      let definition = state.budget.definition
      readings.budgets.append(
        BudgetReading(
          isOfToken: isOfToken, period: definition.period, isAligned: definition.isAligned,
          zoneName: definition.zoneName, limitNanoUSD: definition.nanoUSD(at: wall),
          spentBefore: state.spent, reservedBefore: state.reserved, takes: takes))
    }
  }

  /// Reads the same again when the request has been settled.
  mutating func readAgain(
    isOfToken: Bool, at now: Int64, into readings: inout AccountReadings
  ) {
    for (index, rule) in allowance.rules.enumerated() {
      let place = readings.limits.firstIndex {
        $0.isOfToken == isOfToken && $0.kind == rule.kind && $0.pattern == rule.pattern?.text
      }
      if let place { readings.limits[place].after = used(index, at: now) }
    }
    for state in budgets {
      let definition = state.budget.definition
      let place = readings.budgets.firstIndex {
        $0.isOfToken == isOfToken && $0.period == definition.period
          && $0.isAligned == definition.isAligned && $0.zoneName == definition.zoneName
      }
      if let place { readings.budgets[place].spentAfter = state.spent }
    }
  }
}
