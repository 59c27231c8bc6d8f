import CLinux
import Glibc

/// Why a read or write on a stream ended.
package enum StreamError: Error, Equatable, Sendable {
  /// The peer ended the stream in order; for TLS, with its close_notify.
  case closed
  /// The companion peer left while this stream was waiting.
  case peerGone
  case timedOut
  /// The connection broke, or TLS was violated.
  case failed(String)
}

/// A connected, non-blocking stream of one task on one loop, plain or TLS.
///
/// Not `Sendable`; closed exactly once, by `close()` or when it is released. Each call tries the
/// system call first and suspends only when the kernel has nothing.
package final class StreamSocket {
  private var descriptor: Int32
  /// Names this connection to `EventLoop.interrupt`.
  package let ticket: UInt64
  private let loop: EventLoop
  private var tls: TLSSession?
  let readiness: Readiness
  private let sender: Sender

  /// Takes over a connected (or connecting) non-blocking descriptor.
  package init(adopting descriptor: Int32, on loop: EventLoop) throws(SystemError) {
    self.descriptor = descriptor
    self.loop = loop
    readiness = Readiness()
    sender = Sender(descriptor, readiness)
    var one: Int32 = 1
    // Fails on Unix sockets, which have no such delay.
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    do {
      ticket = try loop.register(descriptor, readiness)
    } catch {
      Glibc.close(descriptor)
      throw error
    }
  }

  /// Takes over a descriptor that is registered already.
  init(adopting descriptor: Int32, readiness: Readiness, ticket: UInt64, on loop: EventLoop) {
    self.descriptor = descriptor
    self.readiness = readiness
    sender = Sender(descriptor, readiness)
    self.ticket = ticket
    self.loop = loop
  }

  deinit { close() }

  /// The peer has sent its FIN, or the connection is broken.
  package var isPeerGone: Bool { readiness.isPeerGone }
  package var isSecure: Bool { tls != nil }

  /// Nil for a Unix socket, or when the connection is gone.
  package var peerAddress: SocketAddress? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let status = withUnsafeMutablePointer(to: &storage) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getpeername(descriptor, $0, &length) }
    }
    return status == 0 ? SocketAddress(storage) : nil
  }

  /// Who is at the other end of a Unix socket; nil for any other.
  package var peerCredentials: PeerCredentials? {
    var (user, process): (UInt32, Int32) = (0, 0)
    guard clinux_peer_credentials(descriptor, &user, &process) == 0 else { return nil }
    return PeerCredentials(userID: user, processID: process)
  }

  /// Ends the connection at once; what the kernel took of what was written is still delivered.
  package func close() {
    guard descriptor >= 0 else { return }
    if sender.queuedBytes > 0, loop.isCurrent { loop.flushOutbox() }
    tls?.sendCloseNotify()
    tls = nil
    sender.close()
    let (fd, ticket) = (descriptor, ticket)
    descriptor = -1
    if loop.isCurrent {
      loop.unregister(ticket)
      Glibc.close(fd)
    } else {
      loop.execute { [loop] in
        loop.unregister(ticket)
        Glibc.close(fd)
      }
    }
  }

  /// Ends the connection with a reset, so that the peer knows its answer is not whole.
  package func abort() {
    guard descriptor >= 0 else { return }
    if sender.queuedBytes > 0 { loop.flushOutbox() }
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    tls = nil
    close()
  }

  /// Says that nothing more will be written, and keeps reading; see `finishSending`.
  package func shutdownWrites() {
    if sender.queuedBytes > 0 { loop.flushOutbox() }
    tls?.sendCloseNotify()
    if descriptor >= 0 { shutdown(descriptor, Int32(SHUT_WR)) }
  }

  /// Reads what is there, at least one byte, into `room` bytes.
  ///
  /// Throws `.closed` at the end of the stream and `.peerGone` when the companion's peer leaves.
  package func read(
    into buffer: inout ByteBuffer, room: Int = 4_096, orGone companion: StreamSocket? = nil,
    until deadline: MonotonicTime
  ) async throws(StreamError) {
    while true {
      if try tryRead(into: &buffer, room: room) { return }
      try await wait(.readable, companion, deadline)
    }
  }

  /// Reads without waiting, and says whether bytes came.
  package func tryRead(into buffer: inout ByteBuffer, room: Int = 4_096) throws(StreamError) -> Bool
  {
    guard descriptor >= 0 else { throw .closed }
    if let tls {
      return try tls.read(into: &buffer, room: room, from: loop.buffers, readiness)
    }
    guard readiness.isReadable else { return false }
    while true {
      let count = buffer.fill(room, from: loop.buffers) {
        Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      if count > 0 {
        if buffer.roomBytes > 0 { readiness.noteDrained() }
        return true
      }
      if count == 0 { throw .closed }
      switch errno {
      case EAGAIN:
        readiness.noteDrained()
        if readiness.isPeerGone { throw .closed }
        return false
      case EINTR: continue
      default: throw .failed(SystemError("read").message)
      }
    }
  }

  /// Where what this stream was read into goes when it is empty.
  package var buffers: BufferPool { loop.buffers }

  /// Whether the kernel has not taken yet all that was sent.
  package var isSending: Bool { sender.isBusy }

  /// Leaves what `compose` appends to be written at the end of this turn of the loop.
  ///
  /// Meant for messages of a few kilobytes. False, and nothing is composed, where it is better to
  /// wait: use `write`. What fails later looks as if the peer had left.
  package func queue(_ compose: (inout [UInt8]) -> Void) throws(StreamError) -> Bool {
    guard descriptor >= 0 else { throw .closed }
    if let failure = sender.failure { throw failure }
    guard sender.canQueue else { return false }
    loop.queue(for: sender, compose)
    return true
  }

  /// Waits until the kernel has taken all that was left for the end of a turn.
  package func finishSending(
    orGone companion: StreamSocket? = nil, until deadline: MonotonicTime
  ) async throws(StreamError) {
    if sender.queuedBytes > 0 { loop.flushOutbox() }
    while sender.isStuck {
      try await wait(.writable, companion, deadline)
      sender.push()
    }
    if let failure = sender.failure { throw failure }
  }

  /// Writes all of `bytes`.
  package func write(
    _ bytes: [UInt8], orGone companion: StreamSocket? = nil, until deadline: MonotonicTime
  ) async throws(StreamError) {
    try await write(bytes, from: 0, companion, deadline)
  }

  /// Writes two runs of bytes as one where the kernel can.
  package func write(
    _ first: [UInt8], _ second: [UInt8], orGone companion: StreamSocket? = nil,
    until deadline: MonotonicTime
  ) async throws(StreamError) {
    if sender.isBusy { try await finishSending(orGone: companion, until: deadline) }
    let sent = try sender.tryWriteBoth(first, second)
    if sent < first.count { try await write(first, from: sent, companion, deadline) }
    try await write(second, from: max(0, sent - first.count), companion, deadline)
  }

  private func write(
    _ bytes: [UInt8], from start: Int, _ companion: StreamSocket?, _ deadline: MonotonicTime
  ) async throws(StreamError) {
    if sender.isBusy { try await finishSending(orGone: companion, until: deadline) }
    var rest = start..<bytes.count
    while !rest.isEmpty {
      let count = try sender.tryWrite(bytes, rest)
      rest = (rest.lowerBound + count)..<rest.upperBound
      if rest.isEmpty { return }
      if count == 0 { try await wait(.writable, companion, deadline) }
    }
  }

  /// Waits until bytes or the end can be read, without reading them.
  package func waitReadable(
    orGone companion: StreamSocket? = nil, until deadline: MonotonicTime
  ) async throws(StreamError) {
    if tls?.hasPendingBytes == true { return }
    try await wait(.readable, companion, deadline)
  }

  /// Waits until the peer leaves or the deadline passes, and says whether it left.
  package func waitForLeaving(until deadline: MonotonicTime) async -> Bool {
    if readiness.isPeerGone { return true }
    let wait = Wait()
    loop.watch(wait, until: deadline)
    readiness.lendCompanion(to: wait)
    defer { readiness.lendCompanion(to: nil) }
    return await wait.suspend() == .peerGone
  }

  // MARK: TLS

  /// Becomes the server side of TLS.
  package func acceptTLS(
    _ context: TLSContext, until deadline: MonotonicTime
  ) async throws(StreamError) {
    try await handshake(try context.session(descriptor, isServer: true), deadline, nil)
  }

  /// Becomes the client side of TLS, verifying the certificate against `host`.
  ///
  /// `resuming` is the session of an earlier connection to the same host.
  package func connectTLS(
    _ context: TLSContext, host: String, resuming: TLSResumption? = nil,
    orGone companion: StreamSocket? = nil, until deadline: MonotonicTime
  ) async throws(StreamError) {
    let session = try context.session(descriptor, isServer: false)
    try session.expect(host: host, resuming: resuming)
    try await handshake(session, deadline, companion)
  }

  /// What a later connection to the same host may resume; nil before the server has sent it.
  package var resumption: TLSResumption? { tls?.resumption }

  private func handshake(
    _ session: TLSSession, _ deadline: MonotonicTime, _ companion: StreamSocket?
  ) async throws(StreamError) {
    while let interest = try session.handshake() {
      switch interest {
      case .readable: readiness.noteDrained()
      case .writable: readiness.noteFull()
      }
      if interest == .readable, readiness.isPeerGone { throw .closed }
      try await wait(interest, companion, deadline)
    }
    tls = session
    sender.tls = session
  }

  private func wait(
    _ interest: Readiness.Interest, _ companion: StreamSocket?, _ deadline: MonotonicTime
  ) async throws(StreamError) {
    switch await readiness.wait(for: interest, or: companion?.readiness, until: deadline, on: loop)
    {
    case .ready: return
    case .peerGone: throw .peerGone
    case .timedOut: throw .timedOut
    }
  }
}
