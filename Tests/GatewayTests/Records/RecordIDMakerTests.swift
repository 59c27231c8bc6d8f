import Testing

@testable import Gateway

@Suite("Record ids")
struct RecordIDMakerTests {
  @Test func sortAsTheyWereMade() {
    var ids: [String] = []
    for now in [0, 1, 1_700_000_000_000, 1_700_000_000_001] as [Int64] {
      var maker = RecordIDMaker(nowMilliseconds: now, random: UInt64(now))
      for _ in 0..<100 { ids.append(maker.next(.key)) }
    }
    #expect(ids == ids.sorted())
    #expect(Set(ids).count == ids.count)
    #expect(ids.allSatisfy { $0.hasPrefix("key_") && $0.utf8.count == 26 })
  }

  @Test func differByChance() {
    var one = RecordIDMaker(nowMilliseconds: 5, random: 1)
    var other = RecordIDMaker(nowMilliseconds: 5, random: 2)
    #expect(one.next(.user) != other.next(.user))
  }
}
