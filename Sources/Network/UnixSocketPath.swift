package import Glibc

/// The path of a Unix socket in a form that fits into an address, which holds 107 bytes.
///
/// A longer path is reached through a descriptor of its folder; keep the value as long as the path
/// is used. See `unix(7)` and `proc(5)`.
package final class UnixSocketPath: Sendable {
  /// Leads to the same socket; as long as before if its folder cannot be opened.
  package let text: String
  private let folder: Int32?

  package init(_ path: String) {
    let bytesMax = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1
    guard path.utf8.count > bytesMax, let slash = path.lastIndex(of: "/") else {
      (text, folder) = (path, nil)
      return
    }
    let descriptor = open(String(path[...slash]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      (text, folder) = (path, nil)
      return
    }
    (text, folder) = ("/proc/self/fd/\(descriptor)\(path[slash...])", descriptor)
  }

  deinit {
    if let folder { close(folder) }
  }

  /// Calls `body` with the address, or returns nil when the path does not fit.
  package func withAddress<Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result? {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(text.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
