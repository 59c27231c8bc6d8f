/// Writing what a receipt is made of: bytes, numbers and texts, into memory that is there already.
///
/// What does not fit fills the span, and the rest is dropped: whoever gives a byte more than may be
/// used sees by `isFull` that it was too little. An array that grows byte by byte asks at each
/// whether it is the only owner of its memory, which took longer than all else of a receipt.
extension OutputSpan<UInt8> {
  @inline(__always)
  mutating func put(_ byte: UInt8) { if !isFull { append(byte) } }

  /// LEB128 (protobuf.dev/programming-guides/encoding).
  @inline(__always)
  mutating func put(unsigned value: UInt64) {
    var rest = value
    while rest > 0x7F {
      put(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    put(UInt8(truncatingIfNeeded: rest))
  }

  /// LEB128 of the zigzag form, so that small numbers are short below zero too.
  @inline(__always)
  mutating func put(signed value: Int64) {
    put(unsigned: UInt64(bitPattern: (value << 1) ^ (value >> 63)))
  }

  /// The same form as that of an `Int64`, for what may be longer.
  mutating func put(signed value: Int128) {
    if let short = Int64(exactly: value) { return put(signed: short) }
    var rest = UInt128(bitPattern: (value << 1) ^ (value >> 127))
    while rest > 0x7F {
      put(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    put(UInt8(truncatingIfNeeded: rest))
  }

  /// The first `count` bytes of a text.
  @inline(__always)
  mutating func put(_ text: String, first count: Int) {
    let source = text.utf8.span
    let count = Swift.min(count, source.count, freeCapacity)
    unsafe source.withUnsafeBufferPointer { source in
      unsafe withUnsafeMutableBufferPointer { target, filled in
        guard let start = source.baseAddress, let base = target.baseAddress else { return }
        // As many bytes as both have, one behind what is filled: both counts are in the minimum.
        unsafe (base + filled).initialize(from: start, count: count)
        filled += count
      }
    }
  }

  /// Whether `count` bytes from `start` on are the first ones of `text`.
  func holds(_ text: String, first count: Int, at start: Int) -> Bool {
    let source = text.utf8.span
    guard source.count >= count, start + count <= self.count else { return false }
    for offset in 0..<count where self[start + offset] != source[offset] { return false }
    return true
  }
}

extension [UInt8] {
  /// Appends all that `write` writes, called again with more room until it fits.
  mutating func append(writing write: (inout OutputSpan<UInt8>) -> Void) {
    let start = count
    var room = 1_024
    while true {
      append(addingCapacity: room) { write(&$0) }
      guard count - start == room else { return }
      removeLast(room)
      room *= 4
    }
  }
}
