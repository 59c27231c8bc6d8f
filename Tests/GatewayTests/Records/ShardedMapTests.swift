import Testing

@testable import Gateway

@Suite("Sharded maps")
struct ShardedMapTests {
  /// The same as a plain dictionary, whatever is done to it.
  @Test(arguments: [1, 2, 3] as [UInt64])
  func behavesAsADictionary(seed: UInt64) {
    var random = Seeded(state: seed)
    var map = ShardedMap<String, Int>()
    var plain: [String: Int] = [:]
    for _ in 0..<5_000 {
      let key = "id\(Int.random(in: 0..<800, using: &random))"
      let value = Bool.random(using: &random) ? Int.random(in: 0..<9, using: &random) : nil
      map[key] = value
      plain[key] = value
    }
    #expect(map.count == plain.count)
    for number in 0..<800 { #expect(map["id\(number)"] == plain["id\(number)"]) }
    var seen: [String: Int] = [:]
    map.forEachEntry { seen[$0] = $1 }
    #expect(seen == plain)
    #expect(map.values.count == plain.count)
  }

  @Test func aCopyKeepsItsEntries() {
    var map = ShardedMap<String, Int>()
    map["a"] = 1
    let copy = map
    map["a"] = 2
    map["b"] = 3
    #expect(copy["a"] == 1 && copy["b"] == nil && copy.count == 1)
  }
}
