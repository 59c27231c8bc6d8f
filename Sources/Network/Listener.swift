import CLinux
import Glibc

/// A socket that accepts connections on one loop.
package final class Listener {
  private let descriptor: Int32
  /// Names this listener to `EventLoop.interrupt`, which ends its `accept`.
  package let ticket: UInt64
  private let loop: EventLoop
  private let readiness = Readiness()
  /// The Unix socket's path, removed at the end.
  private let path: String?
  package let port: UInt16

  private static let backlog: Int32 = 1_024

  /// Listens on a TCP address.
  ///
  /// `sharesPort` is `SO_REUSEPORT`, for one listener a worker. Bind once without it first, so that
  /// a second appliance on the same port is an error and not a silent share.
  package init(on address: SocketAddress, sharesPort: Bool, loop: EventLoop) throws(SystemError) {
    let descriptor = try Self.bound(address, sharesPort: sharesPort)
    guard listen(descriptor, Self.backlog) == 0 else {
      let error = SystemError("listen")
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    self.loop = loop
    path = nil
    port = Self.port(of: descriptor) ?? address.port
    do {
      ticket = try loop.register(descriptor, readiness)
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Listens on a Unix socket of mode 0600; a stale file at `path` is replaced.
  package init(unixPath path: String, loop: EventLoop) throws(SystemError) {
    let descriptor = socket(
      AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw SystemError("socket") }
    unlink(path)
    // Nobody can connect before it listens (unix(7)); a umask would be that of all threads.
    let failure = UnixSocketPath(path).withAddress { address, size -> SystemError? in
      guard bind(descriptor, address, size) == 0 else { return SystemError("bind") }
      return chmod(path, 0o600) == 0 ? nil : SystemError("chmod")
    }
    guard let failure else {
      close(descriptor)
      throw SystemError("bind", code: ENAMETOOLONG)
    }
    if let failure {
      close(descriptor)
      throw failure
    }
    guard listen(descriptor, Self.backlog) == 0 else {
      let error = SystemError("listen")
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
    self.loop = loop
    self.path = path
    port = 0
    do {
      ticket = try loop.register(descriptor, readiness)
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit {
    let (fd, ticket) = (descriptor, ticket)
    if let path { unlink(path) }
    if loop.isCurrent {
      loop.unregister(ticket)
      close(fd)
    } else {
      loop.execute { [loop] in
        loop.unregister(ticket)
        close(fd)
      }
    }
  }

  /// Waits for the next connection.
  ///
  /// When descriptors or memory run out it waits a moment and tries again: the connections that
  /// are open go on.
  package func accept() async throws(SystemError) -> sending StreamSocket {
    while true {
      let peer = clinux_accept4(descriptor)
      if peer >= 0 { return try StreamSocket(adopting: peer, on: loop) }
      switch errno {
      case EAGAIN:
        readiness.noteDrained()
        _ = await readiness.wait(for: .readable, or: nil, until: .distantFuture, on: loop)
        // A listener has no peer: this is `EventLoop.interrupt`.
        if readiness.isPeerGone { throw SystemError("accept4", code: ECANCELED) }
      case EMFILE, ENFILE, ENOBUFS, ENOMEM:
        await loop.wait(until: loop.now + .milliseconds(100))
      case EINTR, ECONNABORTED, EPROTO, EPERM: continue
      default: throw SystemError("accept4")
      }
    }
  }

  /// Finds out whether `address` is free, by a bind without `SO_REUSEPORT`.
  ///
  /// Returns the port that was bound, for a wish of 0.
  package static func probe(_ address: SocketAddress) throws(SystemError) -> UInt16 {
    let descriptor = try bound(address, sharesPort: false)
    defer { close(descriptor) }
    guard listen(descriptor, 1) == 0 else { throw SystemError("listen") }
    return port(of: descriptor) ?? address.port
  }

  private static func bound(_ address: SocketAddress, sharesPort: Bool) throws(SystemError) -> Int32
  {
    let descriptor = socket(
      address.family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue),
      0)
    guard descriptor >= 0 else { throw SystemError("socket") }
    var one: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, size)
    if sharesPort { setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &one, size) }
    guard address.withPointer({ bind(descriptor, $0, $1) }) == 0 else {
      let error = SystemError("bind")
      close(descriptor)
      throw error
    }
    return descriptor
  }

  private static func port(of descriptor: Int32) -> UInt16? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let status = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
    }
    return status == 0 ? SocketAddress(storage)?.port : nil
  }
}
