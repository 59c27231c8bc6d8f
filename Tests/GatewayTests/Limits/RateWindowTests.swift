import Testing

@testable import Gateway

@Suite("Sliding windows")
struct RateWindowTests {
  static let minute: Int64 = 60_000

  /// Against an exact log of what was taken, with random amounts at random times.
  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8], [minute, 86_400_000])
  func neverHoldsMoreThanItsLimit(seed: UInt64, length: Int64) {
    var random = Seeded(state: seed)
    let limit = Int64.random(in: 1...2_000, using: &random)
    let most = Int64.random(in: 1...max(1, limit / 4), using: &random)
    let gap = Int64.random(in: 1...length / 50, using: &random)
    var window = RateWindow(lengthMilliseconds: length)
    var log: [(at: Int64, amount: Int64)] = []
    var oldest = 0
    var inWindow: Int64 = 0
    var now: Int64 = 0
    for _ in 0..<12_500 {
      now += Int64.random(in: 0...gap, using: &random)
      while oldest < log.count, log[oldest].at + length <= now {
        inWindow -= log[oldest].amount
        oldest += 1
      }
      let amount = Int64.random(in: 1...most, using: &random)
      let wait = window.wait(for: amount, max: limit, at: now)
      #expect(window.used >= inWindow, "seed \(seed): forgot something at \(now)")
      guard wait == 0 else { continue }
      window.take(amount, at: now)
      log.append((now, amount))
      inWindow += amount
      guard inWindow <= limit else {
        Issue.record("seed \(seed): \(inWindow) of \(limit) in \(length) ms before \(now)")
        return
      }
    }
  }

  @Test(arguments: [7, 60, 1_000, 50_000])
  func servesAlmostAllThatTheLimitAllows(limit: Int64) {
    var window = RateWindow(lengthMilliseconds: Self.minute)
    var taken: Int64 = 0
    let calls = limit * 2 * 20  // Twice the limit, for twenty minutes.
    for call in 0..<calls {
      let now = call * Self.minute / (limit * 2)
      guard window.wait(for: 1, max: limit, at: now) == 0 else { continue }
      window.take(1, at: now)
      taken += 1
    }
    #expect(taken <= limit * 20)
    #expect(Double(taken) >= 0.99 * Double(limit) * 20, "\(taken) of \(limit * 20)")
  }

  /// A client that is alone and comes back when it was told to is served.
  @Test(arguments: [11, 12, 13, 14])
  func keepsItsWordOnWaiting(seed: UInt64) {
    var random = Seeded(state: seed)
    var window = RateWindow(lengthMilliseconds: Self.minute)
    let limit: Int64 = 50
    var now: Int64 = 0
    for _ in 0..<20_000 {
      now += Int64.random(in: 0...900, using: &random)
      let amount = Int64.random(in: 1...limit, using: &random)
      var wait = window.wait(for: amount, max: limit, at: now)
      if wait > 0 {
        now += (wait + 999) / 1_000 * 1_000
        wait = window.wait(for: amount, max: limit, at: now)
      }
      guard wait == 0 else {
        Issue.record("seed \(seed): told to wait again at \(now)")
        return
      }
      window.take(amount, at: now)
    }
  }

  @Test func saysWhenItIsFree() {
    var window = RateWindow(lengthMilliseconds: Self.minute)
    window.take(3, at: 0)
    #expect(window.wait(for: 1, max: 3, at: 10_000) == 50_000)
    #expect(window.wait(for: 1, max: 3, at: 59_999) == 1)
    #expect(window.reset(at: 59_999) == 1)
    #expect(window.wait(for: 3, max: 3, at: 60_000) == 0)
    #expect(window.isEmpty && window.used == 0 && window.reset(at: 60_000) == 0)
  }

  @Test func takesBackWhatWasTakenAtATime() {
    var window = RateWindow(lengthMilliseconds: Self.minute)
    window.take(10, at: 0)
    window.take(20, at: 30_000)
    window.giveBack(4, takenAt: 0)
    #expect(window.used == 26)
    window.giveBack(1_000, takenAt: 30_000)
    #expect(window.used == 6)
    window.giveBack(5, takenAt: 15_000)
    #expect(window.used == 6)
    window.advance(to: 60_000)
    window.giveBack(5, takenAt: 0)
    #expect(window.used == 0)
  }

  @Test func bearsNonsense() {
    var window = RateWindow(lengthMilliseconds: Self.minute)
    for step in 0..<1_000 { window.take(.max, at: Int64(step) * 59) }
    window.take(.min, at: 59_000)
    #expect(window.used > 0)
    #expect(window.wait(for: 1, max: 1, at: 59_000) > 0)
    window.advance(to: 1_000_000)
    #expect(window.used == 0 && window.isEmpty)
  }
}
