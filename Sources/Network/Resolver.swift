import Glibc
import Locks

/// Turns host names into addresses, off the loops.
///
/// Answers are kept for 30 s and served stale while a new one is fetched. One look-up a name at a
/// time; a thread for each look-up under way, of which there are few: names come from providers'
/// base URLs, never from clients.
package final class Resolver: Sendable {
  private struct Entry {
    var addresses: [[UInt8]] = []
    var failure = ""
    var freshUntil = MonotonicTime(nanoseconds: 0)
    var isFetching = false
    var waiters: [@Sendable () -> Void] = []
  }

  private static let freshSeconds = 30
  private static let failureFreshSeconds = 1
  private static let namesMax = 1_024

  private let entries = Guarded<[String: Entry]>([:])

  package init() {}

  /// The addresses of `host`, which may be a literal.
  package func resolve(
    _ host: String, port: UInt16, on loop: EventLoop, until deadline: MonotonicTime
  ) async throws(ConnectError) -> [SocketAddress] {
    if let literal = SocketAddress(literal: host, port: port) { return [literal] }
    if let known = cached(host) { return known.compactMap { SocketAddress(bytes: $0, port: port) } }
    let wait = Wait()
    let isWaiting = enter(host) { loop.execute { wait.resume(.ready) } }
    if isWaiting {
      loop.watch(wait, until: deadline)
      guard await wait.suspend() != .timedOut else { throw .timedOut }
    }
    let (addresses, failure) = entries.withLock { entries in
      (entries[host]?.addresses ?? [], entries[host]?.failure ?? "")
    }
    guard !addresses.isEmpty else { throw .unresolved("\(host): \(failure)") }
    return addresses.compactMap { SocketAddress(bytes: $0, port: port) }
  }

  /// Fresh or stale addresses; stale ones start a look-up behind the caller's back.
  private func cached(_ host: String) -> [[UInt8]]? {
    let (known, mustFetch) = entries.withLock { entries -> ([[UInt8]]?, Bool) in
      guard let entry = entries[host], !entry.addresses.isEmpty else { return (nil, false) }
      guard entry.freshUntil <= .now(), !entry.isFetching else { return (entry.addresses, false) }
      entries[host]?.isFetching = true
      return (entry.addresses, true)
    }
    if mustFetch { fetch(host) }
    return known
  }

  /// - Returns: Whether `waiter` will be called; if not, a failure is already known.
  private func enter(_ host: String, _ waiter: @escaping @Sendable () -> Void) -> Bool {
    enum Next { case nothing, wait, fetch }
    let next = entries.withLock { entries -> Next in
      if entries.count >= Self.namesMax { entries = entries.filter { $0.value.isFetching } }
      var entry = entries[host] ?? Entry()
      defer { entries[host] = entry }
      if !entry.isFetching, !entry.failure.isEmpty, entry.freshUntil > .now() { return .nothing }
      entry.waiters.append(waiter)
      guard !entry.isFetching else { return .wait }
      entry.isFetching = true
      return .fetch
    }
    if next == .fetch { fetch(host) }
    return next != .nothing
  }

  private func fetch(_ host: String) {
    do {
      try Thread.start(name: "resolve") { self.store(Answer(lookingUp: host), for: host) }
    } catch {
      store(Answer(failure: error.message), for: host)
    }
  }

  private func store(_ answer: Answer, for host: String) {
    let waiters = entries.withLock { entries in
      var entry = entries[host] ?? Entry()
      let isGood = !answer.addresses.isEmpty
      // A failed renewal keeps the stale addresses: they may well still serve.
      if isGood { entry.addresses = answer.addresses }
      entry.failure = answer.failure
      entry.freshUntil =
        .now() + .seconds(isGood ? Self.freshSeconds : Self.failureFreshSeconds)
      entry.isFetching = false
      let waiters = entry.waiters
      entry.waiters = []
      entries[host] = entry
      return waiters
    }
    for waiter in waiters { waiter() }
  }
}

/// What a look-up found.
private struct Answer {
  var addresses: [[UInt8]] = []
  var failure = ""

  init(failure: String) { self.failure = failure }

  /// Blocks in getaddrinfo(3).
  init(lookingUp host: String) {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, nil, &hints, &list)
    guard status == 0, let list else {
      failure = String(cString: gai_strerror(status))
      return
    }
    defer { freeaddrinfo(list) }
    var next: UnsafeMutablePointer<addrinfo>? = list
    while let info = next {
      next = info.pointee.ai_next
      guard let address = info.pointee.ai_addr else { continue }
      var storage = sockaddr_storage()
      let size = min(Int(info.pointee.ai_addrlen), MemoryLayout<sockaddr_storage>.size)
      withUnsafeMutableBytes(of: &storage) {
        $0.copyMemory(from: UnsafeRawBufferPointer(start: address, count: size))
      }
      if let found = SocketAddress(storage), !addresses.contains(found.bytes) {
        addresses.append(found.bytes)
      }
    }
    if addresses.isEmpty { failure = "no usable address" }
  }
}
