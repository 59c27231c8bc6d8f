import HTTP
import JSON
import Testing

@testable import Server

@Suite("The life of a request", .timeLimit(.minutes(10)))
struct ExchangeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let request: String
    let status: Int
    let path: String
    let value: String
    var allow: String?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "no token, OpenAI", request: Ask.post("/v1/chat/completions", "{}", auth: nil),
      status: 401, path: "error.code", value: "invalid_api_key"),
    Case(
      name: "wrong token",
      request: Ask.post("/v1/responses", "{}", auth: "x-api-key: sk-upstream-1"),
      status: 401, path: "error.code", value: "invalid_api_key"),
    Case(
      name: "no token, Anthropic", request: Ask.post("/v1/messages", "{}", auth: nil), status: 401,
      path: "error.type", value: "authentication_error"),
    Case(
      name: "no token, Gemini",
      request: Ask.post("/v1beta/models/m:generateContent", "{}", auth: nil), status: 401,
      path: "error.status", value: "UNAUTHENTICATED"),
    Case(
      name: "two tokens",
      request: Ask.post("/v1/chat/completions", "{}", fields: ["x-api-key: other"]), status: 400,
      path: "error.code", value: "invalid_request"),
    Case(
      name: "unknown route", request: Ask.post("/v1/horoscopes", "{}"), status: 404,
      path: "error.code", value: "not_found"),
    Case(
      name: "unknown route without a token", request: Ask.post("/", "{}", auth: nil), status: 404,
      path: "error.code", value: "not_found"),
    Case(
      name: "wrong method", request: Ask.get("/v1/chat/completions"), status: 405,
      path: "error.code", value: "method_not_allowed", allow: "POST"),
    Case(
      name: "wrong method for Anthropic", request: Ask.get("/v1/messages", method: "DELETE"),
      status: 405, path: "error.type", value: "invalid_request_error", allow: "POST"),
    Case(
      name: "no JSON", request: Ask.post("/v1/chat/completions", "hello"), status: 400,
      path: "error.code", value: "invalid_request"),
    Case(
      name: "model named twice",
      request: Ask.post("/v1/chat/completions", #"{"model":"a","\u006dodel":"b"}"#), status: 400,
      path: "error.code", value: "invalid_request"),
    Case(
      name: "unknown provider", request: Ask.post("/passthrough/gone/x", "{}"), status: 404,
      path: "error.code", value: "not_found"),
    Case(
      name: "no such model", request: Ask.get("/v1/models/nothing"), status: 404,
      path: "error.code", value: "model_not_found"),
  ]

  /// What is refused here reaches no provider, and has a receipt all the same.
  @Test(arguments: cases)
  func refusals(_ example: Case) throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let answer = try bench.ask(example.request)
    #expect(answer.status == example.status, "\(answer.text)")
    #expect(answer.json.at(example.path)?.string == example.value, "\(answer.text)")
    #expect(answer.field("allow") == example.allow)
    #expect(answer.field("content-type") == "application/json")
    let id = try #require(answer.field("x-request-id"))
    if example.path == "error.type" {
      #expect(answer.field("request-id") == id)
      #expect(answer.json.at("request_id")?.string == id)
    }
    #expect(bench.upstream.requests.isEmpty)
    let receipt = try bench.receipts()[0]
    #expect(receipt["request_id"]?.string == id)
    #expect(receipt["status"] == .int(Int64(example.status)))
    #expect(receipt["outcome"]?.string == "refused")
    #expect(receipt["attempts"] == 0)
    #expect(receipt["provider"] == .null)
  }

  @Test func aSuspendedUserIsRefused() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    try bench.perform("user.set", ["name": "ada", "status": "suspended"])
    let answer = try bench.ask(Ask.chat())
    #expect(answer.status == 403)
    #expect(answer.json.at("error.code")?.string == "user_suspended")
  }

  @Test func withoutAKeyNobodyCanServe() throws {
    var options = TestBench.Options()
    options.keys = 0
    let bench = try TestBench(options)
    defer { bench.stop() }
    let answer = try bench.ask(Ask.chat())
    #expect(answer.status == 503 || answer.status == 404, "\(answer.text)")
    #expect(bench.upstream.requests.isEmpty)
  }

  @Test func aServedRequestIsFullyAccountedFor() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    try bench.perform(
      "price.set",
      [
        "model": "m",
        "fields": ["input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06],
      ])
    let answer = try bench.ask(Ask.chat())
    let receipt = try bench.receipts()[0]
    #expect(receipt["request_id"]?.string == answer.field("x-request-id"))
    let expected: [(String, JSONValue)] = [
      ("user", "ada"), ("token", "laptop"), ("dialect", "openai"),
      ("endpoint", "chat/completions"), ("model", "m"), ("upstream_model", "m"),
      ("provider", "up"), ("key", "key-1"), ("attempts", 1), ("status", 200), ("stream", false),
      ("outcome", "served"), ("usage_source", "reported"), ("cost_usd", "0.000007"),
    ]
    for (name, value) in expected { #expect(receipt[name] == value, "\(name): \(receipt.text)") }
    #expect(receipt.at("usage.input_tokens") == 3)
    #expect(receipt.at("usage.output_tokens") == 2)
  }

  /// What an answer says is left of its key's limits is noted whatever the answer is, and takes
  /// nothing from the rest that it asks for.
  @Test(arguments: [(429, 429), (500, 502), (400, 400)])
  func whatIsLeftOfAKeyIsNoted(_ upstream: Int, status: Int) throws {
    var options = TestBench.Options()
    options.settings = #""queue_wait":0"#
    let bench = try TestBench(options) { call in
      let left = call.number == 1 ? 7 : 0
      let fields = [
        "x-ratelimit-limit-requests: 100", "x-ratelimit-remaining-requests: \(left)",
        "x-ratelimit-reset-requests: 1s",
      ]
      guard call.number > 1 else { return call.answer(fields: fields) }
      let body = upstream == 429 ? Said.rateLimited : Said.clientFault
      call.answer(upstream, body, fields: fields + ["retry-after: 100"])
    }
    defer { bench.stop() }
    let running = Administration(installation: bench.installation, serverStatus: { [] })
    for (expected, left) in [(200, 7), (status, 0)] {
      #expect(try bench.ask(Ask.chat()).status == expected)
      let key = try #require(try running.perform("key.list", .object([])).at("keys.0"))
      #expect(key.at("left.0.remaining")?.int == Int64(left), "\(key)")
      #expect(key.at("left.0.limit") == 100)
    }
    guard upstream == 429 else { return }
    let again = try bench.ask(Ask.chat())
    #expect(again.status == 429)
    let wait = try #require(again.field("retry-after").flatMap { Int($0) })
    #expect(wait > 60)
    #expect(bench.upstream.requests.count == 2)
  }

  @Test func modelsAreListedFromTheRecords() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    try bench.perform(
      "model.add",
      ["name": "best", "targets": [["provider": "up", "model": "m-1"]]])
    let list = try bench.ask(Ask.get("/v1/models"))
    #expect(list.json.at("data.0.id")?.string == "best")
    let one = try bench.ask(Ask.get("/v1/models/best"))
    #expect(one.json.at("id")?.string == "best")
    #expect(bench.upstream.requests.isEmpty)
    #expect(try bench.receipts(2)[1]["outcome"]?.string == "served")
  }

  /// The mapping's model goes up; what the client asked for is not rewritten in the answer.
  @Test func aMappingReplacesTheModelOnItsWayUp() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    try bench.perform(
      "model.add", ["name": "m", "targets": [["provider": "up", "model": "real-model"]]])
    #expect(try bench.ask(Ask.chat()).text == Said.whole)
    #expect(bench.upstream.requests[0].raw.contains(#""model":"real-model""#))
  }

  @Test func passthroughSendsAnyMethodAndPath() throws {
    let bench = try TestBench { $0.answer(200, #"{"id":"file-1"}"#) }
    defer { bench.stop() }
    let answer = try bench.ask(
      Ask.get("/passthrough/up/things/x%2fy?limit=2&key=\(TestBench.token)"))
    let refused = answer.status == 400
    let plain = try bench.ask(Ask.get("/passthrough/up/things/abc?limit=2", method: "DELETE"))
    #expect(refused, "an encoded slash is refused")
    #expect(plain.status == 200)
    let raw = try #require(bench.upstream.requests.first?.raw)
    #expect(raw.hasPrefix("DELETE /v1/things/abc?limit=2 HTTP/1.1\r\n"))
    #expect(!raw.contains(TestBench.token))
  }

  @Test func whileTheAppliancePurgesNothingIsKept() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    for _ in 0..<5 { #expect(try bench.ask(Ask.chat()).status == 200) }
    #expect(try bench.receipts(5).count == 5)
    try eventually("the connections are gone") { bench.server.node.openConnections == 0 }
    #expect(bench.server.node.bodies.bytesTaken == 0)
  }
}
