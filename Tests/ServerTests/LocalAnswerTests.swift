import HTTP
import JSON
import Providers
import Testing

@testable import Server

@Suite("Answers from here")
struct LocalAnswerTests {
  static func head(_ line: String) throws -> RequestHead {
    let text = Array("\(line) HTTP/1.1\r\nhost: a\r\n\r\n".utf8)
    var parser = RequestHeadParser()
    return try #require(try parser.parse(text.span)).head
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let line: String
    var reason: String?
    let status: Int?
    var text = ""
    var testDescription: String { "\(line) \(reason ?? "")" }
  }

  static let cases: [Case] = [
    Case(line: "GET /healthz", status: 200, text: #"{"status":"ok"}"#),
    Case(line: "HEAD /healthz", status: 200, text: #"{"status":"ok"}"#),
    Case(line: "GET /healthz?x=1", status: 200, text: #"{"status":"ok"}"#),
    Case(line: "GET /healthz", reason: "no disk", status: 200, text: #"{"status":"ok"}"#),
    Case(line: "GET /readyz", status: 200, text: #"{"status":"ok"}"#),
    Case(
      line: "GET /readyz", reason: "no \"disk\"\n", status: 503,
      text: #"{"status":"not ready","reason":"no \"disk\"\n"}"#),
    Case(line: "POST /healthz", status: 405, text: #"{"status":"use GET"}"#),
    Case(line: "GET /healthzz", status: nil), Case(line: "GET /health", status: nil),
    Case(line: "GET /", status: nil), Case(line: "GET /v1/models", status: nil),
  ]

  @Test(arguments: cases)
  func health(_ example: Case) throws {
    let desk = try TestDesk()
    let node = try desk.node(readiness: { example.reason })
    let answer = LocalAnswer.health(try Self.head(example.line), node)
    #expect(answer?.status == example.status)
    #expect(answer?.allow == (example.status == 405 ? "GET, HEAD" : nil))
    guard let answer else { return }
    #expect(String(decoding: answer.body, as: UTF8.self) == example.text + "\n")
    #expect(throws: Never.self) { try JSONValue(parsing: answer.body) }
  }

  @Test func drainingIsNotReadyButAlive() throws {
    let desk = try TestDesk()
    let node = try desk.node()
    node.drain()
    #expect(LocalAnswer.health(try Self.head("GET /readyz"), node)?.status == 503)
    #expect(LocalAnswer.health(try Self.head("GET /healthz"), node)?.status == 200)
  }

  @Test func theHeadNamesTheRequest() {
    let answer = LocalAnswer(status: 429, body: [], allow: "GET", retryAfterSeconds: 7)
    let plain = answer.head(requestID: "req_1", dialect: .openai, keepsAlive: true)
    #expect(
      String(decoding: plain, as: UTF8.self)
        == "HTTP/1.1 429 Too Many Requests\r\nx-request-id: req_1\r\n"
        + "content-type: application/json\r\nallow: GET\r\nretry-after: 7\r\n")
    let stranger = LocalAnswer(status: 401, body: [], allow: nil, retryAfterSeconds: nil)
    #expect(
      String(
        decoding: stranger.head(requestID: "r", dialect: .openai, keepsAlive: true), as: UTF8.self
      ).contains("\r\nwww-authenticate: Bearer realm=\"appliance\"\r\n"))
    let last = LocalAnswer(status: 200, body: [], allow: nil, retryAfterSeconds: nil)
      .head(requestID: "req_2", dialect: .anthropic, keepsAlive: false)
    #expect(
      String(decoding: last, as: UTF8.self)
        == "HTTP/1.1 200 OK\r\nx-request-id: req_2\r\nrequest-id: req_2\r\n"
        + "content-type: application/json\r\nconnection: close\r\n")
  }
}
