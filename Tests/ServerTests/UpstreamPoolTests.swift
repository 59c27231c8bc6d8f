import Glibc
import Network
import Testing

@testable import Server

@Suite("Idle upstream connections")
struct UpstreamPoolTests {
  static let origin = UpstreamOrigin(isSecure: false, host: "a", port: 80, allowsPrivate: false)

  @Test func givesTheOneThatWasUsedLast() async throws {
    try await onLoop { loop in
      var pool = UpstreamPool()
      #expect(pool.lane(Self.origin).take() == nil)
      let (first, firstPeer) = try socketPair(on: loop)
      let (second, secondPeer) = try socketPair(on: loop)
      defer { for peer in [firstPeer, secondPeer] { close(peer) } }
      let (one, other) = (UpstreamConnection(first), UpstreamConnection(second))
      pool.lane(Self.origin).put(one, now: loop.now)
      pool.lane(Self.origin).put(other, now: loop.now)
      #expect(pool.idleCount == 2)
      #expect(pool.lane(Self.origin).take() === other)
      #expect(pool.lane(Self.origin).take() === one)
      #expect(pool.lane(Self.origin).take() == nil)
      #expect(pool.idleCount == 0)
    }
  }

  /// What differs in any part is another origin: a connection is never lent across.
  @Test(arguments: [
    UpstreamOrigin(isSecure: true, host: "a", port: 80, allowsPrivate: false),
    UpstreamOrigin(isSecure: false, host: "b", port: 80, allowsPrivate: false),
    UpstreamOrigin(isSecure: false, host: "a", port: 81, allowsPrivate: false),
    UpstreamOrigin(isSecure: false, host: "a", port: 80, allowsPrivate: true),
  ])
  func lendsNothingToAnotherOrigin(_ other: UpstreamOrigin) async throws {
    try await onLoop { loop in
      var pool = UpstreamPool()
      let (socket, peer) = try socketPair(on: loop)
      defer { close(peer) }
      pool.lane(Self.origin).put(UpstreamConnection(socket), now: loop.now)
      #expect(pool.lane(other).take() == nil)
      #expect(pool.lane(Self.origin).take() != nil)
    }
  }

  @Test func passesOverConnectionsThatTheProviderClosed() async throws {
    try await onLoop { loop in
      var pool = UpstreamPool()
      let (open, openPeer) = try socketPair(on: loop)
      let (closed, closedPeer) = try socketPair(on: loop)
      defer { close(openPeer) }
      let (good, gone) = (UpstreamConnection(open), UpstreamConnection(closed))
      pool.lane(Self.origin).put(good, now: loop.now)
      pool.lane(Self.origin).put(gone, now: loop.now)
      close(closedPeer)
      let end = MonotonicTime.now() + .seconds(5)
      while gone.isReusable, MonotonicTime.now() < end { await loop.yield() }
      #expect(pool.lane(Self.origin).take() === good)
      #expect(pool.lane(Self.origin).take() == nil)
    }
  }

  @Test func passesOverConnectionsThatSpokeUnasked() async throws {
    try await onLoop { loop in
      var pool = UpstreamPool()
      let (socket, peer) = try socketPair(on: loop)
      defer { close(peer) }
      let connection = UpstreamConnection(socket)
      #expect(connection.isStillSilent())
      pool.lane(Self.origin).put(connection, now: loop.now)
      #expect(send(peer, "x", 1, 0) == 1)
      try await socket.waitReadable(until: loop.now + .seconds(5))
      #expect(pool.lane(Self.origin).take() == nil)
    }
  }

  @Test func closesWhatWasIdleTooLong() async throws {
    try await onLoop { loop in
      var pool = UpstreamPool()
      let (socket, peer) = try socketPair(on: loop)
      defer { close(peer) }
      let start = loop.now
      pool.lane(Self.origin).put(UpstreamConnection(socket), now: start)
      pool.purge(now: start + .seconds(55))
      #expect(pool.idleCount == 1)
      pool.purge(now: start + .seconds(56))
      #expect(pool.idleCount == 0)
      var byte: UInt8 = 0
      #expect(recv(peer, &byte, 1, 0) == 0, "the provider sees the end of the connection")
    }
  }
}
