import JSON
import HTTP
import Testing

@testable import Server

@Suite("A client's connection", .timeLimit(.minutes(10)))
struct ClientConnectionTests {
  @Test func carriesOneRequestAfterTheOther() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    var ids: Set<String> = []
    for _ in 0..<3 {
      client.send(Ask.chat())
      let answer = try client.answer()
      #expect(answer.status == 200)
      #expect(answer.text == Said.whole)
      #expect(answer.field("connection") == nil)
      ids.insert(try #require(answer.field("x-request-id")))
    }
    #expect(ids.count == 3)
    #expect(bench.upstream.connectionCount == 1)
  }

  /// However the network cuts what the client sends.
  @Test(arguments: [1, 7, 64])
  func readsARequestInPieces(_ pieceBytes: Int) throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    var rest = Array((Ask.chat() + Ask.chat("two")).utf8)[...]
    while !rest.isEmpty {
      client.socket.send(Array(rest.prefix(pieceBytes)))
      rest = rest.dropFirst(pieceBytes)
    }
    #expect(try client.answer().status == 200)
    #expect(try client.answer().status == 200)
  }

  @Test func answersPipelinedRequestsInTheirOrder() throws {
    let bench = try TestBench { call in
      call.answer(200, call.has("first") ? #"{"n":1}"# : #"{"n":2}"#)
    }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(
      Ask.chat("first") + Ask.get("/nowhere") + Ask.chat("second") + Ask.get("/healthz")
        + Ask.get("/v1/models", method: "PUT"))
    let answers = try (0..<5).map { _ in try client.answer() }
    #expect(answers.map(\.status) == [200, 404, 200, 200, 405])
    #expect(answers[0].text == #"{"n":1}"#)
    #expect(answers[2].text == #"{"n":2}"#)
  }

  @Test(arguments: [
    ("GET / HTTP/2.0\r\n\r\n", 505), ("GET /\r\n\r\n", 400), ("\u{1}\u{2}\u{3}\r\n\r\n", 400),
    ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400),
    ("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n", 501),
    ("GET / HTTP/1.1\r\nhost: a\r\nx: \(String(repeating: "y", count: 70_000))\r\n\r\n", 431),
  ])
  func refusesWhatIsNoRequestAndEndsTheConnection(_ bytes: String, status: Int) throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    client.send(bytes)
    let answer = try client.answer()
    #expect(answer.status == status)
    #expect(answer.field("connection") == "close")
    #expect(answer.json.at("error.message") != nil)
    #expect(try client.rest() == "")
  }

  @Test func headsHaveNoBodies() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Ask.get("/v1/models", method: "HEAD"))
    let answer = try client.answer(to: .head)
    #expect(answer.status == 200)
    #expect(Int(answer.field("content-length") ?? "") ?? 0 > 0)
    client.send(Ask.get("/nowhere", method: "HEAD"))
    #expect(try client.answer(to: .head).status == 404)
    // Nothing came behind the heads: the connection goes on.
    client.send(Ask.chat())
    #expect(try client.answer().text == Said.whole)
    let broken = try bench.client()
    broken.send("HEAD / HTTP/1.1\r\n\r\n")
    let all = try broken.rest()
    #expect(all.hasPrefix("HTTP/1.1 400 "))
    #expect(all.hasSuffix("\r\n\r\n"))
  }

  /// RFC 9112, section 9.3: 1.0 ends after its answer unless it asks to go on.
  @Test(arguments: [("", true), ("connection: keep-alive\r\n", false)])
  func oldClients(_ field: String, ends: Bool) throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    let request = "GET /healthz HTTP/1.0\r\n\(field)\r\n"
    client.send(request)
    let answer = try client.answer()
    #expect(answer.status == 200)
    if ends {
      #expect(try client.rest() == "")
    } else {
      client.send(request)
      #expect(try client.answer().status == 200)
    }
  }

  @Test func aStreamForAnOldClientEndsWithTheConnection() throws {
    let bench = try TestBench { $0.stream([Said.role, Said.hello, Said.stop, Said.done]) }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Ask.chat(stream: true).replacing("HTTP/1.1", with: "HTTP/1.0"))
    let answer = try client.answer()
    #expect(answer.field("transfer-encoding") == nil)
    #expect(answer.field("connection") == "close")
    #expect(answer.text == Said.role + Said.hello + Said.stop + Said.done)
  }

  @Test func closesWhenAsked() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Ask.chat(fields: ["connection: close"]) + Ask.chat())
    let answer = try client.answer()
    #expect(answer.field("connection") == "close")
    #expect(try client.rest() == "")
    #expect(bench.upstream.requests.count == 1)
  }

  @Test func anIdleConnectionEndsInSilence() throws {
    var options = TestBench.Options()
    options.configure = { $0.keepAliveIdle = .milliseconds(100) }
    let bench = try TestBench(options)
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Ask.get("/healthz"))
    #expect(try client.answer().status == 200)
    #expect(try client.rest() == "")
  }

  @Test func aHeadThatDoesNotComeIsTimedOut() throws {
    var options = TestBench.Options()
    options.configure = { $0.headerTimeout = .milliseconds(100) }
    let bench = try TestBench(options)
    defer { bench.stop() }
    let client = try bench.client()
    client.send("GET /healthz HT")
    let answer = try client.answer()
    #expect(answer.status == 408)
    #expect(try client.rest() == "")
  }

  /// Who sends all of a large body first must still find the refusal.
  @Test func aRefusalReachesAClientThatIsStillSending() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    client.send(
      Ask.post("/v1/chat/completions", String(repeating: " ", count: 5_000_000), auth: nil))
    #expect(try client.answer().status == 401)
    #expect(try client.rest() == "")
  }

  @Test func aSmallRefusedBodyIsReadAwayAndTheConnectionGoesOn() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Ask.post("/v1/chat/completions", "{}", auth: nil) + Ask.chat())
    let answer = try client.answer()
    #expect(answer.status == 401)
    #expect(answer.field("connection") == nil)
    #expect(try client.answer().status == 200)
  }
}
