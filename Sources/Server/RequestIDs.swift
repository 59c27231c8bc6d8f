/// Makes request ids: `req_` and 20 characters of base 32.
///
/// Not secret and not guess-proof; unique by a random seed for each loop (xoshiro256** by Blackman
/// and Vigna, 2018), since a system call a request would cost more than it gives.
struct RequestIDs {
  private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// - Parameter seed: 16 random bytes.
  init(seed: [UInt8]) {
    var words: [UInt64] = [0, 0]
    for (index, byte) in seed.prefix(16).enumerated() {
      words[index / 8] = words[index / 8] << 8 | UInt64(byte)
    }
    state = (words[0], words[1], words[0] ^ 0x9E37_79B9_7F4A_7C15, words[1] | 1)
    for _ in 0..<8 { _ = random() }
  }

  mutating func next() -> String {
    var (high, low) = (random(), random())
    return String(unsafeUninitializedCapacity: 24) { bytes in
      for (index, byte) in "req_".utf8.enumerated() { bytes[index] = byte }
      for index in 4..<24 {
        let digit = index < 14 ? high & 31 : low & 31
        if index < 14 { high >>= 5 } else { low >>= 5 }
        bytes[index] = Self.alphabet[Int(digit)]
      }
      return 24
    }
  }

  mutating func random() -> UInt64 {
    let product = state.1 &* 5
    let result = (product << 7 | product >> 57) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = state.3 << 45 | state.3 >> 19
    return result
  }
}
