import Testing

@testable import Gateway

@Suite("What is left of a budget")
struct BudgetStateTests {
  static let hour: Int64 = 3_600_000
  static let day: Int64 = 24 * hour

  static func state(
    _ nanoUSD: Int64, _ period: BudgetDefinition.Period, isAligned: Bool = true,
    raises: [BudgetDefinition.Raise] = []
  ) -> BudgetState {
    BudgetState(
      Budget(
        definition: BudgetDefinition(
          nanoUSD: nanoUSD, period: period, isAligned: isAligned, raises: raises), zone: .utc),
      since: 1)
  }

  private func quarter(_ wall: Int64) -> Int64 { SpendQuarter.number(at: wall) }

  @Test func aPeriodOfTheCalendarBeginsAnew() {
    var state = Self.state(100, .day)
    state.advance(to: 10 * Self.hour)
    state.add(60, quarter: quarter(10 * Self.hour))
    #expect(state.left(at: 10 * Self.hour) == 40)
    state.reserve(30)
    #expect(state.left(at: 10 * Self.hour) == 10)
    #expect(state.resets(for: 50, at: 10 * Self.hour) == Self.day)
    state.advance(to: Self.day - 1)
    #expect(state.spent == 60)
    state.advance(to: Self.day)
    #expect(state.spent == 0 && state.reserved == 30)
    state.release(30)
    state.release(30)
    #expect(state.left(at: Self.day) == 100)
  }

  @Test func aRollingPeriodLosesAQuarterAtATime() {
    var state = Self.state(100, .hour, isAligned: false)
    state.advance(to: 0)
    state.add(40, quarter: 0)
    state.advance(to: 2 * 900_000)
    state.add(50, quarter: 2)
    #expect(state.left(at: 3 * 900_000) == 10)
    #expect(state.resets(for: 10, at: 3 * 900_000) == 900_000 + Self.hour)
    #expect(state.resets(for: 60, at: 3 * 900_000) == 3 * 900_000 + Self.hour)
    state.advance(to: 900_000 + Self.hour - 1)
    #expect(state.spent == 90)
    state.advance(to: 900_000 + Self.hour)
    #expect(state.spent == 50)
    state.add(5, quarter: 5)
    state.add(5, quarter: 4)
    state.advance(to: 3 * 900_000 + Self.hour)
    #expect(state.spent == 10)
    state.advance(to: 100 * Self.day)
    #expect(state.spent == 0)
  }

  /// Against all that was ever spent, with random amounts at random times.
  @Test(arguments: [31, 32, 33] as [UInt64], BudgetDefinition.Period.allCases)
  func countsWhatItsPeriodHolds(seed: UInt64, period: BudgetDefinition.Period) {
    for isAligned in [true, false] { check(seed, period, isAligned) }
  }

  private func check(_ seed: UInt64, _ period: BudgetDefinition.Period, _ isAligned: Bool) {
    var random = Seeded(state: seed)
    var state = Self.state(1_000_000, period, isAligned: isAligned)
    var log: [SpendCell] = []
    var wall: Int64 = 1_800_000_000_000
    for _ in 0..<300 {
      wall += Int64.random(in: 0...(2 * Self.hour), using: &random)
      let cell = SpendCell(
        quarter: quarter(wall), nanoUSD: Int64.random(in: 1...1_000, using: &random))
      state.advance(to: wall)
      state.add(cell.nanoUSD, quarter: cell.quarter)
      log.append(cell)
      let start = state.budget.bounds(at: wall).start
      let expected = log.reduce(Int64(0)) { sum, cell in
        let end = (cell.quarter + 1) * SpendQuarter.milliseconds
        return end > start ? sum + cell.nanoUSD : sum
      }
      var loaded = Self.state(1_000_000, period, isAligned: isAligned)
      loaded.load(log, at: wall)
      guard state.spent == expected, loaded.spent == expected else {
        Issue.record("seed \(seed): \(state.spent), \(loaded.spent) and not \(expected)")
        return
      }
    }
  }

  @Test func creditDoesNotComeBack() {
    var state = Self.state(100, .total)
    state.load([SpendCell(quarter: -1, nanoUSD: 30), SpendCell(quarter: 5, nanoUSD: 20)], at: 0)
    state.advance(to: 10_000 * Self.day)
    #expect(state.left(at: 0) == 50)
    #expect(state.resets(for: 60, at: 0) == nil)
    #expect(state.firstQuarter(at: 0) == .min)
  }

  @Test func aRaiseEnds() {
    let raise = BudgetDefinition.Raise(nanoUSD: 50, untilMilliseconds: 1_000)
    var state = Self.state(100, .day, raises: [raise])
    state.advance(to: 0)
    state.add(120, quarter: 0)
    #expect(state.left(at: 999) == 30)
    #expect(state.left(at: 1_000) == -20)
  }

  @Test func sharesAreToldOnce() {
    var state = Self.state(100, .day)
    state.advance(to: 0)
    var told: [Int64] = []
    for _ in 0..<12 {
      state.add(10, quarter: 0)
      if let percent = state.takeThreshold(at: 0) { told.append(percent) }
    }
    #expect(told == [50, 80, 100])
    // What a restart finds is not told again.
    var loaded = Self.state(100, .day)
    loaded.load([SpendCell(quarter: 0, nanoUSD: 85)], at: 0)
    let found = loaded.takeThreshold(at: 0)
    #expect(found == nil)
  }

  struct Refused: Sendable, CustomTestStringConvertible {
    let name: String
    var limit: Int64 = 1_000
    let spent: Int64
    var reserved: Int64 = 0
    /// What the least request takes.
    var smallest: Int64 = 30
    let isTold: Bool
    var testDescription: String { name }
  }

  /// A refusal tells that all is spent where nothing could be served any more, and never of a
  /// request that is too large.
  @Test(arguments: [
    Refused(name: "too large for an untouched one", spent: 0, isTold: false),
    Refused(name: "too large for the other half", spent: 600, isTold: false),
    Refused(name: "too large for the last fifth", spent: 800, isTold: false),
    Refused(name: "just enough for the least", spent: 970, isTold: false),
    Refused(name: "less than the least", spent: 971, isTold: true),
    Refused(name: "as good as nothing", spent: 999, isTold: true),
    Refused(name: "what is set aside is not spent", spent: 600, reserved: 400, isTold: false),
    Refused(name: "too little for a dear model", spent: 600, smallest: 900, isTold: false),
    Refused(name: "nearly spent, for a dear model", spent: 800, smallest: 900, isTold: true),
    Refused(name: "a least that nobody knows", spent: 999, smallest: 0, isTold: false),
    Refused(name: "a limit that was lowered", limit: 500, spent: 600, smallest: 0, isTold: true),
    Refused(name: "one that never had any", limit: 0, spent: 0, isTold: false),
  ])
  func aRefusalTellsOfWhatIsSpent(example: Refused) {
    var state = Self.state(1_000, .day)
    state.advance(to: 0)
    state.add(example.spent, quarter: 0)
    _ = state.takeThreshold(at: 0)
    state.reserve(example.reserved)
    state = state.changed(to: Self.state(example.limit, .day).budget)
    let isTold = state.takeExhaustion(smallest: example.smallest, at: 0)
    let isToldAgain = state.takeExhaustion(smallest: example.smallest, at: 0)
    #expect(isTold == example.isTold && !isToldAgain)
    // Told once, of the next period again; and what was no sign of it takes no later word away.
    state = state.changed(to: Self.state(1_000, .day).budget)
    let missing = [80, 100].filter { $0 > example.spent / 10 }
    var told: [Int64] = []
    for amount in [850 - example.spent, 200] {
      state.add(amount, quarter: 0)
      if let percent = state.takeThreshold(at: 0) { told.append(percent) }
    }
    #expect(told == (isTold ? [] : missing))
    state.advance(to: Self.day)
    state.add(1_000, quarter: 96)
    let reached = state.takeThreshold(at: Self.day)
    #expect(reached == 100)
  }

  struct Clock: Sendable, CustomTestStringConvertible {
    let name: String
    let period: BudgetDefinition.Period
    var isAligned = true
    /// When 60 are spent, and 25 by a clock that was set, and when it is looked at after that.
    let real: Int64
    let wrong: [Int64]
    let back: Int64
    let spent: Int64
    let resets: Int64?
    var testDescription: String { "\(name), \(period)\(isAligned ? "" : " rolling")" }
  }

  private static let ahead = 40 * day

  /// A clock that is set far away and back brings what was spent before back, and the period.
  @Test(arguments: [
    Clock(
      name: "40 days ahead and back", period: .day, real: hour, wrong: [ahead], back: 2 * hour,
      spent: 60, resets: day),
    Clock(
      name: "40 days ahead and back", period: .month, real: hour, wrong: [ahead], back: 2 * hour,
      spent: 60, resets: 31 * day),
    Clock(
      name: "40 days ahead and back", period: .week, real: hour, wrong: [ahead], back: 2 * hour,
      spent: 60, resets: 4 * day),
    Clock(
      name: "40 days ahead and back", period: .hour, real: 0, wrong: [ahead], back: hour - 1,
      spent: 60, resets: hour),
    Clock(
      name: "40 days ahead and back in the next hour", period: .hour, real: 0, wrong: [ahead],
      back: hour, spent: 0, resets: 2 * hour),
    Clock(
      name: "ahead for days", period: .month, real: hour,
      wrong: [ahead, ahead + day, ahead + 2 * day], back: 2 * day, spent: 60, resets: 31 * day),
    Clock(
      name: "ahead three times", period: .day, real: hour,
      wrong: [ahead, 2 * ahead, 3 * ahead], back: 2 * hour, spent: 60, resets: day),
    Clock(
      name: "back and right again", period: .day, real: ahead, wrong: [0], back: ahead + hour,
      spent: 60, resets: ahead + day),
    Clock(
      name: "a loop's that is late", period: .day, real: day, wrong: [day - 1], back: day,
      spent: 60, resets: 2 * day),
    Clock(
      name: "40 days ahead and back", period: .total, real: hour, wrong: [ahead], back: 2 * hour,
      spent: 85, resets: nil),
    Clock(
      name: "40 days ahead and back", period: .hour, isAligned: false, real: 0, wrong: [ahead],
      back: hour - 1, spent: 60, resets: hour + 900_000),
    Clock(
      name: "40 days ahead and back later", period: .hour, isAligned: false, real: 0,
      wrong: [ahead], back: hour + 900_000, spent: 0, resets: nil),
    Clock(
      name: "40 days ahead and back", period: .month, isAligned: false, real: hour,
      wrong: [ahead], back: 2 * hour, spent: 60, resets: 30 * day + hour + 900_000),
    Clock(
      name: "back and right again", period: .day, isAligned: false, real: ahead, wrong: [0],
      back: ahead + hour, spent: 60, resets: ahead + day + 900_000),
  ])
  func aClockThatIsSetAndComesBackChangesNothing(example: Clock) {
    var state = Self.state(100, example.period, isAligned: example.isAligned)
    var told: [Int64] = []
    func spend(_ amount: Int64, _ wall: Int64) {
      state.advance(to: wall)
      state.add(amount, quarter: quarter(wall))
      if let percent = state.takeThreshold(at: wall) { told.append(percent) }
    }
    spend(60, example.real)
    for wall in example.wrong { spend(example.period == .total ? 25 : 30, wall) }
    #expect(told.first == 50)
    told = []
    state.advance(to: example.back)
    #expect(state.spent == example.spent)
    #expect(state.left(at: example.back) == 100 - example.spent)
    #expect(state.resets(for: 0, at: example.back) == example.resets)
    // What was told before is not told again, and spending goes on counting.
    spend(1, example.back)
    #expect(state.spent == example.spent + 1 && told.isEmpty)
  }

  /// The clock is slow when the ledger is read: what it holds of later counts when that is there.
  @Test(arguments: BudgetDefinition.Period.allCases, [true, false])
  func whatIsKnownOfLaterCountsThen(period: BudgetDefinition.Period, isAligned: Bool) {
    let later = 400 * Self.day
    var state = Self.state(100, period, isAligned: isAligned)
    state.load([SpendCell(quarter: quarter(later), nanoUSD: 90)], at: 0)
    #expect(state.spent == (period == .total ? 90 : 0))
    state.advance(to: later + 1)
    #expect(state.spent == 90)
    let reached = state.takeThreshold(at: later + 1)
    #expect(reached == nil)
    // Read again, it counts once.
    state.load([SpendCell(quarter: quarter(later), nanoUSD: 90)], at: 0)
    state.load([SpendCell(quarter: quarter(later), nanoUSD: 90)], at: later + 1)
    #expect(state.spent == 90)
  }

  /// Cells do not become more than a period has quarters, whatever the clock does.
  @Test(arguments: [41, 42] as [UInt64])
  func aWildClockTakesNoMemory(seed: UInt64) {
    var random = Seeded(state: seed)
    var state = Self.state(1_000, .hour, isAligned: false)
    for _ in 0..<2_000 {
      let wall = Int64.random(in: 0...(400 * Self.day), using: &random)
      state.advance(to: wall)
      state.add(1, quarter: quarter(wall))
      if state.spent < 1 { Issue.record("seed \(seed): nothing is spent at \(wall)") }
    }
    #expect(state.cells.count <= 5)
  }

  /// Minute by minute in a zone of any offset: what is spent counts at once, what a period has does
  /// not change when the ledger is read again, and it ends when it says.
  @Test(
    arguments: [
      (.hour, 2_220), (.hour, -2_670), (.hour, 60), (.hour, -60), (.hour, 0), (.day, 20_220),
      (.day, 20_700), (.week, 2_670),
    ] as [(BudgetDefinition.Period, Int)])
  func nothingIsFreeInAnyZone(period: BudgetDefinition.Period, offset: Int) throws {
    let budget = Budget(
      definition: BudgetDefinition(nanoUSD: 1_000_000, period: period),
      zone: ZoneRules(offsetSeconds: offset))
    var state = BudgetState(budget, since: 1)
    var log: [SpendCell] = []
    var end: Int64 = .min
    for minute in Int64(0)..<(9 * 1_440) {
      let wall = minute * 60_000
      state.advance(to: wall)
      let before = state.spent
      state.add(1, quarter: quarter(wall))
      if log.last?.quarter != quarter(wall) {
        log.append(SpendCell(quarter: quarter(wall), nanoUSD: 0))
      }
      log[log.count - 1].nanoUSD += 1
      let hasEnded = end <= wall
      end = try #require(state.resets(for: 0, at: wall))
      var loaded = state
      if minute % 61 == 0 {
        loaded = BudgetState(budget, since: 1)
        loaded.load(log, at: wall)
      }
      guard state.spent == before + 1, (before == 0) == hasEnded, loaded.spent == state.spent,
        end > wall
      else {
        Issue.record("\(state.spent) and \(loaded.spent) at minute \(minute)")
        return
      }
    }
  }

  @Test func anotherAmountKeepsWhatIsSpent() {
    var state = Self.state(100, .day)
    state.advance(to: 0)
    state.add(60, quarter: 0)
    state.reserve(10)
    let changed = state.changed(to: Self.state(200, .day).budget)
    #expect(changed.left(at: 0) == 130)
  }
}
