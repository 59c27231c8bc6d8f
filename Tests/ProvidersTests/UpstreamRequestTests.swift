import HTTP
import Testing

@testable import Providers

@Suite("Heads to providers")
struct UpstreamRequestTests {
  private func fields(_ head: String) -> [String] {
    #expect(head.hasSuffix("\r\n\r\n"))
    return head.split(separator: "\r\n").dropFirst().map(String.init).sorted()
  }

  @Test func sendsWhatItMust() throws {
    let sample = try Sample("POST /v1/chat/completions", body: #"{"model":"m"}"#)
    #expect(
      fields(sample.upstreamHead(try .openAI())) == [
        "accept-encoding: identity", "accept: */*", "authorization: Bearer sk-up",
        "content-length: 13", "content-type: application/json", "host: api.openai.com",
        "user-agent: appliance",
      ])
  }

  @Test func keepsTheClientsCredentialsAndPlaceHere() throws {
    let kept = [
      "Authorization: Bearer canary", "x-api-key: canary", "api-key: canary",
      "x-goog-api-key: canary", "x-upstream-key: canary", "Cookie: canary", "Cookie2: canary",
      "Proxy-Authorization: canary", "openai-organization: canary", "OpenAI-Project: canary",
      "x-goog-user-project: canary", "x-goog-api-client: canary", "Forwarded: for=canary",
      "X-Forwarded-For: canary", "X-Forwarded-Host: canary", "Via: canary", "X-Real-IP: canary",
      "CF-Connecting-IP: canary", "True-Client-IP: canary", "User-Agent: canary",
      "x-stainless-os: canary", "Accept-Encoding: canary", "accept-language: canary",
      "Referer: canary", "Origin: https://canary", "Connection: anthropic-beta, close",
      "anthropic-beta: canary", "Keep-Alive: canary", "TE: trailers", "Upgrade: canary",
      "Trailer: canary", "Proxy-Connection: canary", "x-request-id: canary", "traceparent: canary",
      "ocp-apim-subscription-key: canary", "azureml-model-deployment: canary", "Range: canary",
      "X-Case-Id: canary", "Content-MD5: canary",
    ]
    let sample = try Sample("POST /v1/chat/completions", kept, body: #"{"model":"m"}"#)
    let head = sample.upstreamHead(try .openAI())
    #expect(!head.lowercased().contains("canary"), "\(head)")
    #expect(fields(head).count == 7)
  }

  @Test func sendsWhatTheTableLists() throws {
    let listed = [
      "Accept: text/event-stream", "OpenAI-Beta: a", "Idempotency-Key: b", "HTTP-Referer: c",
      "X-Title: d", "x-grok-conv-id: e", "extra-parameters: pass-through", "groq-beta: f",
      "X-Server-Timeout: 30", "x-openrouter-title: g", "x-openrouter-categories: h",
    ]
    let sample = try Sample("POST /v1/chat/completions", listed, body: #"{"model":"m"}"#)
    let head = sample.upstreamHead(try .openAI())
    for field in listed { #expect(head.contains("\r\n\(field)\r\n"), "\(field)") }
    #expect(!head.contains("accept: */*"))
  }

  @Test func callsJSONWhatItIs() throws {
    let form = try Sample(
      "POST /v1/chat/completions", ["Content-Type: application/x-www-form-urlencoded"],
      body: #"{"model":"m"}"#)
    let head = form.upstreamHead(try .openAI())
    #expect(head.contains("\r\ncontent-type: application/json\r\n"))
    #expect(!head.contains("urlencoded"))
    let raw = try Sample(
      "PUT /passthrough/p/x", ["Content-Type: application/octet-stream"], body: "abc")
    #expect(
      raw.upstreamHead(try .openAI()).contains("\r\nContent-Type: application/octet-stream\r\n"))
    let get = try Sample("GET /v1/responses/r", ["Content-Type: application/json"])
    #expect(!get.upstreamHead(try .openAI()).lowercased().contains("content-type"))
  }

  @Test func givesAnthropicItsVersion() throws {
    let body = #"{"model":"m","max_tokens":1}"#
    let without = try Sample("POST /v1/messages", body: body).upstreamHead(try .anthropic())
    #expect(without.contains("\r\nanthropic-version: 2023-06-01\r\n"))
    #expect(without.contains("\r\nx-api-key: sk-up\r\n"))
    let with = try Sample(
      "POST /v1/messages", ["Anthropic-Version: 2024-01-01", "anthropic-beta: a,b"], body: body
    ).upstreamHead(try .anthropic())
    #expect(with.contains("\r\nAnthropic-Version: 2024-01-01\r\n"))
    #expect(with.contains("\r\nanthropic-beta: a,b\r\n"))
    #expect(!with.contains("2023-06-01"))
  }

  @Test func letsTheOperatorsHeadersReplaceTheClients() throws {
    let profile = try ProviderProfile(
      name: "p", dialect: "anthropic", baseURL: "https://a.b",
      headers: [("anthropic-version", "operator"), ("X-Team", "t")])
    let head = try Sample(
      "POST /v1/messages", ["anthropic-version: client"], body: #"{"model":"m"}"#
    ).upstreamHead(profile)
    #expect(head.contains("\r\nanthropic-version: operator\r\n"))
    #expect(head.contains("\r\nx-team: t\r\n"))
    #expect(!head.contains("client"))
    #expect(!head.contains("2023-06-01"))
  }

  @Test(arguments: [
    ("bearer", "authorization: Bearer sk-up"), ("x-api-key", "x-api-key: sk-up"),
    ("api-key", "api-key: sk-up"), ("x-goog-api-key", "x-goog-api-key: sk-up"),
  ])
  func sendsOurKey(_ auth: String, _ line: String) throws {
    let profile = try ProviderProfile(
      name: "p", dialect: "openai", baseURL: "https://a.b", auth: auth)
    let head = try Sample("POST /v1/embeddings", body: #"{"model":"m"}"#).upstreamHead(profile)
    #expect(head.contains("\r\n\(line)\r\n"))
  }

  @Test func sendsNoKeyWhereNoneIsWanted() throws {
    for auth in ["none", "query:k"] {
      let profile = try ProviderProfile(
        name: "p", dialect: "openai", baseURL: "https://a.b", auth: auth)
      let head = try Sample("POST /v1/embeddings", body: #"{"model":"m"}"#).upstreamHead(profile)
      #expect(!head.contains(": sk-up"))
      #expect(!head.contains("Bearer"))
      #expect(head.contains("k=sk-up") == (auth == "query:k"))
    }
  }

  /// A key could otherwise end its line and begin another.
  @Test func leavesOutAKeyThatHoldsALineEnd() throws {
    let sample = try Sample("POST /v1/embeddings", body: #"{"model":"m"}"#)
    let head = sample.upstreamHead(try .openAI(), key: "a\r\nx-evil: 1")
    #expect(!head.contains("evil"))
    #expect(!UpstreamRequest.isUsable(keySecret: Array("a\u{7F}".utf8)))
    #expect(!UpstreamRequest.isUsable(keySecret: Array("sk-ä".utf8)))
    #expect(!UpstreamRequest.isUsable(keySecret: Array("Bearer sk".utf8)))
  }

  @Test(arguments: [
    ("POST", 0, true), ("PUT", 0, true), ("PATCH", 0, true), ("GET", 0, false),
    ("DELETE", 0, false),
    ("DELETE", 3, true), ("GET", 3, true), ("REPORT", 0, false), ("HEAD", 0, false),
  ])
  func framesItsOwnBody(_ method: String, _ bodyBytes: Int, _ isFramed: Bool) throws {
    let sample = try Sample(
      "\(method) /passthrough/p/x", body: String(repeating: "a", count: bodyBytes))
    let head = sample.upstreamHead(try .openAI())
    #expect(head.contains("content-length: \(bodyBytes)\r\n") == isFramed)
    #expect(head.hasPrefix("\(method) /v1/x HTTP/1.1\r\n"))
    #expect(!head.lowercased().contains("transfer-encoding"))
  }

  @Test func sendsRangesOnlyInAPassthrough() throws {
    let fields = ["Range: bytes=0-9", "If-None-Match: \"x\""]
    let head = try Sample("GET /passthrough/p/files/f/content", fields).upstreamHead(try .openAI())
    #expect(head.contains("\r\nRange: bytes=0-9\r\n"))
    #expect(head.contains("\r\nIf-None-Match: \"x\"\r\n"))
  }

  /// What a provider's raw bytes hold must be nothing of another's key.
  @Test func buildsEachAttemptAnew() throws {
    let sample = try Sample("POST /v1/chat/completions?key=client", body: #"{"model":"m"}"#)
    let first = sample.upstreamHead(try .openAI(), key: "sk-first")
    let second = sample.upstreamHead(try .openAI("https://b.example/v1"), key: "sk-second")
    #expect(first.contains("sk-first") && !first.contains("client"))
    #expect(second.contains("sk-second") && !second.contains("sk-first"))
    #expect(!second.contains("openai.com"))
  }
}

extension UpstreamRequestTests {
  /// A line goes on as it came, with one end and without the blanks before it.
  @Test(arguments: [
    ("a: b\r\n", "a: b\r\n"), ("A:b  \t\r\nx: y\r\n", "A:b\r\n"), ("a:\r\n", "a:\r\n"),
    ("a: \t \r\n", "a: \t \r\n"),
  ])
  func linesGoOnAsTheyCame(_ line: String, _ sent: String) throws {
    let bytes = Array("GET / HTTP/1.0\r\n\(line)\r\n".utf8)
    var parser = RequestHeadParser()
    let head = try #require(try parser.parse(bytes.span)).head
    var out: [UInt8] = []
    head.fields.lines[0].append(of: head.bytes.span, to: &out)
    #expect(String(decoding: out, as: UTF8.self) == sent)
  }
}
