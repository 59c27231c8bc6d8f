/// A quarter of an hour of UTC, counted from 1970: in these spend is kept.
///
/// Every offset in use is a multiple of it, so that every period of every calendar is a sum of
/// quarters; see `Budget.bounds` for those that are not.
package enum SpendQuarter {
  package static let milliseconds: Int64 = 900_000

  package static func number(at wall: Int64) -> Int64 { CivilDay.floor(wall, milliseconds) }

  /// When the one began that holds a wall time, which must be one that a clock can show.
  static func start(at wall: Int64) -> Int64 { number(at: wall) * milliseconds }
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
/// each moment keeps the cells that it can see. The wall's clock may be set, far ahead and back
/// again: what is spent counts in the period that the clock shows, and the sums of a few periods
/// that it has left are kept, so that they are there when it comes back.
struct BudgetState: Sendable {
  private(set) var budget: Budget
  /// The generation that brought it: what was admitted before is not set aside in it.
  let since: UInt64
  private(set) var reserved: Int64 = 0
  /// What counts now.
  private var span = Span()
  /// Periods of the calendar that the clock is not in, the last one that it left last.
  private var others: [Span] = []
  /// Of a period that is not the calendar's, in order.
  private(set) var cells: [SpendCell] = []

  /// A sum, and the wall times at which it is the one that counts: a period of the calendar, or the
  /// quarter that a period ends with which goes back from each moment.
  private struct Span {
    /// Unix milliseconds; in the first there is no time.
    var start: Int64 = .max
    var end: Int64 = .min
    var spent: Int64 = 0
    /// The share in per cent that was last told.
    var toldPercent: Int64 = 0

    func holds(_ time: Int64) -> Bool { time >= start && time < end }

    /// Adds an amount, unless it leaves 64 bits.
    mutating func add(_ nanoUSD: Int64) {
      let (sum, overflow) = spent.addingReportingOverflow(nanoUSD)
      if !overflow { spent = sum }
    }
  }

  /// A clock that is set ahead and back leaves one.
  private static let othersMax = 3
  /// Shares that operators are told of.
  static let thresholds: [Int64] = [50, 80, 100]
  /// The share of what is nearly spent.
  private static let nearlyPercent: Int64 = 80

  init(_ budget: Budget, since: UInt64) {
    self.budget = budget
    self.since = since
  }

  /// The same with another amount.
  func changed(to budget: Budget) -> BudgetState {
    var state = self
    state.budget = budget
    return state
  }

  var spent: Int64 { span.spent }
  private var isRolling: Bool { !budget.definition.isAligned && budget.definition.period != .total }

  /// The quarters that a period counts which goes back from each moment.
  private var window: ClosedRange<Int64> {
    let last = SpendQuarter.number(at: span.start)
    let length = Budget.rollingMilliseconds(budget.definition.period) ?? 0
    return last - length / SpendQuarter.milliseconds...last
  }

  /// Goes to the period that holds a wall time, be it a later or, the clock being set back, an
  /// earlier one.
  mutating func advance(to wall: Int64) {
    guard !span.holds(wall) else { return }
    let before = spent
    if isRolling { roll(to: wall) } else { turn(to: wall) }
    let reached = told(at: wall)
    // What has left may be told once more when it is spent again; what is back has been told.
    if isRolling, spent < before {
      span.toldPercent = min(span.toldPercent, reached)
    } else if !isRolling || spent > before {
      span.toldPercent = max(span.toldPercent, reached)
    }
  }

  private mutating func turn(to wall: Int64) {
    let (start, end) = budget.bounds(at: wall)
    guard start != span.start else { return }
    let known = others.firstIndex { $0.start == start }
    let next = known.map { others.remove(at: $0) } ?? Span(start: start, end: end)
    if span.start < span.end { keep(span) }
    span = next
  }

  private mutating func keep(_ other: Span) {
    if others.count >= Self.othersMax { others.removeFirst() }
    others.append(other)
  }

  private mutating func roll(to wall: Int64) {
    span.start = SpendQuarter.start(at: wall)
    span.end = span.start + SpendQuarter.milliseconds
    let window = window
    span.spent = 0
    for cell in cells where window.contains(cell.quarter) { span.add(cell.nanoUSD) }
    trim()
  }

  /// Lets go of what is outside of the window as soon as there are more cells than it has quarters.
  private mutating func trim() {
    let window = window
    while Int64(cells.count) > window.upperBound - window.lowerBound + 1,
      let place = cells.firstIndex(where: { !window.contains($0.quarter) })
    {
      cells.remove(at: place)
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

  /// Adds what was spent in a quarter to the period that holds it, if that is known.
  mutating func add(_ nanoUSD: Int64, quarter: Int64) {
    guard nanoUSD > 0 else { return }
    let time = quarter * SpendQuarter.milliseconds
    if isRolling {
      addCell(nanoUSD, quarter)
    } else if span.holds(time) {
      span.add(nanoUSD)
    } else if let place = others.firstIndex(where: { $0.holds(time) }) {
      others[place].add(nanoUSD)
    }
  }

  private mutating func addCell(_ nanoUSD: Int64, _ quarter: Int64) {
    var place = cells.count
    while place > 0, cells[place - 1].quarter > quarter { place -= 1 }
    if place > 0, cells[place - 1].quarter == quarter {
      let (sum, overflow) = cells[place - 1].nanoUSD.addingReportingOverflow(nanoUSD)
      guard !overflow else { return }
      cells[place - 1].nanoUSD = sum
    } else {
      cells.insert(SpendCell(quarter: quarter, nanoUSD: nanoUSD), at: place)
    }
    if window.contains(quarter) { span.add(nanoUSD) }
    trim()
  }

  /// Begins anew with what is known to have been spent from the beginning of the period on; what was
  /// reached already is not told again.
  ///
  /// What was spent later than now is kept for when the clock, which may be slow, gets there.
  mutating func load(_ known: [SpendCell], at wall: Int64) {
    advance(to: wall)
    let start = span.start
    let first = isRolling ? window.lowerBound : SpendQuarter.number(at: start)
    others.removeAll { $0.start > start }
    cells.removeAll { $0.quarter >= first }
    span.spent = 0
    for cell in known where cell.quarter >= first {
      let time = cell.quarter * SpendQuarter.milliseconds
      if !isRolling, !span.holds(time), !others.contains(where: { $0.holds(time) }) {
        let later = budget.bounds(at: time)
        keep(Span(start: later.start, end: later.end))
      }
      add(cell.nanoUSD, quarter: cell.quarter)
    }
    span.toldPercent = told(at: wall)
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
    let window = window
    var left = left(at: wall)
    var time: Int64?
    for cell in cells where window.contains(cell.quarter) {
      if time != nil, left >= nanoUSD { break }
      let (sum, overflow) = left.addingReportingOverflow(cell.nanoUSD)
      left = overflow ? .max : sum
      time = (cell.quarter + 1) * SpendQuarter.milliseconds + length
    }
    return time
  }

  // MARK: shares that are told

  /// The threshold that has been reached since it was last asked; nil: none.
  mutating func takeThreshold(at wall: Int64) -> Int64? {
    let reached = told(at: wall)
    guard reached > span.toldPercent else { return nil }
    span.toldPercent = reached
    return reached
  }

  /// Whether all of it is spent, or as good as that, and nobody has been told; asked when a request
  /// was refused.
  ///
  /// As good as spent is what is nearly so and has, when nothing is set aside, less left than
  /// `smallest`, the least that any request for the same models takes. That one request is too
  /// large says nothing of its budget.
  mutating func takeExhaustion(smallest: Int64, at wall: Int64) -> Bool {
    let rest = budget.definition.nanoUSD(at: wall) - spent
    guard span.toldPercent < 100, spent > 0,
      rest <= 0 || rest < smallest && percent(at: wall) >= Self.nearlyPercent
    else { return false }
    span.toldPercent = 100
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
