import Foundation
import Testing

@testable import Fetch

@Suite("How a transfer is set up")
struct FetchHandleTests {
  @Test(arguments: [
    ("X-A", "a\r\nX-B: b"), ("X-A", "a\nb"), ("X-A", "a\u{0}"), ("X-A", "\u{7F}"), ("X A", "a"),
    ("", "a"), ("X-A:", "a"), ("X-A\r\n", "a"), ("Xé", "a"),
  ])
  func aHeaderCannotBreakTheFraming(name: String, value: String) {
    var request = FetchRequest("http://127.0.0.1:1/", way: .anywhere)
    request.headers = [(name, value)]
    let error = #expect(throws: FetchError.self) { try Fetch.perform(request) }
    guard case .badRequest(let words)? = error else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
    #expect(value == "a" || !words.contains(value))
  }

  @Test(arguments: ["", "GET /", "GET\r\n", "GÉT"])
  func aMethodIsAToken(method: String) {
    var request = FetchRequest("http://127.0.0.1:1/", way: .anywhere)
    request.method = method
    #expect(throws: FetchError.badRequest("the method is not a token")) {
      try Fetch.perform(request)
    }
  }

  /// A certificate that nobody vouches for, one for another host, and one that is right.
  @Test func certificatesAreVerified() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("fetch-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let openssl = "/usr/bin/openssl"
    guard FileManager.default.isExecutableFile(atPath: openssl) else {
      print("skipped: no \(openssl) to make a certificate with")
      return
    }
    let (key, certificate) = ("\(folder)/key.pem", "\(folder)/cert.pem")
    let maker = try spawn(
      openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
      "-days", "2", "-keyout", key, "-out", certificate, "-subj", "/CN=localhost", "-addext",
      "subjectAltName=DNS:localhost")
    try #require(end(of: maker) == 0)
    // A port that was free a moment ago.
    let port = try StubServer(answer: "").port
    let server = try spawn(
      openssl, "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate, "-key", key, "-www"
    )
    defer {
      kill(server, SIGKILL)
      _ = end(of: server)
    }
    func fetch(_ host: String, caFile: String?) throws(FetchError) -> Int {
      var request = FetchRequest(
        "https://\(host):\(port)/", way: .network { $0.bytes.count == 4 })
      request.caFile = caFile
      return try Fetch.perform(request).status
    }
    var status: Int?
    for _ in 0..<100 where status == nil {
      status = try? fetch("localhost", caFile: certificate)
      if status == nil { usleep(50_000) }
    }
    #expect(status == 200)
    for (host, caFile) in [
      ("localhost", nil), ("127.0.0.1", certificate), ("localhost", "\(folder)/none"),
    ] {
      let error = #expect(throws: FetchError.self) { try fetch(host, caFile: caFile) }
      guard case .tlsFailed(host, _)? = error else {
        Issue.record("another error: \(String(describing: error))")
        continue
      }
    }
  }

  /// Starts a program that says nothing.
  private func spawn(_ path: String, _ arguments: String...) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in Int32(0)...2 {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var vector = ([path] + arguments).map { strdup($0) } + [nil]
    defer { for argument in vector { free(argument) } }
    var process = pid_t()
    try #require(posix_spawn(&process, path, &actions, nil, &vector, environ) == 0)
    return process
  }

  /// Waits for a program; its exit status.
  private func end(of process: pid_t) -> Int32 {
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status
  }
}
