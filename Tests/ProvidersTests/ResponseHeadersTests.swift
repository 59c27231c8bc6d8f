import HTTP
import Testing

@testable import Providers

@Suite("Headers back to the client")
struct ResponseHeadersTests {
  private func headers(
    _ fields: [String], dialect: Dialect = .openai, isPassthrough: Bool = false
  ) throws -> String {
    var out: [UInt8] = []
    ResponseHeaders.append(
      from: try responseHead(200, fields), requestID: "req-1", dialect: dialect,
      isPassthrough: isPassthrough, into: &out)
    return String(decoding: out, as: UTF8.self)
  }

  @Test func keepsTheProvidersOwnHere() throws {
    let kept = [
      "Set-Cookie: canary", "Server: canary", "Via: canary", "CF-Ray: canary",
      "openai-organization: canary", "OpenAI-Project: canary", "x-ms-region: canary",
      "x-ratelimit-limit-requests: canary", "x-ratelimit-reset-tokens: canary",
      "anthropic-ratelimit-requests-remaining: canary", "anthropic-organization-id: canary",
      "Retry-After: canary", "retry-after-ms: canary", "Content-Length: 5",
      "Connection: x-should-retry", "x-should-retry: canary", "Keep-Alive: canary",
      "Strict-Transport-Security: canary", "Alt-Svc: canary", "Location: canary",
      "x-envoy-upstream-service-time: canary", "Access-Control-Allow-Origin: canary",
      "Proxy-Authenticate: canary", "WWW-Authenticate: canary", "ETag: canary",
      "x-goog-upload-url: canary", "server-timing: canary", "x-robots-tag: canary",
    ]
    #expect(try headers(kept) == "x-request-id: req-1\r\n")
  }

  @Test func sendsWhatTheTableLists() throws {
    let listed = [
      "Content-Type: text/event-stream", "Content-Encoding: gzip", "content-language: en",
      "Content-Disposition: attachment", "Cache-Control: no-cache", "openai-processing-ms: 5",
      "openai-version: 2020-10-01", "openai-model: m", "x-should-retry: false", "Deprecation: a",
      "Sunset: b", "Warning: c", "x-api-warning: d",
    ]
    #expect(
      try headers(listed) == listed.map { $0 + "\r\n" }.joined() + "x-request-id: req-1\r\n")
  }

  @Test func sendsDownloadsOnlyInAPassthrough() throws {
    let listed = [
      "Accept-Ranges: bytes", "Content-Range: bytes 0-1/2", "ETag: a", "Last-Modified: b",
    ]
    #expect(try headers(listed) == "x-request-id: req-1\r\n")
    #expect(
      try headers(listed, isPassthrough: true)
        == listed.map { $0 + "\r\n" }.joined() + "x-request-id: req-1\r\n")
  }

  @Test(
    arguments: [
      (["X-Request-Id: a"], "a"), (["request-id: a"], "a"), (["apim-request-id: a"], "a"),
      (["mistral-correlation-id: a"], "a"), (["x-kong-request-id: b", "x-request-id: a"], "a"),
      (["apim-request-id: b", "x-request-id: a"], "a"),
      (["x-request-id: b", "request-id: a"], "a"),
      ([], nil), (["x-request-id: "], nil),
      (["x-request-id: " + String(repeating: "a", count: 257)], nil),
    ] as [([String], String?)])
  func namesTheProvidersRequest(_ fields: [String], _ id: String?) throws {
    let expected = id.map { "x-upstream-request-id: \($0)\r\n" } ?? ""
    #expect(try headers(fields) == "x-request-id: req-1\r\n" + expected)
  }

  @Test func namesOurRequestTwiceForAnthropic() throws {
    #expect(
      try headers(["request-id: up"], dialect: .anthropic)
        == "x-request-id: req-1\r\nrequest-id: req-1\r\nx-upstream-request-id: up\r\n")
    var out: [UInt8] = []
    ResponseHeaders.appendRequestID("r", dialect: .gemini, into: &out)
    #expect(String(decoding: out, as: UTF8.self) == "x-request-id: r\r\n")
  }
}
