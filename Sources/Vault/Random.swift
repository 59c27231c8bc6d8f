import COpenSSL

/// Random bytes and ids from OpenSSL's generator, which the kernel seeds.
package enum Random {
  /// - Returns: `count` bytes fit for keys and nonces.
  package static func bytes(_ count: Int) -> [UInt8] {
    precondition(count >= 0)
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      fill(UnsafeMutableRawBufferPointer(buffer))
      filled = count
    }
  }

  /// A key of 32 random bytes that is wiped after use.
  package static func key() -> Secret { Secret(count: 32, fill) }

  /// Random characters of the lower-case base32 alphabet, five bits each.
  ///
  /// Safe in a URL, a file name and a shell; 26 characters are as good as a UUID.
  package static func id(_ length: Int) -> String {
    String(decoding: Base32.characters(bytes(length)), as: UTF8.self)
  }

  static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
    guard buffer.count > 0 else { return }
    guard let count = CInt(exactly: buffer.count) else {
      preconditionFailure("more than 2 GiB of random bytes asked for")
    }
    let status = RAND_bytes(buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), count)
    // Going on without randomness would break every promise of this target, and on Linux
    // getrandom(2), from which OpenSSL seeds itself, cannot fail once the system is up.
    precondition(status == 1, "RAND_bytes failed: the system gives no random bytes")
  }
}
