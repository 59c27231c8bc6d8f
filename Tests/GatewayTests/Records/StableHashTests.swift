import Testing

@testable import Gateway

@Suite("Hashes that are the same everywhere")
struct StableHashTests {
  @Test func hashesAreStable() {
    // Affinity must find the same key on every node and after every restart.
    #expect(StableHash.of("") == 0xC3817C016BA4FF30)
    #expect(StableHash.of("ada") == StableHash.of("ada"))
    #expect(StableHash.of("ada") != StableHash.of("adb"))
  }

  /// Neighbouring numbers do not share their low bits, by which shards are chosen.
  @Test func mixingSpreadsNeighbours() {
    let shards = Set((0..<64).map { StableHash.mix($0) % 64 })
    #expect(shards.count > 32)
  }
}
