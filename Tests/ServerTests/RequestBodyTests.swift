import HTTP
import JSON
import Testing

@testable import Server

@Suite("Request bodies", .timeLimit(.minutes(10)))
struct RequestBodyTests {
  static let head =
    "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\nauthorization: Bearer \(TestBench.token)\r\n"

  static func small(_ bytesMax: Int = 1_000) -> TestBench.Options {
    var options = TestBench.Options()
    options.configure = { $0.requestBytesMax = bytesMax }
    return options
  }

  /// The provider gets a body of known length, whatever the client's framing was.
  @Test(arguments: [1, 2, 3, 1_000])
  func aChunkedBodyGoesUpWhole(_ chunkBytes: Int) throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    let body = #"{"model":"m","messages":[{"role":"user","content":"chunky"}]}"#
    client.send(Self.head + "transfer-encoding: chunked\r\n\r\n")
    var rest = Array(body.utf8)[...]
    while !rest.isEmpty {
      let piece = Array(rest.prefix(chunkBytes))
      rest = rest.dropFirst(chunkBytes)
      client.send(String(piece.count, radix: 16) + "\r\n")
      client.socket.send(piece)
      client.send("\r\n")
    }
    client.send("0\r\ntrailer: x\r\n\r\n")
    #expect(try client.answer().status == 200)
    let raw = try #require(bench.upstream.requests.first?.raw)
    #expect(raw.hasSuffix("\r\n\r\n" + body))
    #expect(raw.contains("\r\ncontent-length: \(body.utf8.count)\r\n"))
    #expect(!raw.contains("transfer-encoding"))
    client.send(Ask.chat())
    #expect(try client.answer().status == 200)
  }

  /// The answer comes though not a byte of the body was sent.
  @Test func aBodyThatIsAnnouncedTooLargeIsNotRead() throws {
    let bench = try TestBench(Self.small(2_000_000))
    defer { bench.stop() }
    let client = try bench.client()
    let start = ContinuousClock.now
    client.send(Self.head + "content-length: 2000001\r\n\r\n")
    let answer = try client.answer()
    #expect(answer.status == 413)
    #expect(answer.json.at("error.code")?.string == "request_too_large")
    #expect(answer.field("connection") == "close")
    // Waiting for the body before answering would take three seconds.
    #expect(ContinuousClock.now - start < .seconds(2.5))
    #expect(bench.upstream.requests.isEmpty)
    #expect(bench.server.node.bodies.bytesTaken == 0)
    #expect(try bench.receipts()[0]["status"] == 413)
  }

  @Test func aChunkedBodyIsCountedAsItComes() throws {
    let bench = try TestBench(Self.small())
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Self.head + "transfer-encoding: chunked\r\n\r\n")
    client.send("1000\r\n" + String(repeating: " ", count: 4_096) + "\r\n0\r\n\r\n")
    #expect(try client.answer().status == 413)
    #expect(bench.upstream.requests.isEmpty)
    try eventually("the budget is free") { bench.server.node.bodies.bytesTaken == 0 }
  }

  @Test(arguments: [
    "transfer-encoding: chunked\r\n\r\nzz\r\n", "transfer-encoding: chunked\r\n\r\n5\r\nhello!!",
    "transfer-encoding: chunked\r\n\r\n-1\r\n",
  ])
  func brokenFramingEndsTheConnection(_ rest: String) throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Self.head + rest)
    let answer = try client.answer()
    #expect(answer.status == 400)
    #expect(answer.field("connection") == "close")
    #expect(try client.rest() == "")
    #expect(bench.upstream.requests.isEmpty)
  }

  @Test func continueIsSentToWhoMaySendABody() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    let body = #"{"model":"m","messages":[]}"#
    client.send(Self.head + "expect: 100-continue\r\ncontent-length: \(body.utf8.count)\r\n\r\n")
    #expect(try client.answer().status == 100)
    client.send(body)
    #expect(try client.answer().status == 200)
    #expect(bench.upstream.requests.first?.raw.lowercased().contains("expect") == false)
    client.send(Ask.chat())
    #expect(try client.answer().status == 200)
  }

  /// Without a token nobody is asked for a body; what comes first and last is the refusal.
  @Test(arguments: [
    "", "authorization: Bearer wrong\r\n", "x-api-key: \(TestBench.token)x\r\n",
  ])
  func continueIsNotSentWithoutAToken(_ field: String) throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    client.send(
      "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\n\(field)expect: 100-continue\r\n"
        + "content-length: 10\r\n\r\n")
    let all = try client.rest()
    #expect(all.hasPrefix("HTTP/1.1 401 "))
    #expect(all.contains("\r\nconnection: close\r\n"))
    #expect(!all.contains(" 100 "))
  }

  @Test func aBodyThatIsTooLargeGetsNoContinue() throws {
    let bench = try TestBench(Self.small())
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Self.head + "expect: 100-continue\r\ncontent-length: 1001\r\n\r\n")
    #expect(try client.rest().hasPrefix("HTTP/1.1 413 "))
  }

  /// All bodies that are kept count against one cap; it is free again when they are gone.
  @Test func theNodeKeepsOnlySoMuch() throws {
    var options = TestBench.Options()
    options.configure = { $0.bufferedBytesMax = 1_000 }
    let bench = try TestBench(options)
    defer { bench.stop() }
    let holder = try bench.client()
    holder.send(Self.head + "content-length: 900\r\n\r\n{")
    try eventually("the first body is kept") { bench.server.node.bodies.bytesTaken == 900 }
    let client = try bench.client()
    client.send(Ask.chat(String(repeating: "x", count: 200)))
    let answer = try client.answer()
    #expect(answer.status == 503)
    #expect(answer.json.at("error.code")?.string == "overloaded")
    #expect(answer.field("retry-after") == "1")
    holder.close()
    try eventually("the cap is free") { bench.server.node.bodies.bytesTaken == 0 }
    client.send(Ask.chat(String(repeating: "x", count: 200)))
    #expect(try client.answer().status == 200)
    #expect(bench.server.node.bodies.bytesTaken == 0)
  }

  @Test func aBodyThatDoesNotComeIsTimedOut() throws {
    var options = TestBench.Options()
    options.configure = {
      $0.headerTimeout = .milliseconds(100)
      $0.bodyBytesPerSecondMin = 1_000_000
    }
    let bench = try TestBench(options)
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Self.head + "content-length: 100\r\n\r\n{")
    #expect(try client.answer().status == 408)
  }

  @Test func aClientThatLeavesWithinItsBodyIsRecorded() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Self.head + "content-length: 100\r\n\r\n{")
    try eventually("the body is begun") { bench.server.node.bodies.bytesTaken == 100 }
    client.close()
    let receipt = try bench.receipts()[0]
    #expect(receipt["outcome"]?.string == "abandoned")
    #expect(receipt["status"] == 0)
    #expect(receipt["user"]?.string == "ada")
    #expect(bench.upstream.requests.isEmpty)
  }
}
