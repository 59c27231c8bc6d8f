import Testing

@testable import Gateway

@Suite("Lanes: weighted round robin and affinity")
struct LaneTests {
  func lane(weights: [Int]) throws -> (Lane, [Key]) {
    let keys = try weights.enumerated().map { index, weight in
      try RosterTests.key("key-\(index)", weight: weight)
    }
    return (Lane(level: 1, model: "m", range: 0..<keys.count, keys: keys), keys)
  }

  @Test func equalKeysTakeTurns() throws {
    var (lane, _) = try lane(weights: [1, 1, 1])
    var order: [Int] = []
    for _ in 0..<6 {
      let index = try #require(lane.next(now: .at(0), stamp: 1)?.index)
      lane.chose(index, inTurn: true)
      order.append(index)
    }
    #expect(order == [0, 1, 2, 0, 1, 2])
  }

  /// After any number of choices each key has had its share, to within one turn.
  @Test(arguments: [21, 22, 23, 24, 25] as [UInt64])
  func weightsAreKept(seed: UInt64) throws {
    var random = Seeded(state: seed)
    let weights = (0..<Int.random(in: 1...20, using: &random)).map { _ in
      Int.random(in: 1...50, using: &random)
    }
    var (lane, _) = try lane(weights: weights)
    var counts = [Int](repeating: 0, count: weights.count)
    let total = weights.reduce(0, +)
    for turn in 1...3_000 {
      let index = try #require(lane.next(now: .at(0), stamp: 1)?.index)
      lane.chose(index, inTurn: true)
      counts[index] += 1
      for (place, weight) in weights.enumerated() {
        let ideal = Double(turn * weight) / Double(total)
        #expect(
          abs(Double(counts[place]) - ideal) <= 1.01 + Double(weights.count) / 2, "seed \(seed)")
      }
    }
    for (place, weight) in weights.enumerated() {
      let ideal = Double(3_000 * weight) / Double(total)
      #expect(abs(Double(counts[place]) - ideal) <= 2, "seed \(seed), weights \(weights)")
    }
  }

  @Test func aKeyThatComesBackTakesItsTurnOnly() throws {
    var (lane, _) = try lane(weights: [1, 1])
    lane.entries[0].blockedUntil = .at(10)
    for _ in 0..<100 {
      let index = try #require(lane.next(now: .at(5), stamp: 1)?.index)
      #expect(index == 1)
      lane.chose(index, inTurn: true)
    }
    var counts = [0, 0]
    for _ in 0..<10 {
      let index = try #require(lane.next(now: .at(10), stamp: 1)?.index)
      lane.chose(index, inTurn: true)
      counts[index] += 1
    }
    #expect(counts == [6, 4], "its turn and the tie")
  }

  @Test func whoIsExcludedOrBlockedIsNotChosen() throws {
    var (lane, _) = try lane(weights: [1, 1, 1])
    lane.entries[0].excludedBy = 7
    lane.entries[1].blockedUntil = .distantFuture
    #expect(lane.next(now: .at(0), stamp: 7)?.index == 2)
    #expect(lane.next(for: 5, now: .at(0), stamp: 7)?.index == 2)
    lane.entries[2].blockedUntil = .at(3)
    #expect(lane.next(now: .at(0), stamp: 7)?.index == nil)
    #expect(lane.next(for: 5, now: .at(0), stamp: 7)?.index == nil)
    #expect(lane.next(now: .at(0), stamp: 8)?.index == 0)
    #expect(lane.usableCount(now: .at(3)) == 2)
  }

  @Test func doubtfulKeysComeLast() throws {
    var (lane, _) = try lane(weights: [1, 1])
    lane.entries[0].doubtUntil = .at(9)
    for user in 0..<20 as Range<UInt64> {
      #expect(lane.next(for: user, now: .at(0), stamp: 1)?.index == 1)
    }
    #expect(lane.next(now: .at(0), stamp: 1)?.index == 1)
    lane.entries[1].excludedBy = 1
    #expect(lane.next(now: .at(0), stamp: 1)?.index == 0)
    #expect(lane.next(for: 3, now: .at(0), stamp: 1)?.index == 0)
  }

  @Test func affinityKeepsAUserOnOneKey() throws {
    var (lane, _) = try lane(weights: [1, 1, 1, 1])
    var moved = 0
    for user in 0..<400 as Range<UInt64> {
      let hash = StableHash.mix(user)
      let home = try #require(lane.next(for: hash, now: .at(0), stamp: 1)?.index)
      lane.chose(home, inTurn: false)
      #expect(lane.next(for: hash, now: .at(0), stamp: 1)?.index == home)
      // Another key's rest does not move the user; its own does, and only for as long.
      let rested = (home + 1) % 4
      lane.entries[rested].blockedUntil = .at(5)
      #expect(lane.next(for: hash, now: .at(0), stamp: 1)?.index == home)
      lane.entries[home].blockedUntil = .at(5)
      #expect(lane.next(for: hash, now: .at(0), stamp: 1)?.index != home)
      #expect(lane.next(for: hash, now: .at(5), stamp: 1)?.index == home)
      lane.entries[home].blockedUntil = .distantPast
      lane.entries[rested].blockedUntil = .distantPast
      moved += 1
    }
    #expect(moved == 400)
  }

  /// Users fall on keys in proportion to the weights.
  @Test func affinityHonoursWeights() throws {
    let weights = [1, 2, 5, 12]
    let (lane, _) = try lane(weights: weights)
    var counts = [0, 0, 0, 0]
    for user in 0..<20_000 as Range<UInt64> {
      let place = try #require(
        lane.next(for: StableHash.mix(user), now: .at(0), stamp: 1)?.index)
      counts[place] += 1
    }
    for (count, weight) in zip(counts, weights) {
      let ideal = 1_000 * weight
      #expect(abs(count - ideal) < ideal / 10 + 60, "\(counts)")
    }
  }

  @Test func affinityDoesNotSpoilTheTurnsOfOthers() throws {
    var (lane, _) = try lane(weights: [1, 1, 1])
    var counts = [0, 0, 0]
    for _ in 0..<300 {
      lane.chose(0, inTurn: false)
      let index = try #require(lane.next(now: .at(0), stamp: 1)?.index)
      lane.chose(index, inTurn: true)
      counts[index] += 1
    }
    // The first key has its load from affinity; the other two share the rest evenly.
    #expect(counts[0] < 10 && abs(counts[1] - counts[2]) <= 1, "\(counts)")
  }

  @Test func anotherModelGoesOnWithTheTurns() throws {
    var (first, keys) = try lane(weights: [1, 1, 1])
    first.chose(0, inTurn: true)
    var second = Lane(level: 1, model: "n", range: 0..<3, keys: keys)
    second.continueTurns(of: first)
    #expect(second.next(now: .at(0), stamp: 1)?.index == 1)
  }

  // MARK: - Failing keys

  /// What is known of a key that fails and is in doubt until a second.
  static func failing(until second: Double, rest: Double = 0) -> KeyHealth.Rest {
    KeyHealth.Rest(blockedUntil: .at(rest), doubtUntil: .at(second), isFailing: true)
  }

  /// A lane of equal keys, of which some fail, with their doubt over at a second.
  func lane(count: Int, failing: [Int: Double]) throws -> Lane {
    var (lane, _) = try lane(weights: Array(repeating: 1, count: count))
    for (index, second) in failing { lane.refresh(index, of: Self.failing(until: second)) }
    return lane
  }

  @Test func failingKeysComeAfterGoodOnesAndBeforeDoubtfulOnes() throws {
    var lane = try lane(count: 3, failing: [0: 1, 1: 9])
    #expect(lane.failingCount == 2)
    for user in 0..<20 as Range<UInt64> {
      #expect(lane.next(for: user, now: .at(2), stamp: 1)?.index == 2)
    }
    #expect(lane.next(now: .at(2), stamp: 1) == Turn(index: 2))
    lane.entries[2].excludedBy = 1
    #expect(lane.next(now: .at(2), stamp: 1) == Turn(index: 0))
    #expect(lane.next(for: 3, now: .at(2), stamp: 1) == Turn(index: 0, isInTurn: false))
    lane.entries[0].excludedBy = 1
    #expect(lane.next(now: .at(2), stamp: 1) == Turn(index: 1))
  }

  /// Its turn has come when it has rested for a while; the user's own key is its turn at any time.
  @Test func aFailingKeyIsTriedInItsTurn() throws {
    var lane = try lane(count: 3, failing: [1: 5])
    var order: [Turn] = []
    for second in [4.0, 4, 5, 5, 5] {
      let mayTry = lane.hasTrialDue(now: .at(second))
      let turn = try #require(lane.next(now: .at(second), stamp: 1, mayTry: mayTry))
      order.append(turn)
      lane.chose(turn.index, inTurn: true)
      if turn.isTrial { lane.refresh(turn.index, of: Self.failing(until: 9)) }
    }
    #expect(
      order == [
        Turn(index: 0), Turn(index: 2), Turn(index: 1, isTrial: true), Turn(index: 0),
        Turn(index: 2),
      ])
    let users = (0..<30 as Range<UInt64>).map { StableHash.mix($0) }
    let healthy = try self.lane(count: 3, failing: [:])
    for user in users {
      let home = healthy.next(for: user, now: .at(9), stamp: 1)?.index
      let turn = try #require(lane.next(for: user, now: .at(9), stamp: 1, mayTry: true))
      #expect(turn.index == home && turn.isTrial == (home == 1) && !turn.isInTurn)
      #expect(lane.next(for: user, now: .at(9), stamp: 1)?.index != 1)
    }
  }

  /// With nothing better at hand a failing key is no trial.
  @Test func aloneItIsNoTrial() throws {
    let lane = try lane(count: 2, failing: [0: 1, 1: 1])
    #expect(lane.next(now: .at(2), stamp: 1, mayTry: true) == Turn(index: 0))
  }

  @Test func knowsWhenATrialIsDue() throws {
    var lane = try lane(count: 3, failing: [:])
    func dues(_ seconds: [Double]) -> [Bool] {
      seconds.map { lane.hasTrialDue(now: .at($0)) }
    }
    #expect(dues([0]) == [false])
    lane.refresh(0, of: Self.failing(until: 3))
    lane.refresh(1, of: Self.failing(until: 2, rest: 8))
    #expect(dues([2.9, 3]) == [false, true])
    lane.refresh(0, of: Self.failing(until: 20))
    #expect(dues([7.9, 8]) == [false, true])
    for index in 0..<2 {
      lane.refresh(
        index,
        of: KeyHealth.Rest(
          blockedUntil: .distantPast, doubtUntil: .distantPast, isFailing: false))
    }
    #expect(lane.failingCount == 0 && dues([99]) == [false])
  }
}
