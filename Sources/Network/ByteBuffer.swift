/// Bytes received and not yet consumed, or queued and not yet sent.
///
/// One owner. Read it through `storage.span.extracting(readable)`; nothing is allocated until the
/// first byte, and `releaseIfEmpty` gives the memory back while a connection is idle.
package struct ByteBuffer: ~Copyable {
  /// The bytes at `readable` count; the others hold nothing of meaning.
  package private(set) var storage: [UInt8] = []
  private var head = 0
  private var tail = 0

  package init() {}

  package var count: Int { tail - head }
  package var isEmpty: Bool { head == tail }
  package var readable: Range<Int> { head..<tail }

  /// Lends the readable bytes, for as long as `body` runs.
  package borrowing func withSpan<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(storage.span.extracting(head..<tail))
  }

  package mutating func append(_ bytes: Span<UInt8>) {
    reserve(bytes.count)
    let start = tail
    bytes.withUnsafeBufferPointer { source in
      storage.withUnsafeMutableBytes { target in
        target[start..<(start + source.count)].copyBytes(from: UnsafeRawBufferPointer(source))
      }
    }
    tail += bytes.count
  }

  /// Drops bytes from the front.
  package mutating func consume(_ count: Int) {
    precondition(count >= 0 && count <= self.count, "consume \(count) of \(self.count)")
    head += count
    if head == tail { (head, tail) = (0, 0) }
  }

  package mutating func removeAll() { (head, tail) = (0, 0) }

  /// Gives the memory up if there is nothing in it, to the `pool` if there is one.
  package mutating func releaseIfEmpty(to pool: BufferPool? = nil) {
    guard isEmpty, !storage.isEmpty else { return }
    var piece: [UInt8] = []
    swap(&piece, &storage)
    (head, tail) = (0, 0)
    pool?.give(piece)
  }

  /// Lets `body` write behind the last byte; it returns how many it wrote, or a negative number.
  mutating func fill(
    _ room: Int, from pool: BufferPool? = nil, _ body: (UnsafeMutableRawBufferPointer) -> Int
  ) -> Int {
    if storage.isEmpty, room <= BufferPool.pieceBytes, let pool {
      storage = pool.take()
    } else {
      reserve(room)
    }
    let start = tail
    let count = storage.withUnsafeMutableBytes { body(.init(rebasing: $0[start...])) }
    if count > 0 { tail += count }
    return count
  }

  /// How many bytes fit behind the last one now.
  var roomBytes: Int { storage.count - tail }

  private mutating func reserve(_ extra: Int) {
    guard storage.count - tail < extra else { return }
    if head > 0, storage.count - count >= extra {
      let (from, length) = (head, count)
      storage.withUnsafeMutableBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        base.copyMemory(from: base + from, byteCount: length)
      }
      (head, tail) = (0, length)
      return
    }
    // What lies beyond `tail` is never read, so it need not be zeroed.
    let (needed, kept) = (count + extra, count)
    let capacity = max(needed, storage.count * 2, 2_048)
    let old = storage
    let from = head
    storage = [UInt8](unsafeUninitializedCapacity: capacity) { target, count in
      old.withUnsafeBytes { source in
        UnsafeMutableRawBufferPointer(target).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: source[from..<(from + kept)]))
      }
      count = capacity
    }
    (head, tail) = (0, kept)
  }
}
