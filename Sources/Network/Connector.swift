import Glibc

/// Why no connection came about.
package enum ConnectError: Error, Equatable, Sendable {
  /// The name has no address, or the resolver failed.
  case unresolved(String)
  /// Every address is one the appliance must not connect to.
  case addressRefused(String)
  case failed(String)
  case timedOut
  /// The client left meanwhile.
  case peerGone
}

/// Opens TCP connections: all addresses, a quarter of a second apart, first come first kept.
///
/// RFC 8305 ("Happy Eyeballs"), sections 4 and 5.
package enum Connector {
  private static let attemptDelay = Duration.milliseconds(250)

  /// Connects to the first address that answers.
  ///
  /// Addresses come in order of preference; families are interleaved here. Loopback and private
  /// ones are reached only if `allowsPrivate`. The client's leaving ends the wait.
  package static func connect(
    to addresses: [SocketAddress], allowsPrivate: Bool, on loop: EventLoop,
    orGone client: StreamSocket?, until deadline: MonotonicTime
  ) async throws(ConnectError) -> StreamSocket {
    let allowed = addresses.filter {
      switch AddressPolicy.verdict(on: $0) {
      case .allowed: true
      case .needsAllowPrivate: allowsPrivate
      case .refused: false
      }
    }
    guard let first = addresses.first else { throw .unresolved("no address") }
    guard !allowed.isEmpty else { throw .addressRefused(first.host) }
    var race = Race(interleaved(allowed), on: loop)
    return try await race.run(orGone: client, until: deadline)
  }

  /// IPv6 and IPv4 in turn, beginning with the family that came first.
  static func interleaved(_ addresses: [SocketAddress]) -> [SocketAddress] {
    guard let leader = addresses.first else { return [] }
    var same = addresses.filter { $0.isIPv6 == leader.isIPv6 }[...]
    var other = addresses.filter { $0.isIPv6 != leader.isIPv6 }[...]
    var out: [SocketAddress] = []
    while !same.isEmpty || !other.isEmpty {
      if let next = same.popFirst() { out.append(next) }
      if let next = other.popFirst() { out.append(next) }
    }
    return out
  }

  private struct Attempt {
    let descriptor: Int32
    let readiness: Readiness
    let ticket: UInt64
  }

  /// Attempts under way; the losers are closed when one has won.
  private struct Race {
    private let loop: EventLoop
    private var waiting: ArraySlice<SocketAddress>
    private var running: [Attempt] = []
    private var lastFailure = "no address"

    init(_ addresses: [SocketAddress], on loop: EventLoop) {
      waiting = addresses[...]
      self.loop = loop
    }

    mutating func run(
      orGone client: StreamSocket?, until deadline: MonotonicTime
    ) async throws(ConnectError) -> StreamSocket {
      defer { for attempt in running { discard(attempt) } }
      let wait = Wait()
      begin()
      var nextAt = MonotonicTime.now() + Connector.attemptDelay
      while true {
        if let winner = takeWinner() {
          return StreamSocket(
            adopting: winner.descriptor, readiness: winner.readiness, ticket: winner.ticket,
            on: loop)
        }
        let now = MonotonicTime.now()
        if !waiting.isEmpty, running.isEmpty || now >= nextAt {
          begin()
          nextAt = now + Connector.attemptDelay
          continue
        }
        if running.isEmpty { throw .failed(lastFailure) }
        if now >= deadline { throw .timedOut }
        if client?.isPeerGone == true { throw .peerGone }
        for attempt in running { attempt.readiness.lendWriter(to: wait) }
        client?.readiness.lendCompanion(to: wait)
        loop.watch(wait, until: waiting.isEmpty ? deadline : min(deadline, nextAt))
        let wake = await wait.suspend()
        client?.readiness.lendCompanion(to: nil)
        for attempt in running { attempt.readiness.lendWriter(to: nil) }
        if wake == .peerGone { throw .peerGone }
      }
    }

    /// Starts the next attempt; a failure at once counts as a failed attempt.
    private mutating func begin() {
      guard let address = waiting.popFirst() else { return }
      let kind = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
      let descriptor = socket(address.family, Int32(kind), 0)
      guard descriptor >= 0 else {
        lastFailure = SystemError("socket").message
        return
      }
      var one: Int32 = 1
      setsockopt(
        descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
      let status = address.withPointer { Glibc.connect(descriptor, $0, $1) }
      guard status == 0 || errno == EINPROGRESS else {
        lastFailure = SystemError("connect").message
        close(descriptor)
        return
      }
      let readiness = Readiness(isConnecting: true)
      do {
        let ticket = try loop.register(descriptor, readiness)
        running.append(Attempt(descriptor: descriptor, readiness: readiness, ticket: ticket))
      } catch {
        lastFailure = error.message
        close(descriptor)
      }
    }

    private mutating func takeWinner() -> Attempt? {
      var index = 0
      while index < running.count {
        let attempt = running[index]
        guard attempt.readiness.isWritable else {
          index += 1
          continue
        }
        running.remove(at: index)
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(attempt.descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        if code == 0 { return attempt }
        lastFailure = SystemError("connect", code: code).message
        discard(attempt)
      }
      return nil
    }

    private func discard(_ attempt: Attempt) {
      loop.unregister(attempt.ticket)
      close(attempt.descriptor)
    }
  }
}
