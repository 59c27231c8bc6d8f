import Foundation
import Testing

@testable import Network

/// A certificate authority and a server certificate for `localhost`, made anew by the openssl tool.
struct TestCertificates {
  let folder: URL
  var authority: String { folder.appendingPathComponent("ca.pem").path }
  var certificate: String { folder.appendingPathComponent("server.pem").path }
  var key: String { folder.appendingPathComponent("server.key").path }

  init?() {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "appliance-tls-\(UUID().uuidString)")
    let script = """
      set -e; mkdir -p '\(folder.path)'; cd '\(folder.path)'
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -keyout ca.key -out ca.pem -subj '/CN=test authority'
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
        -keyout server.key -out server.csr -subj '/CN=localhost'
      printf 'subjectAltName=DNS:localhost,IP:127.0.0.1' > ext
      openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
        -extfile ext -out server.pem
      """
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", script]
    shell.standardError = FileHandle.nullDevice
    shell.standardOutput = FileHandle.nullDevice
    guard (try? shell.run()) != nil else { return nil }
    shell.waitUntilExit()
    guard shell.terminationStatus == 0 else { return nil }
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }
}

@Suite("TLS streams")
struct TLSSessionTests {
  /// What a client that trusts `authority` and expects `host` sees of our server.
  static func talk(
    _ certificates: TestCertificates, trusting authority: String?, host: String, times: Int = 1
  ) async throws -> (answers: [String], resumed: Bool) {
    let server = try TLSContext.server(
      certificateFile: certificates.certificate, keyFile: certificates.key)
    let client = try TLSContext.client(authorityFile: authority)
    return try await onLoop { loop in
      let listener = try Listener(
        on: try #require(SocketAddress(literal: "127.0.0.1", port: 0)), sharesPort: false,
        loop: loop)
      let port = listener.port
      let deadline = loop.now + .seconds(10)
      var answers: [String] = []
      var resumption: TLSResumption?
      for _ in 0..<times {
        let address = try #require(SocketAddress(literal: "127.0.0.1", port: port))
        let near = try await Connector.connect(
          to: [address], allowsPrivate: true, on: loop, orGone: nil, until: deadline)
        let far = try await listener.accept()
        let echoing = echo(far, server, loop, until: deadline)
        try await near.connectTLS(client, host: host, resuming: resumption, until: deadline)
        try await near.write(Array("ping".utf8), until: deadline)
        var buffer = ByteBuffer()
        while buffer.count < 4 { try await near.read(into: &buffer, until: deadline) }
        answers.append(String(decoding: buffer.storage[buffer.readable], as: UTF8.self))
        resumption = near.resumption
        near.close()
        _ = await echoing.value
      }
      return (answers, resumption != nil)
    }
  }

  @Test func verifiesCarriesAndResumes() async throws {
    let certificates = try #require(TestCertificates())
    defer { certificates.remove() }
    let (answers, resumed) = try await Self.talk(
      certificates, trusting: certificates.authority, host: "localhost", times: 2)
    #expect(answers == ["ping", "ping"])
    #expect(resumed)
  }

  @Test func acceptsAnAddressThatTheCertificateNames() async throws {
    let certificates = try #require(TestCertificates())
    defer { certificates.remove() }
    let (answers, _) = try await Self.talk(
      certificates, trusting: certificates.authority, host: "127.0.0.1")
    #expect(answers == ["ping"])
  }

  @Test func refusesAnotherName() async throws {
    let certificates = try #require(TestCertificates())
    defer { certificates.remove() }
    await #expect(throws: StreamError.failed("TLS: hostname mismatch")) {
      _ = try await Self.talk(
        certificates, trusting: certificates.authority, host: "example.com")
    }
  }

  @Test func refusesAnUnknownAuthority() async throws {
    let certificates = try #require(TestCertificates())
    defer { certificates.remove() }
    await #expect(throws: StreamError.self) {
      _ = try await Self.talk(certificates, trusting: nil, host: "localhost")
    }
  }
}

/// The far end: TLS, then every byte back, on the loop of its socket.
private func echo(
  _ socket: sending StreamSocket, _ context: TLSContext, _ loop: EventLoop,
  until deadline: MonotonicTime
) -> Task<Void, Never> {
  Task.detached(executorPreference: loop) {
    do {
      try await socket.acceptTLS(context, until: deadline)
      var buffer = ByteBuffer()
      while true {
        try await socket.read(into: &buffer, until: deadline)
        let bytes = Array(buffer.storage[buffer.readable])
        buffer.removeAll()
        // The first half is left for the end of the turn, and the rest follows it.
        guard try socket.queue({ $0.append(contentsOf: bytes.prefix(bytes.count / 2)) }) else {
          return
        }
        try await socket.write(Array(bytes.dropFirst(bytes.count / 2)), until: deadline)
      }
    } catch {}
  }
}
