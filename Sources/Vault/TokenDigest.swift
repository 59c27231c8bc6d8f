import COpenSSL

/// What is kept of a token: 32 bytes from which the token cannot be found.
///
/// Equality takes the same time wherever two digests differ.
package struct TokenDigest: Hashable, Sendable {
  private let words: (UInt64, UInt64, UInt64, UInt64)

  private init(_ words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

  /// - Returns: Nil unless there are 32 bytes.
  package init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var words: [UInt64] = [0, 0, 0, 0]
    for (index, byte) in bytes.enumerated() {
      words[index / 8] = words[index / 8] << 8 | UInt64(byte)
    }
    self.init((words[0], words[1], words[2], words[3]))
  }

  fileprivate init(hashing fill: (UnsafeMutablePointer<UInt8>) -> Void) {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
    withUnsafeMutableBytes(of: &words) { raw in
      let bytes = raw.bindMemory(to: UInt8.self)
      if let start = bytes.baseAddress { fill(start) }
    }
    self.init((words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian))
  }

  /// Big-endian, in order: for whoever keeps a digest in a form of its own.
  package var bigEndianWords: (UInt64, UInt64, UInt64, UInt64) { words }

  package var bytes: [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(32)
    for word in [words.0, words.1, words.2, words.3] {
      for shift in stride(from: UInt64(56), through: 0, by: -8) {
        out.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return out
  }

  package static func == (left: TokenDigest, right: TokenDigest) -> Bool {
    (left.words.0 ^ right.words.0) | (left.words.1 ^ right.words.1)
      | (left.words.2 ^ right.words.2) | (left.words.3 ^ right.words.3) == 0
  }

  /// A digest is random already: one word of it is as good as any hash.
  package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

/// Makes token digests: HMAC-SHA-256 under a key of the keyring (RFC 2104).
///
/// The states after the padded key are computed once, so that a token of 60 bytes costs three
/// SHA-256 blocks and no allocation. Shared by all loops and alive as long as the process: these
/// states, which are as good as the key, are not wiped.
package struct TokenDigester: Sendable {
  private let inner: SHA256_CTX
  private let outer: SHA256_CTX

  package init(key: Secret) {
    precondition(key.count <= Int(SHA256_CBLOCK), "a longer key would have to be hashed first")
    (inner, outer) = key.withBytes { bytes in
      let start = bytes.bindMemory(to: UInt8.self).baseAddress
      var inner = SHA256_CTX()
      var outer = SHA256_CTX()
      copenssl_hmac_sha256_state(&inner, start, bytes.count, 0x36)
      copenssl_hmac_sha256_state(&outer, start, bytes.count, 0x5C)
      return (inner, outer)
    }
  }

  package func digest(_ token: Span<UInt8>) -> TokenDigest {
    token.withUnsafeBytes { bytes in
      withUnsafePointer(to: inner) { inner in
        withUnsafePointer(to: outer) { outer in
          TokenDigest { copenssl_hmac_sha256(inner, outer, bytes.baseAddress, bytes.count, $0) }
        }
      }
    }
  }

  package func digest(_ token: [UInt8]) -> TokenDigest { digest(token.span) }

  package func digest(_ token: String) -> TokenDigest { digest(Array(token.utf8)) }
}
