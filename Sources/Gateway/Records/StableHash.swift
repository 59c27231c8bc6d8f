/// A hash that is the same in every process and on every node.
///
/// FNV-1a, finished by the mixer of SplitMix64 (Steele, Lea and Flood, 2014). Not for hostile
/// input in tables whose chains matter: a shard is a dictionary with a seed of its own.
package enum StableHash {
  package static func of(_ text: String) -> UInt64 {
    of(text.utf8Span.span)
  }

  static func of(_ bytes: Span<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in bytes.indices {
      hash = (hash ^ UInt64(bytes[index])) &* 0x0000_0100_0000_01B3
    }
    return mix(hash)
  }

  package static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value &+ 0x9E37_79B9_7F4A_7C15
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
