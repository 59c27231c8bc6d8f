import Glibc

/// A system call that failed: its name, and the `errno` it left.
package struct SystemError: Error, Equatable, Sendable {
  package let call: String
  package let code: Int32

  /// Records a failure; by default reads `errno`, so make it right after the call.
  package init(_ call: String, code: Int32 = errno) {
    self.call = call
    self.code = code
  }

  /// `bind: Address already in use`.
  package var message: String { "\(call): \(String(cString: strerror(code)))" }
}
