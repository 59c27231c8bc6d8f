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
    #expect(line.delay(of: 3, usableKeys: 1, now: .at(1), spacing: Self.spacing) == .at(1.02))
    #expect(line.delay(of: nil, usableKeys: 1, now: .at(1), spacing: Self.spacing) == .at(1.03))
    #expect(line.delay(of: 1, usableKeys: 1, now: .at(1), spacing: Self.spacing) == nil)
    line.admitted(number: 1)
    #expect(line.delay(of: 2, usableKeys: 1, now: .at(1), spacing: Self.spacing) == .at(1.01))
    #expect(line.delay(of: 2, usableKeys: 1, now: .at(1.01), spacing: Self.spacing) == nil)
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
}
