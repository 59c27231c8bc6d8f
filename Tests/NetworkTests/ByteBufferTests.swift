import Testing

@testable import Network

@Suite("Byte buffer")
struct ByteBufferTests {
  /// Random appends and takes give the bytes back in order, whatever moves inside.
  @Test(arguments: [UInt64(1), 2, 3, 4])
  func isAQueueOfBytes(_ seed: UInt64) {
    var random = Xorshift(state: seed)
    var buffer = ByteBuffer()
    var model: [UInt8] = []
    for step in 0..<2_000 {
      if random.next() % 2 == 0 {
        let bytes = (0..<Int(random.next() % 3_000)).map { UInt8(truncatingIfNeeded: $0 ^ step) }
        buffer.append(bytes.span)
        model += bytes
      } else {
        let count = Int(random.next() % UInt64(model.count + 1))
        buffer.consume(count)
        model.removeFirst(count)
        if random.next() % 8 == 0 { buffer.releaseIfEmpty() }
      }
      #expect(buffer.count == model.count)
      #expect(Array(buffer.storage[buffer.readable]) == model, "seed \(seed), step \(step)")
    }
  }
}

struct Xorshift {
  var state: UInt64
  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}
