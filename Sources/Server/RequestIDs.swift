/// Makes request ids: `req_`, 9 characters of time and 13 of chance, in base 32.
///
/// They sort as they were made, so that the ledger's index grows at its end (random ids cost a
/// request several times as much). Not secret and not guess-proof; unique by a random seed for
/// each loop (xoshiro256** by Blackman and Vigna, 2018), since a system call a request would cost
/// more than it gives.
struct RequestIDs {
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
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

  mutating func next(nowMilliseconds: Int64) -> String {
    var time = UInt64(bitPattern: max(0, nowMilliseconds))
    var chance = random()
    return String(unsafeUninitializedCapacity: 26) { bytes in
      for (index, byte) in "req_".utf8.enumerated() { bytes[index] = byte }
      for index in (4..<13).reversed() {
        bytes[index] = Self.alphabet[Int(time & 31)]
        time >>= 5
      }
      for index in 13..<26 {
        bytes[index] = Self.alphabet[Int(chance & 31)]
        chance >>= 5
      }
      return 26
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
