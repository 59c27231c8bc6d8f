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
    // A clock that is set back does not bring the day before back.
    state.advance(to: Self.day - 1)
    #expect(state.spent == 0)
    state.release(30)
    state.release(30)
    #expect(state.left(at: Self.day) == 100)
  }

  @Test func aRollingPeriodLosesAQuarterAtATime() {
    var state = Self.state(100, .hour, isAligned: false)
    state.advance(to: 0)
    state.add(40, quarter: 0)
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
    var isNew = state.takeExhaustion()
    #expect(!isNew)
    state.advance(to: Self.day)
    state.add(99, quarter: 96)
    let reached = state.takeThreshold(at: Self.day)
    isNew = state.takeExhaustion()
    let isNewAgain = state.takeExhaustion()
    #expect(reached == 80 && isNew && !isNewAgain)
    // A request that is too large for an untouched budget does not use it up.
    state.advance(to: 2 * Self.day)
    state.add(49, quarter: 192)
    isNew = state.takeExhaustion()
    #expect(!isNew)
    // What a restart finds is not told again.
    var loaded = Self.state(100, .day)
    loaded.load([SpendCell(quarter: 0, nanoUSD: 85)], at: 0)
    let found = loaded.takeThreshold(at: 0)
    #expect(found == nil)
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
