import HTTP
import Glibc
import JSON
import Locks
import Testing

@testable import Server

@Suite("Relaying answers", .timeLimit(.minutes(10)))
struct RelayTests {
  static let events = [Said.role, Said.hello, Said.stop, Said.done]

  static func options(
    keys: Int = 2, dialect: String = "openai", basePath: String = "/v1", settings: String = ""
  ) -> TestBench.Options {
    AttemptTests.options(keys: keys, settings: settings, dialect: dialect, basePath: basePath)
  }

  // MARK: before content

  /// How a stream may break before it has said anything.
  struct Start: Sendable, CustomTestStringConvertible {
    let name: String
    let act: @Sendable (UpstreamCall) -> Void
    var testDescription: String { name }
  }

  static let starts: [Start] = [
    Start(name: "no event") { _ in },
    Start(name: "a role alone") { $0.chunk(Said.role) },
    Start(name: "half an event") { $0.chunk(String(Said.hello.prefix(40))) },
    Start(name: "comments") { $0.chunk(": processing\n\n: processing\n\n") },
    Start(name: "half an event of content") {
      $0.chunk(String(Said.hello.dropLast(30)))
    },
    Start(name: "no event, and an end") { $0.endStream() },
    Start(name: "a role alone, and an end") {
      $0.chunk(Said.role)
      $0.endStream()
    },
    Start(name: "comments, and an end") {
      $0.chunk(": processing\n\n")
      $0.endStream()
    },
    Start(name: "an error event") {
      $0.chunk("data: {\"error\":{\"message\":\"overloaded\",\"code\":503}}\n\n")
      $0.endStream()
    },
  ]

  /// Held back until content: the client sees the second key's stream alone, and all of it.
  @Test(arguments: starts)
  func aStreamThatBreaksBeforeContentIsTriedElsewhere(_ start: Start) throws {
    let bench = try TestBench(Self.options()) { call in
      guard call.number == 1 else { return call.stream(Self.events) }
      call.beginStream()
      start.act(call)
      call.close()
    }
    defer { bench.stop() }
    let answer = try bench.ask(Ask.chat(stream: true))
    #expect(answer.status == 200)
    #expect(answer.isWhole)
    #expect(answer.text == Self.events.joined())
    let receipt = try bench.receipts()[0]
    #expect(receipt["attempts"] == 2)
    #expect(receipt["outcome"]?.string == "served")
    #expect(receipt["stream"] == true)
  }

  @Test func silenceBeforeContentIsTriedElsewhere() throws {
    let bench = try TestBench(Self.options(settings: #""stream_silence_timeout":"200ms""#)) {
      call in
      guard call.number == 1 else { return call.stream(Self.events) }
      call.beginStream()
      call.chunk(Said.role)
      _ = call.waitForEnd()
    }
    defer { bench.stop() }
    let answer = try bench.ask(Ask.chat(stream: true))
    #expect(answer.text == Self.events.joined())
    #expect(bench.upstream.requests.count == 2)
  }

  /// Start events are held back by 64 KiB at most.
  @Test func holdingBackHasABound() throws {
    let comment = ": " + String(repeating: "x", count: 1_000) + "\n\n"
    let bench = try TestBench(Self.options()) { call in
      call.beginStream()
      for _ in 0..<80 { call.chunk(comment) }
      _ = call.waitForEnd()
    }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Ask.chat(stream: true))
    try client.wait(for: comment)
    client.close()
    #expect(bench.upstream.requests.count == 1)
  }

  @Test func contentIsNotHeldBack() throws {
    let isSeen = Guarded(false)
    let bench = try TestBench(Self.options()) { call in
      call.beginStream()
      call.chunk(Said.role)
      call.chunk(Said.hello)
      // The rest comes only when the client has this much.
      for _ in 0..<5_000 where !isSeen.withLock({ $0 }) { usleep(1_000) }
      call.chunk(Said.stop)
      call.chunk(Said.done)
      call.endStream()
    }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Ask.chat(stream: true))
    try client.wait(for: "hello")
    isSeen.withLock { $0 = true }
    #expect(try client.answer().text == Self.events.joined())
  }

  // MARK: after content

  struct Dialect: Sendable, CustomTestStringConvertible {
    let name: String
    let basePath: String
    let request: String
    let content: String
    let error: String
    var testDescription: String { "\(name) \(request.prefix(40))" }
  }

  static let dialects: [Dialect] = [
    Dialect(
      name: "openai", basePath: "/v1", request: Ask.chat(stream: true), content: Said.hello,
      error: #"data: {"error":{"message":"#),
    Dialect(
      name: "openai", basePath: "/v1",
      request: Ask.post("/v1/responses", #"{"model":"m","input":"hi","stream":true}"#),
      content:
        "event: response.output_text.delta\n"
        + #"data: {"type":"response.output_text.delta","delta":"hello"}"# + "\n\n",
      error: "event: error\ndata: {\"type\":\"error\""),
    Dialect(
      name: "anthropic", basePath: "",
      request: Ask.post(
        "/v1/messages", #"{"model":"m","max_tokens":9,"stream":true,"messages":[]}"#),
      content:
        "event: content_block_delta\n"
        + #"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}}"#
        + "\n\n",
      error: "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\""),
    Dialect(
      name: "gemini", basePath: "",
      request: Ask.post(
        "/v1beta/models/m:streamGenerateContent?alt=sse", #"{"contents":[]}"#),
      content: #"data: {"candidates":[{"content":{"parts":[{"text":"hello"}]}}]}"# + "\r\n\r\n",
      error: #"data: {"error":{"code":502"#),
  ]

  /// A cut answer never looks whole: the client gets an error in its own dialect.
  @Test(arguments: dialects)
  func aStreamThatIsCutAfterContentSaysSo(_ dialect: Dialect) throws {
    let bench = try TestBench(Self.options(dialect: dialect.name, basePath: dialect.basePath)) {
      $0.beginStream()
      $0.chunk(dialect.content)
      $0.close()
    }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(dialect.request)
    let answer = try client.answer()
    #expect(answer.status == 200)
    #expect(answer.text.hasPrefix(dialect.content + dialect.error), "\(answer.text)")
    #expect(answer.text.hasSuffix("\n\n"))
    #expect(try client.rest() == "")
    #expect(bench.upstream.requests.count == 1)
    let receipt = try bench.receipts()[0]
    #expect(receipt["outcome"]?.string == "cut")
    #expect(receipt["attempts"] == 1)
    #expect(receipt["status"] == 200)
  }

  /// What came of an event that will not be whole is left out: a client would try to read it.
  ///
  /// It has come with the event before it, or after that.
  @Test(arguments: dialects, [true, false])
  func aCutWithinAnEventLeavesItOut(_ dialect: Dialect, together: Bool) throws {
    let isSeen = Guarded(together)
    let half = String(dialect.content.prefix(dialect.content.utf8.count - 20))
    let bench = try TestBench(Self.options(dialect: dialect.name, basePath: dialect.basePath)) {
      call in
      call.beginStream()
      call.chunk(together ? dialect.content + half : dialect.content)
      for _ in 0..<5_000 where !isSeen.withLock({ $0 }) { usleep(1_000) }
      if !together { call.chunk(half) }
      call.close()
    }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(dialect.request)
    try client.wait(for: "hello")
    isSeen.withLock { $0 = true }
    let answer = try client.answer()
    #expect(answer.isWhole)
    #expect(answer.text.hasPrefix(dialect.content + dialect.error), "\(answer.text)")
    #expect(try bench.receipts()[0]["outcome"]?.string == "cut")
  }

  /// Of an event too large to be kept a part is out: nothing can be said after it.
  @Test func aCutWithinALargeEventBreaksTheConnection() throws {
    let start = #"data: {"choices":[{"index":0,"delta":{"content":""#
    let bench = try TestBench(Self.options()) {
      $0.beginStream()
      $0.chunk(Said.hello)
      $0.chunk(start + String(repeating: "x", count: 200_000))
      $0.close()
    }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Ask.chat(stream: true))
    try client.wait(for: String(repeating: "x", count: 1_000))
    let answer = try client.answer()
    #expect(!answer.isWhole)
    #expect(!answer.text.contains("error"))
    #expect(try bench.receipts()[0]["outcome"]?.string == "cut")
  }

  // MARK: an end that is none

  /// A stream that HTTP calls whole, and what it makes of that.
  struct End: Sendable, CustomTestStringConvertible {
    let name: String
    var dialect = "openai"
    var basePath = "/v1"
    var type = "text/event-stream"
    let request: String
    /// Before any content.
    let start: String
    let content: String
    /// It lacks what it must end with.
    let isCut: Bool
    var testDescription: String { name }
  }

  static let ends: [End] = [
    End(
      name: "chat", request: dialects[0].request, start: Said.role, content: Said.hello,
      isCut: false),
    End(
      name: "responses", request: dialects[1].request,
      start: #"data: {"type":"response.created","response":{"id":"r"}}"# + "\n\n",
      content: dialects[1].content, isCut: true),
    End(
      name: "messages", dialect: "anthropic", basePath: "", request: dialects[2].request,
      start: #"data: {"type":"message_start","message":{"id":"m"}}"# + "\n\n",
      content: dialects[2].content, isCut: true),
    End(
      name: "gemini", dialect: "gemini", basePath: "", request: dialects[3].request, start: "",
      content: dialects[3].content, isCut: false),
    End(
      name: "gemini's array", dialect: "gemini", basePath: "", type: "application/json",
      request: Ask.post("/v1beta/models/m:streamGenerateContent", #"{"contents":[]}"#), start: "[",
      content: #"{"candidates":[{"content":{"parts":[{"text":"hello"}]}}]}"#, isCut: true),
  ]

  /// Nothing has come that a client could use: the next key.
  @Test(arguments: ends)
  func aStreamThatEndsBeforeContentIsTriedElsewhere(_ end: End) throws {
    let bench = try TestBench(Self.options(dialect: end.dialect, basePath: end.basePath)) { call in
      guard call.number == 1 else { return call.answer(200, #"{"ok":true}"#) }
      call.beginStream(type: end.type)
      if !end.start.isEmpty { call.chunk(end.start) }
      call.endStream()
    }
    defer { bench.stop() }
    let answer = try bench.ask(end.request)
    #expect(answer.status == 200 && answer.text == #"{"ok":true}"#, "\(answer.text)")
    #expect(try bench.receipts()[0]["attempts"] == 2)
  }

  /// After content the client is told, where the dialect leaves no doubt.
  @Test(arguments: ends)
  func aStreamThatEndsWithoutItsOwnEndIsCut(_ end: End) throws {
    let isSeen = Guarded(false)
    let bench = try TestBench(Self.options(dialect: end.dialect, basePath: end.basePath)) { call in
      call.beginStream(type: end.type)
      call.chunk(end.start + end.content)
      for _ in 0..<5_000 where !isSeen.withLock({ $0 }) { usleep(1_000) }
      call.endStream()
    }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(end.request)
    try client.wait(for: "hello")
    isSeen.withLock { $0 = true }
    let answer = try client.answer()
    #expect(answer.isWhole && answer.text.hasPrefix(end.start + end.content), "\(answer.text)")
    #expect(answer.text.contains("error") == end.isCut)
    let receipt = try bench.receipts()[0]
    #expect(receipt["outcome"]?.string == (end.isCut ? "cut" : "served"))
    #expect(receipt["attempts"] == 1)
  }

  /// To an announced length nothing can be added: it is not reached.
  @Test func anAnnouncedLengthThatIsCutIsNotReached() throws {
    let isSeen = Guarded(false)
    let event = Self.ends[2]
    let body = event.start + event.content + event.content
    let bench = try TestBench(Self.options(dialect: "anthropic", basePath: "")) { call in
      call.send(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
          + "content-length: \(body.utf8.count)\r\n\r\n" + event.start + event.content)
      for _ in 0..<5_000 where !isSeen.withLock({ $0 }) { usleep(1_000) }
      call.send(event.content)
    }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(event.request)
    try client.wait(for: "hello")
    isSeen.withLock { $0 = true }
    #expect(try client.answer().isWhole == false)
    #expect(try bench.receipts()[0]["outcome"]?.string == "cut")
  }

  // MARK: an end in itself

  /// A stream up to the event that ends it.
  struct OwnEnd: Sendable, CustomTestStringConvertible {
    let name: String
    var dialect = "openai"
    var basePath = "/v1"
    var type = "text/event-stream"
    let request: String
    /// In two parts: what comes before the last event, and that.
    let start: String
    let last: String
    /// So many bytes from its end the last event is not whole.
    var tornBytes = 1
    var testDescription: String { name }
  }

  static let ownEnds: [OwnEnd] = [
    OwnEnd(
      name: "chat",
      request: Ask.chat(stream: true, extra: #","stream_options":{"include_usage":true}"#),
      start: Said.hello + Said.stop + Said.usage, last: Said.done),
    OwnEnd(
      name: "responses", request: dialects[1].request, start: dialects[1].content,
      last: "event: response.completed\n"
        + #"data: {"type":"response.completed","response":{"id":"r","usage":"#
        + #"{"input_tokens":3,"output_tokens":2,"total_tokens":5}}}"# + "\n\n"),
    OwnEnd(
      name: "messages", dialect: "anthropic", basePath: "", request: dialects[2].request,
      start:
        #"data: {"type":"message_start","message":{"id":"m","usage":"#
        + #"{"input_tokens":3,"output_tokens":1}}}"# + "\n\n" + dialects[2].content
        + #"data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"#
        + #""usage":{"output_tokens":2}}"# + "\n\n",
      last: "event: message_stop\n" + #"data: {"type":"message_stop"}"# + "\n\n"),
    OwnEnd(
      name: "lines of JSON", type: "application/x-ndjson",
      request: Ask.post("/passthrough/up/api/chat", #"{"model":"m","messages":[]}"#),
      start: #"{"model":"m","message":{"content":"hello"},"done":false}"# + "\n",
      last: #"{"model":"m","done":true,"prompt_eval_count":3,"eval_count":2}"# + "\n",
      tornBytes: 5),
  ]

  /// The client has all that there is, and the account says so; the connection is not used again.
  @Test(arguments: ownEnds, ["closed", "garbled", "silent"])
  func aBreakBehindTheLastEventTakesNothingAway(_ end: OwnEnd, _ how: String) throws {
    let bench = try TestBench(
      Self.options(
        dialect: end.dialect, basePath: end.basePath,
        settings: #""stream_silence_timeout":"200ms""#)
    ) { call in
      call.beginStream(type: end.type)
      call.chunk(end.start)
      call.chunk(end.last)
      if how == "garbled" { call.send("zz\r\n") }
      if how == "closed" { call.close() } else { _ = call.waitForEnd() }
    }
    defer { bench.stop() }
    for _ in 0..<2 {
      let answer = try bench.ask(end.request)
      #expect(answer.status == 200 && answer.isWhole)
      #expect(answer.text == end.start + end.last)
    }
    #expect(Set(bench.upstream.requests.map(\.connection)).count == 2)
    for receipt in try bench.receipts(2) {
      #expect(receipt["outcome"]?.string == "served")
      #expect(receipt["attempts"] == 1)
      #expect(receipt["usage_source"]?.string == "reported")
      #expect(receipt.at("usage.total_tokens") == 5)
      let anomalies = receipt["anomalies"]?.array?.compactMap(\.string) ?? []
      #expect(!anomalies.contains { $0.hasPrefix("provider_") }, "\(anomalies)")
      let id = try #require(receipt["request_id"]?.string)
      let account = try bench.perform("request.show", ["id": .string(id)])
      #expect(account.at("request.attempt_list.0.end")?.string == "served")
    }
  }

  /// By a last event that is not whole a client does not know that it has all.
  @Test(arguments: ownEnds)
  func aBreakWithinTheLastEventIsACut(_ end: OwnEnd) throws {
    let bench = try TestBench(Self.options(dialect: end.dialect, basePath: end.basePath)) { call in
      call.beginStream(type: end.type)
      call.chunk(end.start)
      call.chunk(String(end.last.dropLast(end.tornBytes)))
      call.close()
    }
    defer { bench.stop() }
    let answer = try bench.ask(end.request)
    #expect(answer.isWhole && answer.text.hasPrefix(end.start), "\(answer.text)")
    #expect(answer.text.dropFirst(end.start.count).contains("error"))
    #expect(try bench.receipts()[0]["outcome"]?.string == "cut")
  }

  /// A client that was told of a length waits for all of it.
  @Test func anAnnouncedLengthOutweighsTheLastEvent() throws {
    let isSeen = Guarded(false)
    let end = Self.ownEnds[0]
    let bench = try TestBench(Self.options()) { call in
      call.send(
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
          + "content-length: \((end.start + end.last).utf8.count + 9)\r\n\r\n" + end.start)
      for _ in 0..<5_000 where !isSeen.withLock({ $0 }) { usleep(1_000) }
      call.send(end.last)
      call.close()
    }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(end.request)
    try client.wait(for: "hello")
    isSeen.withLock { $0 = true }
    #expect(try client.answer().isWhole == false)
    #expect(try bench.receipts()[0]["outcome"]?.string == "cut")
  }

  // MARK: the client's fault

  /// How a provider refuses the request itself in an answer of status 200, before any content.
  struct Rejection: Sendable, CustomTestStringConvertible {
    let name: String
    var dialect = "openai"
    var basePath = "/v1"
    var type = "text/event-stream"
    let request: String
    let body: String
    var testDescription: String { name }
  }

  static let rejections: [Rejection] = [
    Rejection(
      name: "chat", request: dialects[0].request,
      body: Said.role
        + #"data: {"error":{"message":"No","type":"invalid_request_error","code":"content_policy_violation"}}"#
        + "\n\n" + Said.done),
    Rejection(
      name: "chat, as a document", type: "application/json", request: dialects[0].request,
      body: Said.clientFault),
    Rejection(
      name: "responses, failed", request: dialects[1].request,
      body: #"data: {"type":"response.created","response":{"id":"r"}}"# + "\n\n"
        + #"data: {"type":"response.failed","response":{"error":{"code":"invalid_prompt","message":"No"}}}"#
        + "\n\n"),
    Rejection(
      name: "responses, error", request: dialects[1].request,
      body: "event: error\n" + #"data: {"type":"error","code":"invalid_prompt","message":"No"}"#
        + "\n\n"),
    Rejection(
      name: "messages", dialect: "anthropic", basePath: "", request: dialects[2].request,
      body:
        #"data: {"type":"message_start","message":{"id":"m","usage":{"input_tokens":9}}}"#
        + "\n\nevent: error\n"
        + #"data: {"type":"error","error":{"type":"invalid_request_error","message":"too long"}}"#
        + "\n\n"),
    Rejection(
      name: "gemini", dialect: "gemini", basePath: "", request: dialects[3].request,
      body: #"data: {"error":{"code":400,"message":"No","status":"INVALID_ARGUMENT"}}"#
        + "\r\n\r\n"),
    Rejection(
      name: "gemini's array", dialect: "gemini", basePath: "", type: "application/json",
      request: Ask.post("/v1beta/models/m:streamGenerateContent", #"{"contents":[]}"#),
      body: #"[{"error":{"code":400,"message":"No","status":"INVALID_ARGUMENT"}}]"#),
  ]

  /// Passed on as it came, with nothing tried and nothing billed; in one piece or byte by byte.
  @Test(arguments: rejections, [true, false])
  func aRefusalWithinAStreamIsTheClients(_ example: Rejection, inOnePiece: Bool) throws {
    let bench = try TestBench(
      Self.options(dialect: example.dialect, basePath: example.basePath)
    ) { call in
      call.beginStream(type: example.type)
      if inOnePiece {
        call.chunk(example.body)
      } else {
        for scalar in example.body.unicodeScalars { call.chunk(String(scalar)) }
      }
      call.endStream()
    }
    defer { bench.stop() }
    try bench.perform(
      "price.set",
      [
        "model": "m",
        "fields": ["input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06],
      ])
    try bench.perform(
      "user.set", ["name": "ada", "budgets": [["usd": 1, "period": "total"]]])
    let answer = try bench.ask(example.request)
    #expect(answer.status == 200 && answer.isWhole)
    #expect(answer.text == example.body)
    #expect(bench.upstream.requests.count == 1)
    let receipt = try bench.receipts()[0]
    #expect(receipt["outcome"]?.string == "rejected")
    #expect(receipt["status"] == 200)
    #expect(receipt["attempts"] == 1)
    #expect(receipt["usage_source"]?.string == "none")
    #expect(receipt["cost_usd"] == .null)
    let anomalies = receipt["anomalies"]?.array?.compactMap(\.string) ?? []
    #expect(anomalies.filter { $0 == "error_event" }.count == 1, "\(anomalies)")
    #expect(!anomalies.contains("estimate_charged"))
    let id = try #require(receipt["request_id"]?.string)
    let account = try bench.perform("request.show", ["id": .string(id)])
    #expect(account.at("request.attempt_list.0.end")?.string == "client_fault")
  }

  /// Google's growing array stays one: its last element is the error.
  @Test func anArrayThatIsCutEndsWithAnError() throws {
    let start = #"[{"candidates":[{"content":{"parts":[{"text":"hello"}]}}]}"#
    let bench = try TestBench(Self.options(dialect: "gemini", basePath: "")) {
      $0.beginStream(type: "application/json")
      $0.chunk(start)
      $0.close()
    }
    defer { bench.stop() }
    let answer = try bench.ask(
      Ask.post("/v1beta/models/m:streamGenerateContent", #"{"contents":[]}"#))
    #expect(answer.text.hasPrefix(start))
    #expect(answer.json.at("1.error.code") == 502, "\(answer.text)")
    #expect(try bench.receipts()[0]["outcome"]?.string == "cut")
  }

  @Test func silenceAfterContentIsATimeout() throws {
    let bench = try TestBench(Self.options(settings: #""stream_silence_timeout":"200ms""#)) {
      $0.beginStream()
      $0.chunk(Said.hello)
      _ = $0.waitForEnd()
    }
    defer { bench.stop() }
    let answer = try bench.ask(Ask.chat(stream: true))
    #expect(answer.text.contains("upstream_timeout"), "\(answer.text)")
    #expect(try bench.receipts()[0]["outcome"]?.string == "cut")
  }

  /// Whatever ends it, the error carries the number that follows those of the events before it.
  @Test(arguments: ["broken off", "silent", "past its deadline"])
  func theErrorOfANumberedStreamIsNumbered(_ end: String) throws {
    let settings =
      switch end {
      case "silent": #""stream_silence_timeout":"200ms""#
      case "past its deadline": #""request_timeout":"1s""#
      default: ""
      }
    let bench = try TestBench(Self.options(settings: settings)) { call in
      call.beginStream()
      for number in 0..<4 {
        call.chunk(
          "event: response.output_text.delta\n"
            + #"data: {"type":"response.output_text.delta","sequence_number":\#(number),"delta":"x"}"#
            + "\n\n")
      }
      if end == "broken off" { call.close() } else { _ = call.waitForEnd() }
    }
    defer { bench.stop() }
    let answer = try bench.ask(
      Ask.post("/v1/responses", #"{"model":"m","input":"hi","stream":true}"#))
    let last = try #require(answer.text.split(separator: "\n").last { $0.hasPrefix("data: ") })
    let event = try JSONValue(parsing: String(last.dropFirst(6)))
    #expect(event["type"]?.string == "error" && event["sequence_number"]?.int == 4, "\(event)")
  }

  /// Where the framing can say nothing the connection is broken, so that nobody takes it for whole.
  @Test(arguments: [true, false])
  func jsonThatIsCutAfterItsStartBreaksTheConnection(_ hasLength: Bool) throws {
    let start =
      #"{"id":"c1","choices":[{"message":{"content":""# + String(repeating: "x", count: 200_000)
    let bench = try TestBench(Self.options()) { call in
      if hasLength {
        call.send(
          "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900000\r\n\r\n")
        call.send(start)
      } else {
        call.beginStream(type: "application/json")
        call.chunk(start)
      }
      call.close()
    }
    defer { bench.stop() }
    let answer = try bench.ask(Ask.chat())
    #expect(answer.status == 200)
    #expect(!answer.isWhole)
    #expect(start.hasPrefix(answer.text))
    #expect(try bench.receipts()[0]["outcome"]?.string == "cut")
  }

  // MARK: usage

  /// Asked for by us, taken out again: the client gets what it would have got without.
  @Test func usageThatTheClientDidNotAskForIsHidden() throws {
    let null = #","usage":null"#
    let bench = try TestBench(Self.options()) {
      $0.stream([
        Said.delta(#""role":"assistant","content":"""#, usage: null),
        Said.delta(#""content":"hello""#, usage: null),
        Said.delta("", finish: #""stop""#, usage: null), Said.usage, Said.done,
      ])
    }
    defer { bench.stop() }
    let answer = try bench.ask(Ask.chat(stream: true))
    #expect(answer.text == Self.events.joined())
    #expect(bench.upstream.requests[0].raw.contains(#""stream_options":{"include_usage":true}"#))
    let receipt = try bench.receipts()[0]
    #expect(receipt["usage_source"]?.string == "reported")
    #expect(receipt.at("usage.total_tokens") == 5)
  }

  @Test func usageThatTheClientAskedForIsItsOwn() throws {
    let events = [Said.role, Said.hello, Said.stop, Said.usage, Said.done]
    let bench = try TestBench(Self.options()) { $0.stream(events) }
    defer { bench.stop() }
    let extra = #","stream_options":{"include_usage":true}"#
    let answer = try bench.ask(Ask.chat(stream: true, extra: extra))
    #expect(answer.text == events.joined())
    #expect(try bench.receipts()[0].at("usage.total_tokens") == 5)
  }

  // MARK: the client

  @Test(arguments: [true, false])
  func aClientThatLeavesIsNotWorkedForAnyMore(_ hasBegun: Bool) throws {
    let ends = Guarded<[Bool]>([])
    let bench = try TestBench(Self.options()) { call in
      if hasBegun {
        call.beginStream()
        call.chunk(Said.hello)
      }
      let hasEnded = call.waitForEnd()
      ends.withLock { $0.append(hasEnded) }
    }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Ask.chat(stream: true))
    try eventually("the request is there") { bench.upstream.requests.count == 1 }
    if hasBegun { try client.wait(for: "hello") }
    let start = ContinuousClock.now
    client.close()
    try eventually("the provider is left") { !ends.withLock { $0 }.isEmpty }
    // 100 ms is the promise; the machine may be busy.
    #expect(ContinuousClock.now - start < .seconds(2))
    #expect(ends.withLock { $0 } == [true])
    let receipt = try bench.receipts()[0]
    #expect(receipt["outcome"]?.string == "abandoned")
    #expect(bench.upstream.requests.count == 1)
  }

  /// A provider that is heard without its client: to its end, or to the cap.
  struct Drain: Sendable, CustomTestStringConvertible {
    let name: String
    var settings = ""
    var isWhole = true
    /// The connection breaks behind the last event.
    var breaks = false
    /// Bytes after the client has left.
    var padding = 0
    let ending: String
    var testDescription: String { name }
  }

  static let drains: [Drain] = [
    Drain(name: "to its end", ending: "client_left_drained"),
    Drain(name: "to its own end", breaks: true, ending: "client_left_drained"),
    Drain(
      name: "to the cap of time", settings: #""drain_time":"300ms""#, isWhole: false,
      ending: "client_left_drain_capped"),
    Drain(
      name: "to the cap of bytes", settings: #""drain_bytes_max":1000"#, isWhole: false,
      padding: 2_000, ending: "client_left_drain_capped"),
  ]

  @Test(arguments: drains, [true, false])
  func underDrainAProviderIsHeardWithoutItsClient(_ example: Drain, hasBegun: Bool) throws {
    let isGone = Guarded<Bool>(false)
    let bench = try TestBench(Self.options(settings: example.settings)) { call in
      if hasBegun {
        call.beginStream()
        call.chunk(Said.hello)
      }
      while !isGone.withLock({ $0 }) { usleep(2_000) }
      usleep(50_000)
      if !hasBegun { call.beginStream() }
      call.chunk(": " + String(repeating: "x", count: example.padding) + "\n\n")
      guard example.isWhole else {
        _ = call.waitForEnd()
        return
      }
      call.chunk(Said.stop)
      call.chunk(Said.usage)
      call.chunk(Said.done)
      if example.breaks { call.close() } else { call.endStream() }
    }
    defer { bench.stop() }
    try bench.perform("user.set", ["name": "ada", "disconnect": "drain"])
    let client = try bench.client()
    client.send(Ask.chat(stream: true))
    try eventually("the request is there") { bench.upstream.requests.count == 1 }
    if hasBegun { try client.wait(for: "hello") }
    client.close()
    isGone.withLock { $0 = true }
    let receipt = try bench.receipts()[0]
    #expect(receipt["outcome"]?.string == "abandoned")
    #expect(receipt["anomalies"]?.array?.first?.string == example.ending)
    #expect(receipt["usage_source"]?.string == (example.isWhole ? "reported" : "estimated"))
    if example.isWhole { #expect(receipt.at("usage.total_tokens") == 5) }
    #expect(receipt["attempts"] == 1)
  }

  /// A reader that does not read stops the provider: what lies between is bounded.
  @Test func aSlowReaderStopsTheReading() throws {
    let text = Said.delta(#""content":"\#(String(repeating: "y", count: 65_000))""#)
    let chunk = Array((String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n").utf8)
    let count = 1_000
    let all = [[UInt8]](repeating: chunk, count: count).flatMap { $0 }
    let pushed = Guarded<Int?>(nil)
    let bench = try TestBench(Self.options()) { call in
      call.beginStream()
      let first = call.socket.push(all)
      pushed.withLock { $0 = first }
      call.socket.send(Array(all[first...]))
      call.chunk(Said.stop)
      call.chunk(Said.done)
      call.endStream()
    }
    defer { bench.stop() }
    let client = try bench.client(receiveBytes: 65_536)
    client.send(Ask.chat(stream: true))
    try eventually("the provider is held up") { pushed.withLock { $0 } != nil }
    let first = try #require(pushed.withLock { $0 })
    #expect(
      first < all.count / 2, "\(first) of \(all.count) bytes went up to a client that reads none")
    // And nothing is lost: the rest comes as soon as it is read.
    let answer = try client.answer()
    #expect(answer.isWhole)
    #expect(
      answer.body.count == text.utf8.count * count + Said.stop.utf8.count + Said.done.utf8.count)
    #expect(try bench.receipts()[0]["outcome"]?.string == "served")
  }

  @Test func aLargeAnswerArrivesWhole() throws {
    let body = #"{"data":""# + String(repeating: "z", count: 3_000_000) + #""}"#
    let bench = try TestBench { $0.answer(200, body) }
    defer { bench.stop() }
    let answer = try bench.ask(Ask.chat())
    #expect(answer.isWhole)
    #expect(answer.text == body)
  }

  @Test(arguments: [204, 200])
  func anAnswerWithoutABodyIsOne(_ status: Int) throws {
    let bench = try TestBench { call in
      call.send("HTTP/1.1 \(status) X\r\n\(status == 204 ? "" : "content-length: 0\r\n")\r\n")
    }
    defer { bench.stop() }
    let client = try bench.client()
    for _ in 0..<2 {
      client.send(Ask.get("/passthrough/up/things/a", method: "DELETE"))
      let answer = try client.answer(to: .delete)
      #expect(answer.status == status)
      #expect(answer.body.isEmpty)
    }
  }

  // MARK: the account

  /// What a client has is on record: the receipt is written down before the last byte goes out.
  @Test(arguments: ["served", "rejected", "cut", "refused", "failed"])
  func isOnRecordBeforeTheClientHasItAll(_ outcome: String) throws {
    let bench = try TestBench(Self.options()) { call in
      switch outcome {
      case "served": call.stream(Self.events)
      case "rejected": call.answer(400, #"{"error":{"message":"no"}}"#)
      case "cut":
        call.beginStream()
        call.chunk(Said.hello)
        call.close()
      default: call.answer(500, "{}")
      }
    }
    defer { bench.stop() }
    for count in 1...5 {
      let answer = try bench.ask(
        outcome == "refused"
          ? Ask.post("/v1/chat/completions", "no JSON") : Ask.chat(stream: true))
      #expect(answer.isWhole)
      // Not waited for: it is there.
      let rows = try bench.perform("requests.list")["requests"]?.array ?? []
      #expect(rows.count == count)
      #expect(rows.first?["outcome"]?.string == outcome)
    }
  }

  /// By the last event a client knows that it has all: by then its receipt is written down, although
  /// the end of the body comes a little later.
  @Test func isOnRecordBeforeTheLastEvent() throws {
    let bench = try TestBench(Self.options()) { call in
      call.beginStream()
      for event in Self.events { call.chunk(event) }
      usleep(5_000)
      call.endStream()
    }
    defer { bench.stop() }
    for count in 1...5 {
      let client = try bench.client()
      client.send(Ask.chat(stream: true))
      try client.wait(for: "[DONE]")
      let rows = try bench.perform("requests.list")["requests"]?.array ?? []
      #expect(rows.count == count)
      #expect(rows.first?["outcome"]?.string == "served")
      #expect(try client.answer().text == Self.events.joined())
    }
  }

  /// A body that does not end after its last event keeps no client waiting for that.
  @Test func theLastEventDoesNotWaitForAnEndThatDoesNotCome() throws {
    let isSeen = Guarded(false)
    let bench = try TestBench(Self.options()) { call in
      call.beginStream()
      for event in Self.events { call.chunk(event) }
      for _ in 0..<5_000 where !isSeen.withLock({ $0 }) { usleep(1_000) }
      call.endStream()
    }
    defer { bench.stop() }
    let client = try bench.client()
    client.send(Ask.chat(stream: true))
    try client.wait(for: "[DONE]")
    isSeen.withLock { $0 = true }
    #expect(try client.answer().text == Self.events.joined())
    #expect(try bench.receipts()[0]["outcome"]?.string == "served")
  }

  /// A client that leaves while its last bytes wait for it has been served by nobody.
  @Test func aClientThatLeavesBeforeItsLastBytesIsSaidToHaveLeft() throws {
    let body = #"{"data":""# + String(repeating: "z", count: 60_000) + #""}"#
    let bench = try TestBench { $0.answer(200, body) }
    defer { bench.stop() }
    let client = try bench.client(receiveBytes: 2_048)
    for _ in 0..<200 { client.send(Ask.chat()) }
    // Pipelined: the answers fill what lies between, and one of them waits for its last bytes.
    try eventually("the answers are held up") {
      let count = bench.upstream.requests.count
      usleep(100_000)
      return count > 1 && bench.upstream.requests.count == count
    }
    client.close()
    // Newest first; the last answer is on record as served until the client is seen to leave.
    var outcomes: [String?] = []
    try eventually("the last one is corrected") {
      let rows = try bench.perform("requests.list", ["limit": 1_000])["requests"]?.array ?? []
      outcomes = rows.map { $0["outcome"]?.string }
      return outcomes.first == "abandoned"
    }
    #expect(outcomes.count == bench.upstream.requests.count)
    #expect(outcomes.dropFirst().allSatisfy { $0 == "served" })
  }
}
