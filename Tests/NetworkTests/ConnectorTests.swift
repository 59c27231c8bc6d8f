import Testing

@testable import Network

@Suite("Connecting")
struct ConnectorTests {
  @Test func takesTheFirstAddressThatAnswers() async throws {
    let port = try await onLoop { loop -> UInt16 in
      let listener = try Listener(
        on: try #require(SocketAddress(literal: "127.0.0.1", port: 0)), sharesPort: false,
        loop: loop)
      // Nobody listens on ::1 at that port: the next address must be tried at once.
      let addresses = ["::1", "127.0.0.1"].compactMap {
        SocketAddress(literal: $0, port: listener.port)
      }
      let socket = try await Connector.connect(
        to: addresses, allowsPrivate: true, on: loop, orGone: nil, until: loop.now + .seconds(5))
      return try #require(socket.peerAddress).port
    }
    #expect(port > 0)
  }

  @Test func saysWhyNoneAnswered() async throws {
    await #expect(throws: ConnectError.failed("connect: Connection refused")) {
      try await onLoop { loop in
        let free = try Listener.probe(try #require(SocketAddress(literal: "127.0.0.1", port: 0)))
        let address = try #require(SocketAddress(literal: "127.0.0.1", port: free))
        _ = try await Connector.connect(
          to: [address], allowsPrivate: true, on: loop, orGone: nil, until: loop.now + .seconds(5))
      }
    }
  }

  @Test(arguments: [("127.0.0.1", false), ("169.254.169.254", true), ("0.0.0.0", true)])
  func neverReachesARefusedAddress(_ host: String, _ allowsPrivate: Bool) async throws {
    await #expect(throws: ConnectError.addressRefused(host)) {
      try await onLoop { loop in
        let address = try #require(SocketAddress(literal: host, port: 80))
        _ = try await Connector.connect(
          to: [address], allowsPrivate: allowsPrivate, on: loop, orGone: nil,
          until: loop.now + .seconds(5))
      }
    }
  }

  @Test func familiesTakeTurns() {
    let addresses = ["::1", "::2", "::3", "1.1.1.1", "2.2.2.2"].compactMap {
      SocketAddress(literal: $0, port: 1)
    }
    #expect(
      Connector.interleaved(addresses).map(\.host) == ["::1", "1.1.1.1", "::2", "2.2.2.2", "::3"])
  }
}
