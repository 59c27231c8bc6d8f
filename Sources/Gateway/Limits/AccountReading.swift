import Providers

// How an account's budgets are read for receipts; limits are where they are looked at.

extension AccountBudgets {
  /// Reads the budgets, before anything is taken; `takes` is what they set aside.
  func read(
    takes: Int64, isOfToken: Bool, wall: Int64, into readings: inout AccountReadings
  ) {
    for state in states where readings.budgets.count < AccountReadings.budgetsMax {
      let definition = state.budget.definition
      readings.budgets.append(
        BudgetReading(
          isOfToken: isOfToken, period: definition.period, isAligned: definition.isAligned,
          zoneName: definition.zoneName, limitNanoUSD: definition.nanoUSD(at: wall),
          spentBefore: state.spent, reservedBefore: state.reserved, takes: takes))
    }
  }

  /// Reads the same again when the request has been settled.
  func readAgain(isOfToken: Bool, into readings: inout AccountReadings) {
    for state in states {
      let definition = state.budget.definition
      let place = readings.budgets.firstIndex {
        $0.isOfToken == isOfToken && $0.period == definition.period
          && $0.isAligned == definition.isAligned && $0.zoneName == definition.zoneName
      }
      if let place { readings.budgets[place].spentAfter = state.spent }
    }
  }
}

extension AccountReadings {
  /// The place of a limit's reading; nil: it has none.
  ///
  /// Readings are in the order of an account's rules, unless those have changed meanwhile: the one
  /// at `next` is looked at first.
  func place(
    of kind: LimitKind, _ pattern: String?, isOfToken: Bool, from next: Int
  ) -> Int? {
    var place = next
    for _ in limits.indices {
      if place >= limits.count { place = 0 }
      // Field by field: a reading that is handed on is copied.
      if limits[place].kind == kind, limits[place].isOfToken == isOfToken,
        limits[place].pattern == pattern
      {
        return place
      }
      place += 1
    }
    return nil
  }
}
