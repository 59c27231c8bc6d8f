import Providers

/// The budgets of one subject, and what it has spent of them.
///
/// Belongs to its account. They go by the wall's clock, in Unix milliseconds.
struct AccountBudgets: Sendable {
  /// In the order of the allowance.
  private(set) var states: [BudgetState]
  /// Spend that is counted here and that the ledger does not hold yet.
  private var unstored: [SpendCell] = []
  /// The subject's.
  private var name: String

  init(_ allowance: Allowance) {
    name = allowance.name
    states = allowance.budgets.map { BudgetState($0, since: allowance.generation) }
  }

  /// Takes a newer allowance over; what was spent of a budget that goes on is kept.
  mutating func adopt(_ newer: Allowance) {
    name = newer.name
    states = newer.budgets.map { budget in
      let known = states.first { $0.budget.definition.counts(like: budget.definition) }
      return known?.changed(to: budget) ?? BudgetState(budget, since: newer.generation)
    }
  }

  var isEmpty: Bool { states.isEmpty }
  /// The first that refuses what has no bound.
  var strict: Budget? { states.first { $0.budget.definition.mode == .strict }?.budget }

  /// The least that any budget leaves; nil where there is none.
  mutating func left(at wall: Int64) -> Int64? {
    var least: Int64?
    for index in states.indices {
      states[index].advance(to: wall)
      least = min(least ?? .max, states[index].left(at: wall))
    }
    return least
  }

  /// Sets aside what a request may cost.
  mutating func reserve(_ nanoUSD: Int64) {
    for index in states.indices { states[index].reserve(nanoUSD) }
  }

  /// Ends what was set aside.
  mutating func release(_ nanoUSD: Int64, generation: UInt64) {
    for index in states.indices where states[index].since <= generation {
      states[index].release(nanoUSD)
    }
  }

  /// Counts what a request has cost, before the ledger holds it; returns thresholds it has reached.
  mutating func spend(_ nanoUSD: Int64, quarter: Int64, at wall: Int64) -> [BudgetNotice] {
    guard !states.isEmpty, nanoUSD > 0 else { return [] }
    if let place = unstored.firstIndex(where: { $0.quarter == quarter }) {
      let (sum, overflow) = unstored[place].nanoUSD.addingReportingOverflow(nanoUSD)
      // As in a budget: what leaves 64 bits is a provider's nonsense.
      if !overflow { unstored[place].nanoUSD = sum }
    } else {
      unstored.append(SpendCell(quarter: quarter, nanoUSD: nanoUSD))
    }
    var notices: [BudgetNotice] = []
    for index in states.indices {
      states[index].advance(to: wall)
      states[index].add(nanoUSD, quarter: quarter)
      guard let percent = states[index].takeThreshold(at: wall) else { continue }
      notices.append(notice(index, percent, at: wall))
    }
    return notices
  }

  /// The ledger has stored what a request has cost, counted here before or not.
  mutating func stored(_ nanoUSD: Int64, quarter: Int64, wasCounted: Bool, at wall: Int64) {
    guard wasCounted else {
      for index in states.indices {
        states[index].advance(to: wall)
        states[index].add(nanoUSD, quarter: quarter)
      }
      return
    }
    guard let place = unstored.firstIndex(where: { $0.quarter == quarter }) else { return }
    unstored[place].nanoUSD -= nanoUSD
    if unstored[place].nanoUSD <= 0 { unstored.remove(at: place) }
  }

  /// Begins anew with the cells that the ledger holds, and what is on its way there.
  mutating func load(_ cells: [SpendCell], at wall: Int64) {
    for index in states.indices { states[index].load(cells + unstored, at: wall) }
  }

  /// Why so much cannot be spent.
  struct Shortage {
    let left: Int64
    let refusal: Refusal
    /// The tightest budget.
    let budget: Budget
  }

  /// Why `nanoUSD` is more than is left, in words for the client; nil where there is no budget.
  func shortage(of nanoUSD: Int64, at wall: Int64) -> Shortage? {
    let lefts = states.map { $0.left(at: wall) }
    guard let left = lefts.min(), let index = lefts.firstIndex(of: left) else { return nil }
    let state = states[index]
    var text =
      "The budget of \(state.budget.text(at: wall)) of '\(name)' has"
      + " $\(DollarAmount(nanoUSD: max(0, left))) left, too little for this request."
    if state.reserved > 0 {
      text +=
        " $\(DollarAmount(nanoUSD: state.reserved)) of it is set aside for requests under way."
    }
    if let time = state.resets(for: nanoUSD, at: wall) {
      text += " It resets at \(Timestamp.text((time + 999) / 1_000 * 1_000))."
    }
    text += " Ask the operator to raise it."
    return Shortage(left: left, refusal: .budgetSpent(text), budget: state.budget)
  }

  /// The budgets that have turned out to be spent when a request was refused, each once a period.
  ///
  /// `smallest` is what the least request for the same models would have taken.
  mutating func exhaustions(smallest: Int64, at wall: Int64) -> [BudgetNotice] {
    var notices: [BudgetNotice] = []
    for index in states.indices
    where states[index].takeExhaustion(smallest: smallest, at: wall) {
      notices.append(notice(index, 100, at: wall))
    }
    return notices
  }

  private func notice(_ index: Int, _ percent: Int64, at wall: Int64) -> BudgetNotice {
    let state = states[index]
    return BudgetNotice(
      name: name, period: state.budget.definition.period, percent: percent,
      spentNanoUSD: state.spent, limitNanoUSD: state.budget.definition.nanoUSD(at: wall))
  }

  /// How each budget stands, for people.
  mutating func standings(at wall: Int64) -> [BudgetStanding] {
    states.indices.map { index in
      states[index].advance(to: wall)
      let state = states[index]
      return BudgetStanding(
        name: name, definition: state.budget.definition,
        limitNanoUSD: state.budget.definition.nanoUSD(at: wall), spentNanoUSD: state.spent,
        reservedNanoUSD: state.reserved, leftNanoUSD: max(0, state.left(at: wall)),
        resetsAtMilliseconds: state.resets(for: 0, at: wall))
    }
  }
}
