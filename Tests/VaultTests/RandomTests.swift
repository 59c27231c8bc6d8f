import Testing

@testable import Vault

@Suite("Random bytes and ids")
struct RandomTests {
  @Test func hasTheLengthAskedFor() {
    for count in [0, 1, 12, 32, 1_000] {
      #expect(Random.bytes(count).count == count)
      #expect(Random.id(count).utf8.count == count)
    }
    #expect(Random.key().count == 32)
  }

  @Test func idsUseTheWholeAlphabetEvenly() {
    var counts: [UInt8: Int] = [:]
    for byte in Random.id(64_000).utf8 {
      #expect(Base32.contains(byte))
      counts[byte, default: 0] += 1
    }
    #expect(counts.count == 32)
    // 2,000 of each are expected; 44 is one standard deviation.
    #expect(counts.values.allSatisfy { (1_700...2_300).contains($0) })
  }

  @Test func neverRepeats() {
    #expect(Random.bytes(32) != Random.bytes(32))
    #expect(Set((0..<10_000).map { _ in Random.id(16) }).count == 10_000)
  }
}
