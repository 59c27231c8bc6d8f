import Glibc
import HTTP
import JSON
import Locks
import Testing

@testable import Server

@Suite("Connections to providers", .timeLimit(.minutes(10)))
struct UpstreamConnectionTests {
  /// How a provider may say the same answer.
  struct Form: Sendable, CustomTestStringConvertible {
    let name: String
    let isReused: Bool
    let act: @Sendable (UpstreamCall) -> Void
    var testDescription: String { name }
  }

  private static let json = "content-type: application/json\r\n"

  static let forms: [Form] = [
    Form(name: "with a length", isReused: true) { $0.answer() },
    Form(name: "in chunks", isReused: true) { call in
      call.beginStream(type: "application/json")
      for character in Said.whole { call.chunk(String(character)) }
      call.endStream()
    },
    Form(name: "until the connection ends", isReused: false) { call in
      call.send("HTTP/1.1 200 OK\r\n\(json)\r\n\(Said.whole)")
      call.close()
    },
    Form(name: "by HTTP/1.0", isReused: false) { call in
      call.send("HTTP/1.0 200 OK\r\n\(json)\r\n\(Said.whole)")
      call.close()
    },
    Form(name: "and says that it closes", isReused: false) { call in
      call.answer(fields: ["connection: close"])
      call.close()
    },
    Form(name: "after interim answers", isReused: true) { call in
      call.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n")
      call.answer()
    },
    Form(name: "byte by byte", isReused: true) { call in
      let length = Said.whole.utf8.count
      for byte in "HTTP/1.1 200 OK\r\n\(json)content-length: \(length)\r\n\r\n\(Said.whole)".utf8 {
        call.socket.send([byte])
      }
    },
  ]

  @Test(arguments: forms)
  func theAnswerIsTheSame(_ form: Form) throws {
    let bench = try TestBench { form.act($0) }
    defer { bench.stop() }
    let client = try bench.client()
    for _ in 0..<2 {
      client.send(Ask.chat())
      let answer = try client.answer()
      #expect(answer.status == 200)
      #expect(answer.isWhole)
      #expect(answer.text == Said.whole)
    }
    if form.isReused { #expect(bench.upstream.connectionCount == 1) }
    for receipt in try bench.receipts(2) {
      #expect(receipt["outcome"]?.string == "served")
      #expect(receipt.at("usage.total_tokens") == 5)
    }
  }

  /// What lies behind an answer belongs to nobody: the next request goes over another connection.
  @Test func bytesBehindAnAnswerAreNobodysAnswer() throws {
    let bench = try TestBench { call in
      if call.number == 1 {
        let extra = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nsmuggled!"
        let length = Said.whole.utf8.count
        call.send(
          "HTTP/1.1 200 OK\r\n\(Self.json)content-length: \(length)\r\n\r\n\(Said.whole)\(extra)")
      } else {
        call.answer()
      }
    }
    defer { bench.stop() }
    for _ in 0..<2 { #expect(try bench.ask(Ask.chat()).text == Said.whole) }
    #expect(bench.upstream.requests.map(\.connection) == [1, 2])
  }

  /// The same when they come while the connection rests.
  @Test func bytesThatComeUnaskedAreNobodysAnswer() throws {
    let isAnswered = Guarded(false)
    let hasSpoken = Guarded(false)
    let bench = try TestBench { call in
      call.answer()
      guard call.number == 1 else { return }
      for _ in 0..<5_000 where !isAnswered.withLock({ $0 }) { usleep(1_000) }
      call.send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nsmuggled!")
      hasSpoken.withLock { $0 = true }
    }
    defer { bench.stop() }
    #expect(try bench.ask(Ask.chat()).text == Said.whole)
    isAnswered.withLock { $0 = true }
    try eventually("the provider has spoken") { hasSpoken.withLock { $0 } }
    #expect(try bench.ask(Ask.chat()).text == Said.whole)
    #expect(bench.upstream.requests.map(\.connection) == [1, 2])
  }

  /// A provider may refuse before it has read the body.
  @Test func anEarlyRefusalIsHeard() throws {
    let bench = try TestBench { call in
      call.answer(413, #"{"error":{"message":"too long","type":"invalid_request_error"}}"#)
      call.close()
    }
    defer { bench.stop() }
    let answer = try bench.ask(Ask.chat(String(repeating: "x", count: 100_000)))
    #expect(answer.status == 413)
    #expect(answer.text.contains("too long"))
  }

  @Test func connectionsAreSharedByKeys() throws {
    var options = TestBench.Options()
    options.keys = 3
    let bench = try TestBench(options)
    defer { bench.stop() }
    for _ in 0..<6 { #expect(try bench.ask(Ask.chat()).status == 200) }
    #expect(bench.upstream.connectionCount == 1)
    for key in 1...3 {
      #expect(bench.upstream.requests.count { $0.raw.contains("sk-upstream-\(key)") } == 2)
    }
  }
}
