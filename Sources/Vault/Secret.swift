import COpenSSL
import Locks

/// Bytes that are wiped when the last owner lets go of them.
///
/// They are never printed: a description or a mirror of a secret shows its length alone.
package final class Secret: Sendable {
  /// In a lock because it is changed once, in `deinit`; lent and never copied out.
  private let storage: Guarded<[UInt8]>
  package let count: Int

  /// Lets `fill` write the bytes, so that no copy of them is left behind.
  package init(count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
    self.count = count
    storage = Guarded(
      [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        buffer.initialize(repeating: 0)
        fill(UnsafeMutableRawBufferPointer(buffer))
        filled = count
      })
  }

  /// Copies `bytes`; wiping the original is the caller's.
  package convenience init(_ bytes: [UInt8]) {
    self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
  }

  deinit { storage.withLock { wipe(&$0) } }

  /// Lends the bytes; they must not be kept, and the secret must not be lent again meanwhile.
  package func withBytes<Result: Sendable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try storage.withLock { bytes throws(Failure) in
      try bytes.span.withUnsafeBytes { raw throws(Failure) in try body(raw) }
    }
  }
}

extension Secret: CustomStringConvertible, CustomReflectable {
  package var description: String { "secret of \(count) bytes" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Overwrites `bytes` so that the compiler may not leave it out.
package func wipe(_ bytes: inout [UInt8]) {
  bytes.withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
  bytes.removeAll()
}
