import Testing

@testable import Network

@Suite("Room that buffers use in turn")
struct BufferPoolTests {
  @Test func whatIsGivenBackIsUsedAgain() {
    let pool = BufferPool()
    var buffer = ByteBuffer()
    for byte in UInt8(1)...3 {
      let count = buffer.fill(4_096, from: pool) { bytes in
        bytes.copyBytes(from: [byte, byte])
        return 2
      }
      #expect(count == 2 && pool.pieceCount == 0)
      #expect(Array(buffer.storage[buffer.readable]) == [byte, byte])
      buffer.releaseIfEmpty(to: pool)
      #expect(pool.pieceCount == 0)
      buffer.consume(2)
      buffer.releaseIfEmpty(to: pool)
      #expect(pool.pieceCount == 1)
      buffer.releaseIfEmpty(to: pool)
      #expect(pool.pieceCount == 1)
    }
  }

  @Test func keepsPiecesOfItsSizeAndNotMoreThanItsShare() {
    let pool = BufferPool()
    pool.give([UInt8](repeating: 0, count: 4_095))
    pool.give([UInt8](repeating: 0, count: 65_536))
    pool.give([])
    #expect(pool.pieceCount == 0)
    for _ in 0..<100 { pool.give([UInt8](repeating: 0, count: 4_096)) }
    #expect(pool.pieceCount == 64)
    #expect(pool.take().count == 4_096)
    #expect(pool.pieceCount == 63)
  }

  /// A buffer that grew past a piece, or holds bytes, takes nothing of the pool.
  @Test func whatIsInUseOrLargeStaysOut() {
    let pool = BufferPool()
    pool.give([UInt8](repeating: 9, count: 4_096))
    var large = ByteBuffer()
    _ = large.fill(65_536, from: pool) { _ in 1 }
    #expect(pool.pieceCount == 1)
    var held = ByteBuffer()
    _ = held.fill(10, from: pool) { bytes in
      bytes[0] = 7
      return 1
    }
    #expect(pool.pieceCount == 0)
    _ = held.fill(4_096, from: pool) { bytes in
      bytes[0] = 8
      return 1
    }
    #expect(Array(held.storage[held.readable]) == [7, 8])
  }
}
