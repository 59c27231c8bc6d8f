@testable import Fetch
import Gateway
import JSON
import Providers
import Testing

@testable import Server

@Suite("Asking providers about suspect keys")
struct KeyProbeTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let provider: String
    let url: String
    let headers: [String]
    var testDescription: String { provider }
  }

  static let cases: [Case] = [
    Case(
      provider: #""dialect": "openai", "base_url": "https://a.example/v1""#,
      url: "https://a.example/v1/models", headers: ["authorization: Bearer s/p+e=c"]),
    Case(
      provider: #""dialect": "openai", "base_url": "http://127.0.0.1:8080""#,
      url: "http://127.0.0.1:8080/models", headers: ["authorization: Bearer s/p+e=c"]),
    Case(
      provider: #""dialect": "openai", "base_url": "https://[::1]:9/v1", "auth": "none""#,
      url: "https://[::1]:9/v1/models", headers: []),
    Case(
      provider: #"""
        "dialect": "openai", "base_url": "https://r.example", "style": "azure",
        "api_version": "2025-01-01"
        """#,
      url: "https://r.example/openai/models?api-version=2025-01-01",
      headers: ["api-key: s/p+e=c"]),
    Case(
      provider: #"""
        "dialect": "openai", "base_url": "https://r.example/openai", "style": "azure",
        "api_version": "2025-01-01"
        """#,
      url: "https://r.example/openai/models?api-version=2025-01-01",
      headers: ["api-key: s/p+e=c"]),
    Case(
      provider:
        #""dialect": "openai", "base_url": "https://r.example/openai/v1", "style": "azure""#,
      url: "https://r.example/openai/v1/models", headers: ["api-key: s/p+e=c"]),
    Case(
      provider: #""dialect": "anthropic", "base_url": "https://c.example""#,
      url: "https://c.example/v1/models?limit=1000",
      headers: ["x-api-key: s/p+e=c", "anthropic-version: 2023-06-01"]),
    Case(
      provider: #"""
        "dialect": "anthropic", "base_url": "https://c.example/v1", "auth": "bearer",
        "headers": {"X-Team": "red"}
        """#,
      url: "https://c.example/v1/models?limit=1000",
      headers: ["authorization: Bearer s/p+e=c", "anthropic-version: 2023-06-01", "x-team: red"]),
    Case(
      provider: #""dialect": "gemini", "base_url": "https://g.example""#,
      url: "https://g.example/v1beta/models?pageSize=1000", headers: ["x-goog-api-key: s/p+e=c"]),
    Case(
      provider:
        #""dialect": "gemini", "base_url": "https://g.example/v1beta", "auth": "query:key""#,
      url: "https://g.example/v1beta/models?pageSize=1000&key=s%2Fp%2Be%3Dc", headers: []),
  ]

  @Test(arguments: cases)
  func request(_ example: Case) throws {
    let desk = try TestDesk()
    try desk.perform("provider.add", #"{"name": "p", \#(example.provider)}"#)
    try desk.perform("key.add", #"{"provider": "p", "label": "k", "secret": "s/p+e=c"}"#)
    let provider = try #require(desk.installation.records.snapshot.provider(named: "p"))
    let key = try #require(provider.keys.first)
    let request = KeyProbe.request(provider.profile, key, authorityFile: "/ca.pem")
    #expect(request.url == example.url)
    #expect(request.headers.map { "\($0.name): \($0.value)" } == example.headers)
    #expect(request.method == "GET")
    #expect(request.caFile == "/ca.pem")
    #expect(request.timeoutMilliseconds <= 30_000)
  }

  /// A probe reaches no address that a request could not.
  @Test(
    arguments: [
      ([10, 0, 0, 1], false, false), ([10, 0, 0, 1], true, true), ([8, 8, 8, 8], false, true),
      ([169, 254, 169, 254], true, false), ([1, 2], true, false),
    ] as [([UInt8], Bool, Bool)])
  func addresses(_ bytes: [UInt8], allowsPrivate: Bool, isAllowed: Bool) throws {
    let desk = try TestDesk()
    try desk.perform(
      "provider.add",
      #"""
      {"name": "p", "dialect": "openai", "base_url": "https://a.example/v1",
       "allow_private": \#(allowsPrivate)}
      """#)
    try desk.perform("key.add", #"{"provider": "p", "label": "k", "secret": "s"}"#)
    let provider = try #require(desk.installation.records.snapshot.provider(named: "p"))
    let request = KeyProbe.request(
      provider.profile, try #require(provider.keys.first), authorityFile: nil)
    guard case .network(let allows) = request.way else {
      Issue.record("a probe goes over the network")
      return
    }
    #expect(allows(FetchPeer(bytes: bytes, port: 443)) == isAllowed)
  }

  struct Answer: Sendable, CustomTestStringConvertible {
    let name: String
    let dialect: Dialect
    let status: Int
    let body: String
    let verdict: KeyValidation
    var testDescription: String { "\(dialect.rawValue): \(name)" }
  }

  static let answers: [Answer] = [
    Answer(name: "a list", dialect: .openai, status: 200, body: "{}", verdict: .valid),
    Answer(name: "no body", dialect: .gemini, status: 204, body: "", verdict: .valid),
    Answer(
      name: "a wrong key", dialect: .openai, status: 401,
      body: #"{"error":{"code":"invalid_api_key","type":"invalid_request_error"}}"#,
      verdict: .invalid),
    Answer(
      name: "no money", dialect: .openai, status: 429,
      body: #"{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}"#,
      verdict: .outOfMoney),
    Answer(
      name: "too fast, so known", dialect: .openai, status: 429,
      body: #"{"error":{"code":"rate_limit_exceeded","type":"requests"}}"#, verdict: .valid),
    Answer(name: "in trouble", dialect: .openai, status: 503, body: "", verdict: .undecided),
    Answer(name: "a redirect", dialect: .openai, status: 302, body: "", verdict: .undecided),
    Answer(
      name: "a wrong key", dialect: .anthropic, status: 401,
      body:
        #"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#,
      verdict: .invalid),
    Answer(name: "overloaded", dialect: .anthropic, status: 529, body: "", verdict: .undecided),
    Answer(
      name: "a wrong key", dialect: .gemini, status: 400,
      body: #"""
        {"error":{"code":400,"status":"INVALID_ARGUMENT","details":[{"@type":
        "type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}
        """#, verdict: .invalid),
  ]

  @Test(arguments: answers)
  func verdict(_ example: Answer) {
    let response = FetchResponse(
      status: example.status, headers: [], body: Array(example.body.utf8))
    #expect(KeyProbe.verdict(.success(response), example.dialect) == example.verdict)
  }

  @Test func aProviderThatCannotBeAskedSaysNothing() {
    #expect(KeyProbe.verdict(.failure(.timedOut(host: "a")), .openai) == .undecided)
  }
}
