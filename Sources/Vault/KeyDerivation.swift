import COpenSSL

/// HKDF with SHA-256 (RFC 5869).
package enum HKDF {
  /// - Parameters:
  ///   - secret: The input keying material.
  ///   - salt: Need not be secret; empty is as RFC 5869 has it, 32 zero bytes.
  ///   - info: What the result is for, so that two uses never get the same key.
  ///   - count: Bytes wanted, at most 255 × 32.
  /// - Returns: The derived key.
  /// - Throws: `VaultError.openSSL`.
  package static func sha256(
    _ secret: Secret, salt: [UInt8] = [], info: [UInt8], count: Int
  ) throws(VaultError) -> Secret {
    precondition(count > 0 && count <= 255 * 32)
    var pseudorandomKey = try hmacSHA256(key: salt, secret)
    defer { wipe(&pseudorandomKey) }
    var output: [UInt8] = []
    var block: [UInt8] = []
    defer {
      wipe(&output)
      wipe(&block)
    }
    var number: UInt8 = 1
    while output.count < count {
      var message = block + info + [number]
      block = try hmacSHA256(key: pseudorandomKey, message)
      wipe(&message)
      output += block
      number &+= 1
    }
    return Secret(Array(output.prefix(count)))
  }

  /// As above, for a use that is named by a constant text.
  package static func sha256(
    _ secret: Secret, info: StaticString, count: Int = 32
  ) throws(VaultError) -> Secret {
    try sha256(secret, info: Array(info.description.utf8), count: count)
  }
}

/// HMAC with SHA-256 (RFC 2104), all at once.
func hmacSHA256(key: [UInt8], _ message: [UInt8]) throws(VaultError) -> [UInt8] {
  try hmacSHA256(key: key, Secret(message))
}

func hmacSHA256(key: [UInt8], _ message: Secret) throws(VaultError) -> [UInt8] {
  var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
  guard let keyCount = CInt(exactly: key.count) else {
    throw .tooLarge(limit: Int(CInt.max))
  }
  // An empty array has no address, and to HMAC a null key means "the key of the call before".
  let key = key.isEmpty ? [0] : key
  let made = message.withBytes { bytes in
    HMAC(
      EVP_sha256(), key, keyCount, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count,
      &digest, nil) != nil
  }
  guard made else { throw .openSSL(call: "HMAC") }
  return digest
}
