import Foundation
import Locks
import Testing

@testable import Fetch

extension FetchRequest.Way {
  static var anywhere: Self { .network { _ in true } }
}

func ok(_ body: String = "body", headers: String = "") -> String {
  "HTTP/1.1 200 OK\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

@Suite("Fetching")
struct FetchTests {
  func get(
    _ url: String, _ change: (inout FetchRequest) -> Void = { _ in }
  ) throws(FetchError) -> FetchResponse {
    var request = FetchRequest(url, way: .anywhere)
    request.timeoutMilliseconds = 10_000
    change(&request)
    return try Fetch.perform(request)
  }

  @Test func bringsStatusHeadersAndBody() throws {
    let server = try StubServer(
      answer: "HTTP/1.1 404 Not Found\r\nX-One:  a b \r\nx-two:\r\nContent-Length: 4\r\n\r\nnone")
    let response = try get("\(server.url)/a?b=c")
    #expect(response.status == 404)
    #expect(String(decoding: response.body, as: UTF8.self) == "none")
    #expect(response.header("x-ONE") == "a b")
    #expect(response.header("X-Two") == "")
    #expect(response.header("x-three") == nil)
    let sent = try #require(server.requests.withLock { $0.first })
    #expect(sent.hasPrefix("GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"))
    #expect(sent.contains("\r\nUser-Agent: appliance\r\n"))
    #expect(!sent.lowercased().contains("content-"))
  }

  @Test func sendsMethodHeadersAndBody() throws {
    let server = try StubServer(answer: ok())
    let body = Array(String(repeating: "é", count: 1_000_000).utf8)
    for (method, body) in [("POST", body), ("PUT", []), ("PATCH", [1]), ("DELETE", [2])] {
      let response = try get(server.url) {
        $0.method = method
        $0.headers = [("X-Key", "secret"), ("X-Empty", ""), ("Content-Type", "application/json")]
        $0.body = body
      }
      #expect(response.status == 200)
      let sent = try #require(server.requests.withLock { $0.last })
      #expect(sent.hasPrefix("\(method) / HTTP/1.1\r\n"))
      #expect(sent.contains("\r\nX-Key: secret\r\n"))
      #expect(sent.contains("\r\nX-Empty:\r\n"))
      #expect(sent.contains("\r\nContent-Type: application/json\r\n"))
      #expect(sent.contains("\r\nContent-Length: \(body.count)\r\n"))
      #expect(!sent.contains("Expect:"))
      #expect(sent.hasSuffix("\r\n\r\n" + String(decoding: body, as: UTF8.self)))
    }
    _ = try get(server.url) { $0.body = [3] }
    let sent = try #require(server.requests.withLock { $0.last })
    #expect(sent.hasPrefix("GET / ") && !sent.contains("Content-Type"))
  }

  @Test func aHeadHasNoBody() throws {
    let server = try StubServer(answer: "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    let response = try get(server.url) { $0.method = "HEAD" }
    #expect(response.status == 200)
    #expect(response.body.isEmpty)
    #expect(response.header("content-length") == "1000000")
  }

  @Test func leavesInterimAnswersOut() throws {
    let server = try StubServer(
      answer: "HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" + ok(headers: "X-One: 1\r\n"))
    let response = try get(server.url)
    #expect(response.status == 200)
    #expect(response.headers.map(\.name) == ["X-One", "Content-Length"])
  }

  @Test func followsNoRedirect() throws {
    let other = try StubServer(answer: ok())
    let server = try StubServer(
      answer: "HTTP/1.1 302 Found\r\nLocation: \(other.url)\r\nContent-Length: 0\r\n\r\n")
    let response = try get(server.url) { $0.headers = [("Authorization", "Bearer canary")] }
    #expect(response.status == 302)
    #expect(response.header("location") == other.url)
    #expect(other.requests.withLock { $0.isEmpty })
  }

  @Test func obeysNoProxyOfTheEnvironment() throws {
    let server = try StubServer(answer: ok())
    let proxy = try StubServer(answer: ok("proxy"))
    let names = ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY", "HTTPS_PROXY"]
    for name in names { setenv(name, proxy.url, 1) }
    defer { for name in names { unsetenv(name) } }
    let response = try get(server.url)
    #expect(String(decoding: response.body, as: UTF8.self) == "body")
    #expect(proxy.requests.withLock { $0.isEmpty })
  }

  @Test func talksOverASocketInTheFileSystem() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("fetch-\(UUID().uuidString.prefix(8)).sock").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let server = try StubServer(path: path, answer: ok())
    var request = FetchRequest("http://appliance/v1/users", way: .socket(path: path))
    #expect(try Fetch.perform(request).status == 200)
    let sent = try #require(server.requests.withLock { $0.first })
    #expect(sent.hasPrefix("GET /v1/users HTTP/1.1\r\nHost: appliance\r\n"))
    request.way = .socket(path: path + ".none")
    #expect(throws: FetchError.connectFailed(host: "appliance")) { try Fetch.perform(request) }
  }

  /// Announced, sent in chunks or until the end of the connection: the bound holds.
  @Test(arguments: [
    "Content-Length: 2000000\r\n\r\n", "\r\n",
    "Transfer-Encoding: chunked\r\n\r\n1e8480\r\n",
  ])
  func takesNoMoreThanItsBound(framing: String) throws {
    let answer = "HTTP/1.1 200 OK\r\n\(framing)" + String(repeating: "x", count: 2_000_000)
    let server = try StubServer(answer: answer)
    #expect(throws: FetchError.tooLarge(host: "127.0.0.1", limit: 1_000)) {
      try get(server.url) { $0.responseBytesMax = 1_000 }
    }
  }

  @Test func takesNoEndlessHead() throws {
    let line = "X-Flood: \(String(repeating: "x", count: 50_000))\r\n"
    let server = try StubServer { _, connection in
      StubServer.write("HTTP/1.1 200 OK\r\n", connection)
      for _ in 0..<400 { StubServer.write(line, connection) }
    }
    let error = #expect(throws: FetchError.self) { try get(server.url) }
    #expect(error == .tooLarge(host: "127.0.0.1", limit: 262_144))
  }

  @Test func waitsNoLongerThanAsked() throws {
    let server = try StubServer { _, connection in
      StubServer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", connection)
      StubServer.hold(connection)
    }
    let start = ContinuousClock.now
    #expect(throws: FetchError.timedOut(host: "127.0.0.1")) {
      try get(server.url) { $0.timeoutMilliseconds = 200 }
    }
    #expect(ContinuousClock.now - start < .seconds(2))
  }

  @Test(arguments: [
    "", "garbage\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  ])
  func saysThatAnAnswerBrokeOff(answer: String) throws {
    let server = try StubServer(answer: answer)
    let error = #expect(throws: FetchError.self) { try get(server.url) }
    guard case .brokeOff("127.0.0.1", _)? = error else {
      Issue.record("another error: \(String(describing: error))")
      return
    }
  }

  @Test func asksBeforeItConnects() throws {
    let server = try StubServer(answer: ok())
    let asked = Guarded<[FetchPeer]>([])
    var request = FetchRequest(
      server.url,
      way: .network { peer in
        asked.withLock { $0.append(peer) }
        return false
      })
    #expect(throws: FetchError.addressRefused(host: "127.0.0.1")) { try Fetch.perform(request) }
    #expect(asked.withLock { $0 } == [FetchPeer(bytes: [127, 0, 0, 1], port: server.port)])
    #expect(server.requests.withLock { $0.isEmpty })
    request.url = "http://[::1]:9/"
    #expect(throws: FetchError.addressRefused(host: "[::1]")) { try Fetch.perform(request) }
    let last = try #require(asked.withLock { $0.last })
    #expect(last.bytes == [UInt8](repeating: 0, count: 15) + [1])
    #expect(last.port == 9)
  }

  @Test func streamsWhatIsWanted() throws {
    // Each piece goes out when the one before it has been taken.
    let taken = DispatchSemaphore(value: 0)
    let server = try StubServer { request, connection in
      let isWanted = request.starts(with: Array("GET /ok".utf8))
      StubServer.write("HTTP/1.1 \(isWanted ? "200 OK" : "500 No")\r\n\r\n", connection)
      for number in 0..<5 {
        StubServer.write("piece \(number) ", connection)
        if isWanted, taken.wait(timeout: .now() + 10) == .timedOut { return }
      }
    }
    var pieces: [String] = []
    let request = FetchRequest("\(server.url)/ok", way: .anywhere)
    let response = try Fetch.perform(request) { piece in
      pieces.append(String(decoding: piece.withUnsafeBytes { Array($0) }, as: UTF8.self))
      taken.signal()
      return true
    }
    #expect(response.body.isEmpty)
    #expect(pieces.count > 1)
    #expect(pieces.joined() == "piece 0 piece 1 piece 2 piece 3 piece 4 ")

    // An error's body is in the response, as nobody waits for pieces of one.
    var isAsked = false
    let failed = try Fetch.perform(FetchRequest(server.url, way: .anywhere)) { _ in
      isAsked = true
      return true
    }
    #expect(failed.status == 500)
    #expect(failed.body.count == 40)
    #expect(!isAsked)

    #expect(throws: FetchError.cancelled) { try Fetch.perform(request) { _ in false } }
  }

  @Test func canBeCancelled() throws {
    let server = try StubServer { _, connection in StubServer.hold(connection) }
    let start = ContinuousClock.now
    #expect(throws: FetchError.cancelled) {
      try Fetch.perform(
        FetchRequest(server.url, way: .anywhere),
        isCancelled: { ContinuousClock.now - start > .milliseconds(100) })
    }
    #expect(ContinuousClock.now - start < .seconds(3))
  }

  @Test func saysWhereNobodyListens() throws {
    var server: StubServer? = try StubServer(answer: ok())
    let url = try #require(server?.url)
    server = nil
    #expect(throws: FetchError.connectFailed(host: "127.0.0.1")) { try get(url) }
    #expect(throws: FetchError.nameNotResolved(host: "nowhere.invalid")) {
      try get("http://nowhere.invalid/")
    }
  }
}
