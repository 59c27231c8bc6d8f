import HTTP
import JSON
import Testing

@testable import Server

@Suite("Attempts and what follows a failed one", .timeLimit(.minutes(10)))
struct AttemptTests {
  static func options(
    keys: Int = 2, settings: String = "", dialect: String = "openai", basePath: String = "/v1"
  ) -> TestBench.Options {
    var options = TestBench.Options()
    options.keys = keys
    options.settings = settings
    options.dialect = dialect
    options.basePath = basePath
    return options
  }

  /// How the first key of two fails; the second always serves.
  struct Failure: Sendable, CustomTestStringConvertible {
    let name: String
    let act: @Sendable (UpstreamCall) -> Void
    var testDescription: String { name }
  }

  static let failures: [Failure] = [
    Failure(name: "rate limited") { $0.answer(429, Said.rateLimited, fields: ["retry-after: 30"]) },
    Failure(name: "out of money") {
      $0.answer(429, #"{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}"#)
    },
    Failure(name: "wrong key") { $0.answer(401, #"{"error":{"code":"invalid_api_key"}}"#) },
    Failure(name: "in trouble") { $0.answer(500, "{}") },
    Failure(name: "in trouble, no JSON") { $0.answer(503, "<html>sorry</html>") },
    Failure(name: "a redirect") {
      $0.answer(302, "", fields: ["location: http://127.0.0.1:\($0.number)/elsewhere"])
    },
    Failure(name: "a permanent redirect") { $0.answer(308, "", fields: ["location: /v2"]) },
    Failure(name: "closes without an answer") { $0.close() },
    Failure(name: "resets without an answer") { $0.abort() },
    Failure(name: "cut within the head") {
      $0.send("HTTP/1.1 200 OK\r\ncontent-type: app")
      $0.close()
    },
    Failure(name: "garbage") {
      $0.send("\u{15}\u{3}\u{1} what is this\r\n\r\n")
      $0.close()
    },
    Failure(name: "garbage for a length") {
      $0.send("HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n{}")
      $0.close()
    },
    Failure(name: "an upgrade nobody asked for") {
      $0.send("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n")
      _ = $0.waitForEnd()
    },
    Failure(name: "interim answers without end") { call in
      for _ in 0..<20 { call.send("HTTP/1.1 103 Early Hints\r\n\r\n") }
      _ = call.waitForEnd()
    },
    Failure(name: "JSON that is cut") {
      $0.send(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{\"id\":")
      $0.close()
    },
    Failure(name: "chunks that are cut") {
      $0.beginStream(type: "application/json")
      $0.chunk(#"{"id":"#)
      $0.close()
    },
    Failure(name: "chunks that are broken") {
      $0.beginStream(type: "application/json")
      $0.send("nonsense\r\n")
      $0.close()
    },
  ]

  /// One request, one answer, one receipt of two attempts; and nothing of the first key's goes up
  /// with the second.
  @Test(arguments: failures)
  func theNextKeyServes(_ failure: Failure) throws {
    let bench = try TestBench(Self.options()) { call in
      if call.number == 1 { failure.act(call) } else { call.answer() }
    }
    defer { bench.stop() }
    let answer = try bench.ask(Ask.chat())
    #expect(answer.status == 200, "\(answer.text)")
    #expect(answer.text == Said.whole)
    #expect(bench.upstream.requests.count == 2)
    let raw = bench.upstream.requests.map(\.raw)
    let keys = ["sk-upstream-1", "sk-upstream-2"]
    let used = raw.map { text in keys.filter { text.contains($0) } }
    #expect(used.allSatisfy { $0.count == 1 })
    #expect(used[0] != used[1])
    #expect(raw[1] == raw[0].replacing(used[0][0], with: used[1][0]))
    let receipt = try bench.receipts()[0]
    #expect(receipt["attempts"] == 2)
    #expect(receipt["outcome"]?.string == "served")
    #expect(receipt["status"] == 200)
    #expect(receipt["key"]?.string == "key-" + used[1][0].suffix(1))
    #expect(!bench.lines.text.contains("sk-upstream"))
  }

  @Test(arguments: [
    (500, 502, "upstream_exhausted"), (429, 429, "rate_limit_exceeded"),
    (401, 502, "upstream_exhausted"), (302, 502, "upstream_exhausted"),
  ])
  func whenNothingServesTheClientIsTold(_ upstream: Int, status: Int, code: String) throws {
    let bench = try TestBench(Self.options(settings: #""queue_wait":0"#)) { call in
      call.answer(upstream, upstream == 429 ? Said.rateLimited : #"{"error":{"message":"inner"}}"#)
    }
    defer { bench.stop() }
    let answer = try bench.ask(Ask.chat())
    #expect(answer.status == status)
    #expect(answer.json.at("error.code")?.string == code)
    #expect(!answer.text.contains("inner"))
    #expect((answer.field("retry-after") != nil) == (status == 429))
    #expect(bench.upstream.requests.count == 2)
    let receipt = try bench.receipts()[0]
    #expect(receipt["attempts"] == 2)
    #expect(receipt["outcome"]?.string == "failed")
  }

  @Test func aProviderThatCannotBeReachedIsNoTrap() throws {
    let bench = try TestBench(Self.options())
    defer { bench.stop() }
    let free = try TestUpstream { $0.answer() }
    try bench.perform(
      "provider.set", ["name": "up", "base_url": .string("http://127.0.0.1:1/v1")])
    let answer = try bench.ask(Ask.chat())
    #expect(answer.status == 502)
    #expect(bench.lines.text.contains("event=upstream.unreachable provider=up"))
    #expect(free.requests.isEmpty)
  }

  /// May have been billed: not sent again, and told as a timeout.
  @Test func aRequestThatTimedOutIsNotRepeated() throws {
    let bench = try TestBench(Self.options(settings: #""response_head_timeout":"200ms""#)) {
      _ = $0.waitForEnd()
    }
    defer { bench.stop() }
    let answer = try bench.ask(Ask.chat())
    #expect(answer.status == 504)
    #expect(answer.json.at("error.code")?.string == "upstream_timeout")
    #expect(bench.upstream.requests.count == 1)
  }

  @Test func aStreamThatDoesNotBeginIsTriedElsewhere() throws {
    let bench = try TestBench(Self.options(settings: #""stream_head_timeout":"200ms""#)) { call in
      if call.number == 1 {
        _ = call.waitForEnd()
      } else {
        call.stream([Said.role, Said.hello, Said.stop, Said.done])
      }
    }
    defer { bench.stop() }
    let answer = try bench.ask(Ask.chat(stream: true))
    #expect(answer.status == 200)
    #expect(try bench.receipts()[0]["attempts"] == 2)
  }

  /// The provider had closed the connection before the request came: tried once more, free.
  @Test func aStaleConnectionIsReplaced() throws {
    let bench = try TestBench(Self.options(keys: 1)) { call in
      // The second request of the first connection finds nobody any more.
      if call.number == 2 { call.close() } else { call.answer() }
    }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Ask.chat())
    #expect(try client.answer().status == 200)
    client.send(Ask.chat())
    #expect(try client.answer().status == 200)
    #expect(bench.upstream.requests.map(\.connection) == [1, 1, 2])
    let receipts = try bench.receipts(2)
    #expect(receipts[1]["attempts"] == 1)
    #expect(receipts[1]["outcome"]?.string == "served")
  }

  @Test func aFreshConnectionThatClosesIsAFailure() throws {
    let bench = try TestBench(Self.options(keys: 1)) { call in
      if call.number == 1 { call.answer() } else { call.close() }
    }
    defer { bench.stop() }
    #expect(try bench.ask(Ask.chat()).status == 200)
    #expect(try bench.ask(Ask.chat()).status == 502)
    // The old connection, the fresh one, and no more.
    #expect(bench.upstream.requests.map(\.connection) == [1, 1, 2])
  }

  /// Nothing that says who or where the client is goes up, on any route.
  @Test func theClientsOwnStaysHere() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let secret = "CLIENT-CANARY"
    let names = [
      "cookie", "proxy-authorization", "openai-organization", "openai-project",
      "x-goog-user-project", "forwarded", "via", "x-forwarded-for", "x-forwarded-host",
      "x-real-ip", "cf-connecting-ip", "true-client-ip", "user-agent", "x-stainless-os",
      "x-goog-api-client", "referer", "origin", "te", "upgrade",
      "x-hop", "x-unheard-of",
    ]
    let fields =
      names.map { "\($0): \(secret)" } + ["connection: keep-alive, x-hop, openai-beta"]
      + ["openai-beta: \(secret)", "idempotency-key: kept-1"]
    #expect(try bench.ask(Ask.chat(fields: fields)).status == 200)
    let request = Ask.post(
      "/passthrough/up/chat/completions?key=\(TestBench.token)", "{}",
      fields: fields, auth: "x-api-key: \(TestBench.token)")
    #expect(try bench.ask(request).status == 200)
    #expect(bench.upstream.requests.count == 2)
    for request in bench.upstream.requests {
      #expect(!request.raw.contains(secret), "\(request.raw)")
      #expect(!request.raw.contains(TestBench.token), "\(request.raw)")
      #expect(!request.raw.contains("127.0.0.1:\(bench.port)"))
      #expect(request.raw.contains("\r\nauthorization: Bearer sk-upstream-1\r\n"))
      #expect(request.raw.contains("\r\nhost: 127.0.0.1:\(bench.upstream.port)\r\n"))
      #expect(request.raw.contains("\r\nidempotency-key: kept-1\r\n"))
    }
  }

  /// A provider that refuses `stream_options` is asked again without, and not asked again.
  @Test func streamOptionsThatAreRefusedAreLeftOut() throws {
    let bench = try TestBench(Self.options(keys: 1)) { call in
      if call.body.contains("stream_options") {
        call.answer(400, #"{"error":{"message":"Unknown parameter: 'stream_options'."}}"#)
      } else {
        call.stream([Said.role, Said.hello, Said.stop, Said.done])
      }
    }
    defer { bench.stop() }
    for _ in 0..<2 {
      let answer = try bench.ask(Ask.chat(stream: true))
      #expect(answer.status == 200)
      #expect(answer.text == Said.role + Said.hello + Said.stop + Said.done)
    }
    #expect(
      bench.upstream.requests.map { $0.raw.contains("stream_options") } == [true, false, false])
    for receipt in try bench.receipts(2) {
      #expect(receipt["attempts"] == 1)
      #expect(receipt["outcome"]?.string == "served")
    }
  }

  /// The same 400 to a client that asked for it itself is the client's own.
  @Test func aClientsOwnStreamOptionsAreTheClientsFault() throws {
    let bench = try TestBench(Self.options()) {
      $0.answer(400, #"{"error":{"message":"Unknown parameter: 'stream_options'."}}"#)
    }
    defer { bench.stop() }
    let extra = #","stream_options":{"include_usage":true}"#
    let answer = try bench.ask(Ask.chat(stream: true, extra: extra))
    #expect(answer.status == 400)
    #expect(answer.text.contains("stream_options"))
    #expect(bench.upstream.requests.count == 1)
  }

  /// The provider's refusal of the request itself goes to the client as it is.
  @Test func theClientsFaultIsPassedOn() throws {
    let bench = try TestBench(Self.options()) {
      $0.answer(400, Said.clientFault, fields: ["x-request-id: theirs", "set-cookie: a=b"])
    }
    defer { bench.stop() }
    let answer = try bench.ask(Ask.chat())
    #expect(answer.status == 400)
    #expect(answer.text == Said.clientFault)
    #expect(answer.field("x-upstream-request-id") == "theirs")
    #expect(answer.field("x-request-id")?.hasPrefix("req_") == true)
    #expect(answer.field("set-cookie") == nil)
    #expect(bench.upstream.requests.count == 1)
    let receipt = try bench.receipts()[0]
    #expect(receipt["outcome"]?.string == "rejected")
    #expect(receipt["attempts"] == 1)
  }

  /// A key that was refused is asked about by a request of ours, and works again when it is good.
  @Test func aSuspectKeyIsProbed() throws {
    let bench = try TestBench(Self.options()) { call in
      if call.number == 1 {
        call.answer(401, #"{"error":{"code":"invalid_api_key"}}"#)
      } else {
        call.answer()
      }
    }
    defer { bench.stop() }
    #expect(try bench.ask(Ask.chat()).status == 200)
    try eventually("the probe") { !bench.upstream.probes.isEmpty }
    let probe = bench.upstream.probes[0]
    #expect(probe.hasPrefix("GET /v1/models HTTP/1.1\r\n"))
    #expect(!probe.contains(TestBench.token))
    let first = try #require(bench.upstream.requests.first?.raw)
    let key = first.contains("sk-upstream-1") ? "sk-upstream-1" : "sk-upstream-2"
    #expect(probe.contains(key))
  }

  @Test(arguments: [
    ("anthropic", "", "/v1/messages"), ("gemini", "", "/v1beta/models/m:generateContent"),
  ])
  func theOtherDialectsFailOverToo(_ dialect: String, basePath: String, path: String) throws {
    let bench = try TestBench(Self.options(dialect: dialect, basePath: basePath)) { call in
      call.number == 1 ? call.answer(529, "{}") : call.answer(200, #"{"ok":true}"#)
    }
    defer { bench.stop() }
    let answer = try bench.ask(Ask.post(path, #"{"model":"m","max_tokens":5,"messages":[]}"#))
    #expect(answer.status == 200)
    #expect(answer.text == #"{"ok":true}"#)
    #expect(bench.upstream.requests.allSatisfy { $0.raw.hasPrefix("POST \(path) HTTP/1.1") })
  }
}
