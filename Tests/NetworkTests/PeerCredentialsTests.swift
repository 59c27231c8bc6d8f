import Glibc
import Testing

@testable import Network

@Suite("Who is at the other end of a Unix socket")
struct PeerCredentialsTests {
  @Test func areOfThisProcessForAPairOfItsOwn() async throws {
    let found = try await onLoop { loop -> [PeerCredentials?] in
      var ends: [Int32] = [0, 0]
      let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
      try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
      let near = try StreamSocket(adopting: ends[0], on: loop)
      let far = try StreamSocket(adopting: ends[1], on: loop)
      defer { far.close() }
      let address = try #require(SocketAddress(bytes: [127, 0, 0, 1], port: 0))
      let listener = try Listener(on: address, sharesPort: false, loop: loop)
      let (client, server) = try await connected(listener, loop)
      defer { client.close() }
      return [near.peerCredentials, server.peerCredentials]
    }
    #expect(found == [PeerCredentials(userID: getuid(), processID: getpid()), nil])
  }
}
