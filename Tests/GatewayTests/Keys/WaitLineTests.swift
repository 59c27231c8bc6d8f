import Testing

@testable import Gateway

@Suite("Lines of waiting requests")
struct WaitLineTests {
  static let spacing = Duration.milliseconds(10)

  func line(_ count: UInt64, deadline: Double = 100) -> WaitLine {
    var line = WaitLine()
    for number in 1...count { line.join(number: number, deadline: .at(deadline)) }
    return line
  }

  @Test func letsTheFirstGoFirst() {
    var line = line(3)
    #expect(line.delay(of: 2, usableKeys: 1, now: .at(1), spacing: Self.spacing) == .at(1.01))
    #expect(line.delay(of: 3, usableKeys: 1, now: .at(1), spacing: Self.spacing) == .at(1.01))
    #expect(line.delay(of: nil, usableKeys: 1, now: .at(1), spacing: Self.spacing) == .at(1.02))
    #expect(line.delay(of: 1, usableKeys: 1, now: .at(1), spacing: Self.spacing) == nil)
    line.admitted(number: 1)
    #expect(line.delay(of: 2, usableKeys: 1, now: .at(1), spacing: Self.spacing) == .at(1.01))
    #expect(line.delay(of: 2, usableKeys: 1, now: .at(1.01), spacing: Self.spacing) == nil)
  }

  @Test func batchesGrowUntilKeysRestAgain() {
    var line = line(100)
    var gone: [Int] = []
    for batch in 0..<4 {
      let now = Moment.at(1 + Double(batch) / 100)
      var count = 0
      while let next = (1...100).first(where: { line.holds($0) }),
        line.delay(of: next, usableKeys: 2, now: now, spacing: Self.spacing) == nil
      {
        line.admitted(number: next)
        count += 1
      }
      gone.append(count)
      if batch == 2 { line.restart() }
    }
    #expect(gone == [2, 4, 8, 2])
    // The batches to come are foreseen: 84 are left, and 4, 8, 16, 32 and 64 will go.
    let last = line.delay(of: nil, usableKeys: 2, now: .at(1.03), spacing: Self.spacing)
    #expect(last == .at(1.08))
  }

  @Test func letsGoAsManyAsThereAreKeys() {
    var line = line(5)
    for number in 1...3 as ClosedRange<UInt64> {
      #expect(line.delay(of: number, usableKeys: 3, now: .at(1), spacing: Self.spacing) == nil)
    }
    #expect(line.delay(of: 4, usableKeys: 3, now: .at(1), spacing: Self.spacing) == .at(1.01))
  }

  @Test func forgetsWhoLeftAndWhoseTimeIsUp() {
    var line = line(2)
    line.leave(number: 1)
    #expect(!line.holds(1) && line.holds(2))
    #expect(line.delay(of: 2, usableKeys: 1, now: .at(1), spacing: Self.spacing) == nil)
    var old = self.line(2, deadline: 5)
    #expect(old.delay(of: nil, usableKeys: 1, now: .at(5.1), spacing: Self.spacing) == nil)
    #expect(old.isEmpty)
  }

  @Test func anEmptyLineHoldsNobodyUp() {
    var line = WaitLine()
    #expect(line.delay(of: nil, usableKeys: 1, now: .at(1), spacing: Self.spacing) == nil)
  }

  /// Who was let go and has to wait again stands where it stood.
  @Test func whoComesBackHasItsOldPlace() {
    var line = WaitLine()
    for number in 1...4 { line.join(number: UInt64(number), deadline: .at(100)) }
    line.admitted(number: 1)
    line.admitted(number: 2)
    line.join(number: 1, deadline: .at(100))
    line.join(number: 1, deadline: .at(100))
    #expect(line.count == 3)
    #expect(line.delay(of: 1, usableKeys: 1, now: .at(1), spacing: .seconds(1)) == nil)
    #expect(line.delay(of: 3, usableKeys: 1, now: .at(1), spacing: .seconds(1)) != nil)
    line.join(number: 2, deadline: .at(100))
    line.leave(number: 1)
    #expect(line.delay(of: 2, usableKeys: 1, now: .at(1), spacing: .seconds(1)) == nil)
    #expect(line.delay(of: 4, usableKeys: 1, now: .at(1), spacing: .seconds(1)) != nil)
  }

  /// One who keeps asking nothing is passed only when its time to look has come.
  @Test func whoSleepsIsNotPassed() {
    var line = WaitLine()
    line.join(number: 1, deadline: .at(100), looksAt: .at(1.5))
    line.join(number: 2, deadline: .at(100))
    #expect(line.delay(of: 2, usableKeys: 5, now: .at(1), spacing: Self.spacing) == .at(1.5))
    #expect(line.delay(of: nil, usableKeys: 5, now: .at(1), spacing: Self.spacing) == .at(1.5))
    // It looks again, and has a new time; and its place is its own.
    line.join(number: 1, deadline: .at(100), looksAt: .at(1.6))
    line.join(number: 2, deadline: .at(100), looksAt: .at(1.7))
    #expect(line.count == 2)
    #expect(line.delay(of: 2, usableKeys: 5, now: .at(1.5), spacing: Self.spacing) == .at(1.6))
    #expect(line.delay(of: 1, usableKeys: 5, now: .at(1.5), spacing: Self.spacing) == nil)
    line.admitted(number: 1)
    #expect(line.delay(of: 2, usableKeys: 5, now: .at(1.5), spacing: Self.spacing) == nil)
    #expect(line.delay(of: nil, usableKeys: 5, now: .at(1.7), spacing: Self.spacing) == nil)
  }
}
