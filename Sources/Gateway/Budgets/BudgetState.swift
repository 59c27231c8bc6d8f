/// A quarter of an hour of UTC, counted from 1970: in these spend is kept.
///
/// Every offset in use is a multiple of it, so that every period of every calendar is a sum of
/// quarters.
package enum SpendQuarter {
  package static let milliseconds: Int64 = 900_000

  package static func number(at wall: Int64) -> Int64 { CivilDay.floor(wall, milliseconds) }
}

/// What was spent in a quarter.
package struct SpendCell: Equatable, Sendable {
  package let quarter: Int64
  package var nanoUSD: Int64

  package init(quarter: Int64, nanoUSD: Int64) {
    self.quarter = quarter
    self.nanoUSD = nanoUSD
  }
}

/// What has been spent of one budget, and what is set aside for requests under way.
///
/// Belongs to its account. A period of the calendar needs its sum alone; one that goes back from
/// each moment keeps the cells that it can still see.
struct BudgetState: Sendable {
  let budget: Budget
  /// The generation that brought it: what was admitted before is not set aside in it.
  let since: UInt64
  private(set) var spent: Int64 = 0
  private(set) var reserved: Int64 = 0
  private var start: Int64 = .min
  private var end: Int64 = .min
  /// Of a period that is not the calendar's, in order.
  private var cells: [SpendCell] = []
  /// The share in per cent that was last told.
  private var toldPercent: Int64 = 0

  /// Shares that operators are told of.
  static let thresholds: [Int64] = [50, 80, 100]

  init(_ budget: Budget, since: UInt64) {
    self.budget = budget
    self.since = since
  }

  /// The same with another amount.
  func changed(to budget: Budget) -> BudgetState {
    var state = BudgetState(budget, since: since)
    state.spent = spent
    state.reserved = reserved
    (state.start, state.end) = (start, end)
    state.cells = cells
    state.toldPercent = toldPercent
    return state
  }

  private var isRolling: Bool { !budget.definition.isAligned && budget.definition.period != .total }

  /// Goes on to the period that holds a wall time; a clock that is set back does not bring one
  /// back.
  mutating func advance(to wall: Int64) {
    if isRolling {
      start = max(start, budget.bounds(at: wall).start)
      let gone = cells.prefix { ($0.quarter + 1) * SpendQuarter.milliseconds <= start }
      guard !gone.isEmpty else { return }
      for cell in gone { spent -= cell.nanoUSD }
      cells.removeFirst(gone.count)
      if percent(at: wall) < toldPercent { toldPercent = told(at: wall) }
    } else if wall >= end {
      (start, end) = budget.bounds(at: wall)
      spent = 0
      toldPercent = 0
    }
  }

  /// What is left at a wall time; less than nothing once a bound has not held.
  func left(at wall: Int64) -> Int64 {
    let limit = budget.definition.nanoUSD(at: wall)
    let (used, overflow) = spent.addingReportingOverflow(reserved)
    guard !overflow else { return .min / 2 }
    let (left, below) = limit.subtractingReportingOverflow(used)
    return below ? .min / 2 : left
  }

  mutating func reserve(_ nanoUSD: Int64) {
    reserved = reserved.addingReportingOverflow(nanoUSD).overflow ? .max : reserved + nanoUSD
  }

  mutating func release(_ nanoUSD: Int64) { reserved = max(0, reserved - nanoUSD) }

  /// Adds what was spent in a quarter, if the period holds that.
  mutating func add(_ nanoUSD: Int64, quarter: Int64) {
    let time = quarter * SpendQuarter.milliseconds
    guard nanoUSD > 0, time >= start || isRolling, isRolling || time < end else { return }
    let (sum, overflow) = spent.addingReportingOverflow(nanoUSD)
    guard !overflow else { return }
    spent = sum
    guard isRolling else { return }
    var place = cells.count
    while place > 0, cells[place - 1].quarter > quarter { place -= 1 }
    if place > 0, cells[place - 1].quarter == quarter {
      cells[place - 1].nanoUSD += nanoUSD
    } else {
      cells.insert(SpendCell(quarter: quarter, nanoUSD: nanoUSD), at: place)
    }
  }

  /// Begins anew with what is known to have been spent; what was reached already is not told again.
  mutating func load(_ cells: [SpendCell], at wall: Int64) {
    (start, end, spent, toldPercent) = (.min, .min, 0, 0)
    self.cells = []
    advance(to: wall)
    for cell in cells { add(cell.nanoUSD, quarter: cell.quarter) }
    advance(to: wall)
    toldPercent = told(at: wall)
  }

  /// The oldest quarter that its period can see.
  func firstQuarter(at wall: Int64) -> Int64 {
    let start = budget.bounds(at: wall).start
    return start == .min ? .min : SpendQuarter.number(at: start)
  }

  /// Unix milliseconds: when there will be `nanoUSD` to spend, or any more at all; nil: never by
  /// itself.
  func resets(for nanoUSD: Int64, at wall: Int64) -> Int64? {
    guard budget.definition.period != .total else { return nil }
    guard isRolling else { return budget.bounds(at: wall).end }
    guard let length = Budget.rollingMilliseconds(budget.definition.period) else { return nil }
    var left = left(at: wall)
    var time: Int64?
    for cell in cells {
      if time != nil, left >= nanoUSD { break }
      left += cell.nanoUSD
      time = (cell.quarter + 1) * SpendQuarter.milliseconds + length
    }
    return time
  }

  // MARK: shares that are told

  /// The threshold that has been reached since it was last asked; nil: none.
  mutating func takeThreshold(at wall: Int64) -> Int64? {
    let reached = told(at: wall)
    guard reached > toldPercent else { return nil }
    toldPercent = reached
    return reached
  }

  /// A request was refused because too little is left of what has been spent: that is all of it.
  ///
  /// Unless hardly anything was spent: then the request is too large and the budget is not used up.
  mutating func takeExhaustion() -> Bool {
    guard toldPercent < 100, let first = Self.thresholds.first, toldPercent >= first else {
      return false
    }
    toldPercent = 100
    return true
  }

  private func told(at wall: Int64) -> Int64 {
    let percent = percent(at: wall)
    return Self.thresholds.last { $0 <= percent } ?? 0
  }

  private func percent(at wall: Int64) -> Int64 {
    let limit = budget.definition.nanoUSD(at: wall)
    guard limit > 0 else { return 100 }
    return Int64(clamping: Int128(spent) * 100 / Int128(limit))
  }
}
