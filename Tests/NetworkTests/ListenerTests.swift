import Foundation
import Glibc
import Testing

@testable import Network

@Suite("Listeners")
struct ListenerTests {
  @Test func aPortInUseIsFoundBeforeItIsShared() async throws {
    await #expect(throws: SystemError("bind", code: EADDRINUSE)) {
      try await onLoop { loop in
        let first = try Listener(
          on: try #require(SocketAddress(literal: "127.0.0.1", port: 0)), sharesPort: true,
          loop: loop)
        _ = try Listener.probe(
          try #require(SocketAddress(literal: "127.0.0.1", port: first.port)))
      }
    }
  }

  @Test func aUnixSocketIsForItsOwnerOnly() async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent(
      "appliance-\(UUID().uuidString).sock"
    ).path
    let mode = try await onLoop { loop -> mode_t in
      let listener = try Listener(unixPath: path, loop: loop)
      var status = stat()
      stat(path, &status)
      _ = listener
      return status.st_mode & 0o777
    }
    #expect(mode == 0o600)
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func aPathThatDoesNotFitIsAnError() async throws {
    await #expect(throws: SystemError("bind", code: ENAMETOOLONG)) {
      try await onLoop { loop in
        _ = try Listener(unixPath: String(repeating: "x", count: 200), loop: loop)
      }
    }
  }
}
