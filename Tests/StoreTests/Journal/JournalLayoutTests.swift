import Testing

@testable import Store

@Suite("The layout of a ring")
struct JournalLayoutTests {
  @Test(arguments: [
    (0, 4), (1 << 20, 8), (16 << 20, 16), (256 << 20, 256), (4 << 30, 4_096), (64 << 30, 4_096),
  ])
  func slots(_ bytes: Int, count: Int) {
    let geometry = JournalLayout.Geometry(bytes: bytes)
    #expect(geometry.slotCount == count)
    #expect(geometry.slotBytes >= JournalLayout.slotBytesMin)
    #expect(geometry.slotBytes.isMultiple(of: 4_096))
    let surplus = geometry.fileBytes - JournalLayout.factsBytes - bytes
    #expect(surplus <= max(JournalLayout.slotBytesMin * 4, bytes / 100))
    #expect(
      JournalLayout.Geometry(
        slotBytes: UInt64(geometry.slotBytes), slotCount: UInt64(geometry.slotCount)) == geometry)
  }

  @Test func whatCannotBeOursIsNone() {
    for (bytes, count) in [
      (UInt64.max, UInt64(4)), (131_072, 3), (131_072, 4_097), (131_073, 4), (4_096, 4), (0, 0),
    ] {
      #expect(JournalLayout.Geometry(slotBytes: bytes, slotCount: count) == nil)
    }
  }

  @Test func noTwoPlacesHaveTheSameWord() {
    var words: Set<UInt64> = []
    for position in stride(from: Int64(0), to: 800_000, by: 8) {
      words.insert(JournalLayout.commitWord(secret: 1, position: position))
    }
    #expect(words.count == 100_000)
    #expect(!words.contains(0))
    #expect(
      JournalLayout.commitWord(secret: 2, position: 8)
        != JournalLayout.commitWord(secret: 1, position: 8))
  }

  @Test func everyFlippedBitShows() {
    let words: [UInt64] = [1, 0, .max, 0x1234_5678]
    func sum(_ words: [UInt64], _ kindAndLength: UInt32 = 7) -> UInt32 {
      words.withUnsafeBytes { raw in
        raw.baseAddress.map {
          JournalLayout.checksum($0, bytes: 32, commitWord: 9, kindAndLength: kindAndLength)
        } ?? 0
      }
    }
    let right = sum(words)
    for index in 0..<256 {
      var flipped = words
      flipped[index / 64] ^= 1 << UInt64(index % 64)
      #expect(sum(flipped) != right)
    }
    #expect(sum(words, 8) != right)
  }
}
