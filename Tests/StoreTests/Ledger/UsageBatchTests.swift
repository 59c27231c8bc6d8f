import Testing

@testable import Store

@Suite("What rows add to the roll-ups")
struct UsageBatchTests {
  private typealias Place = UsageBatch.Place

  private static let count = UsageCells.amounts.count
  private static let hour = UsageCells.hourMilliseconds

  /// Rows of any place, in transactions that are committed, stored or taken back: what there is to
  /// be stored is what was committed since the last time, with what the one under way has added.
  @Test(arguments: 0..<4)
  func itIsWhatWasAddedAndNotStored(seed: UInt64) {
    var chance = SeededChance(state: seed)
    var batch = UsageBatch()
    var waiting: [Place: [Int64]] = [:]
    var rows = 0
    var found: [Place: (index: Int, generation: Int)] = [:]
    for step in 0..<300 {
      // Now and then so many places that they are given up once they are empty.
      let subjects: Int64 = step == 150 ? 9_000 : 5
      var all = waiting
      let count = subjects > 5 ? 6_000 : Int.random(in: 0...20, using: &chance)
      for _ in 0..<count {
        let place = Place(
          start: Self.hour * .random(in: 0..<3, using: &chance),
          subject: .random(in: 0..<subjects, using: &chance))
        let amounts = (0..<Self.count).map { _ in Int64.random(in: -3...9, using: &chance) }
        if found[place]?.generation != batch.generation {
          found[place] = (batch.index(of: place), batch.generation)
        }
        guard let index = found[place]?.index else { return }
        #expect(batch.index(of: place) == index)
        batch.add(at: index) { sums in for amount in amounts { sums.add(amount) } }
        all[place] = zip(all[place] ?? amounts.map { _ in 0 }, amounts).map { $0 + $1 }
      }
      let sums = batch.sums()
      #expect(
        Dictionary(uniqueKeysWithValues: sums.map { ($0.place, $0.amounts) }) == all,
        "seed \(seed), step \(step)")
      #expect(sums.map(\.place) == sums.map(\.place).sorted())
      switch Int.random(in: 0..<4, using: &chance) {
      case 0: batch.rollBack()
      case 1:
        batch.commit(isStored: true)
        (waiting, rows) = ([:], 0)
      default:
        batch.commit(isStored: false)
        (waiting, rows) = (all, rows + count)
      }
      #expect(batch.waitingRows == rows, "seed \(seed), step \(step)")
    }
    #expect(batch.generation > 1, "seed \(seed): no places were given up")
  }

  @Test func aSumStaysWithin64Bits() {
    var batch = UsageBatch()
    let index = batch.index(of: Place(start: 0, subject: 1))
    for _ in 0..<2 {
      for _ in 0..<2 {
        batch.add(at: index) { sums in
          sums.add(.max)
          sums.add(-.max)
          sums.add(1)
        }
      }
      batch.commit(isStored: false)
    }
    #expect(batch.sums().map { Array($0.amounts.prefix(4)) } == [[.max, -.max, 4, 0]])
  }

  @Test func hoursComeTogetherByTheDay() {
    func sums(
      _ start: Int64, _ subject: Int64, _ amount: Int64
    ) -> (
      place: UsageBatch.Place, amounts: [Int64]
    ) {
      (UsageBatch.Place(start: start, subject: subject), [amount, .max - 9])
    }
    let day = UsageCells.dayMilliseconds
    let days = UsageBatch.days(of: [
      sums(0, 1, 1), sums(0, 2, 2), sums(Self.hour, 1, 3), sums(day - Self.hour, 1, 4),
      sums(day, 1, 5),
    ])
    #expect(days.map(\.place.start) == [0, 0, day])
    #expect(days.map(\.place.subject) == [1, 2, 1])
    #expect(days.map(\.amounts) == [[8, .max], [2, .max - 9], [5, .max - 9]])
  }
}
