import Testing

@testable import Server

@Suite("Request ids")
struct RequestIDsTests {
  /// Crockford's base 32: no `i`, `l`, `o` or `u`.
  static let alphabet = Set("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  @Test func haveTheirFormAndAreUnique() {
    var ids = RequestIDs(seed: Array(1...16))
    var seen: Set<String> = []
    for _ in 0..<20_000 {
      let id = ids.next(nowMilliseconds: 1_800_000_000_000)
      #expect(id.utf8.count == 26)
      #expect(id.hasPrefix("req_"))
      let isBase32 = id.utf8.dropFirst(4).allSatisfy(Self.alphabet.contains)
      #expect(isBase32)
      seen.insert(id)
    }
    #expect(seen.count == 20_000)
  }

  @Test func sortAsTheyWereMade() {
    var ids = RequestIDs(seed: Array(1...16))
    let times: [Int64] = [0, 1, 31, 32, 1_799_999_999_999, 1_800_000_000_000, 9_999_999_999_999]
    let made = times.map { ids.next(nowMilliseconds: $0) }
    #expect(made == made.sorted())
    #expect(Set(made).count == times.count)
  }

  /// Loops draw their own seeds; even neighbours must not meet within one millisecond.
  @Test func differFromSeedToSeed() {
    var one = RequestIDs(seed: [UInt8](repeating: 0, count: 16))
    var other = RequestIDs(seed: [UInt8](repeating: 0, count: 15) + [1])
    let first = Set((0..<1_000).map { _ in one.next(nowMilliseconds: 7) })
    let second = Set((0..<1_000).map { _ in other.next(nowMilliseconds: 7) })
    #expect(first.isDisjoint(with: second))
  }

  @Test func aShortSeedAndAClockBeforeItsEpochAreNoTraps() {
    var ids = RequestIDs(seed: [])
    #expect(ids.next(nowMilliseconds: -1) != ids.next(nowMilliseconds: .min))
  }
}
