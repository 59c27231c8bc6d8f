import HTTP
import JSON
import Providers

/// An answer that comes from here and not from a provider.
struct LocalAnswer {
  let status: Int
  let body: [UInt8]
  let allow: String?
  let retryAfterSeconds: Int?
  /// Whether trying again cannot help although the status says so; the SDKs obey it.
  var isFinal = false

  /// Answers `/healthz` and `/readyz`, which need no token and leave no receipt.
  static func health(_ head: RequestHead, _ node: Node) -> LocalAnswer? {
    guard head.path.count <= 8 else { return nil }
    let isLive = head.pathBytes.elementsEqual("/healthz".utf8)
    guard isLive || head.pathBytes.elementsEqual("/readyz".utf8) else { return nil }
    switch head.method {
    case .get, .head: break
    case .post, .put, .delete, .patch, .options, .other:
      return LocalAnswer(
        status: 405, body: Array("{\"status\":\"use GET\"}\n".utf8), allow: "GET, HEAD",
        retryAfterSeconds: nil)
    }
    let problem = isLive ? nil : node.notReadyReason
    let answer: JSONValue =
      problem.map { ["status": "not ready", "reason": .string($0)] } ?? ["status": "ok"]
    return LocalAnswer(
      status: problem == nil ? 200 : 503, body: answer.serialized() + [UInt8(ascii: "\n")],
      allow: nil, retryAfterSeconds: nil)
  }

  /// Status line and fields, without framing and without the empty line.
  func head(requestID: String, dialect: Dialect, keepsAlive: Bool) -> [UInt8] {
    var head = Self.statusLine(status, requestID: requestID, dialect: dialect)
    ResponseHeadWriter.appendField("content-type", "application/json", to: &head)
    if status == 401 {
      // RFC 9110, section 15.5.2: a 401 says how to authenticate.
      ResponseHeadWriter.appendField("www-authenticate", "Bearer realm=\"appliance\"", to: &head)
    }
    if let allow { ResponseHeadWriter.appendField("allow", allow, to: &head) }
    if let retryAfterSeconds {
      ResponseHeadWriter.appendField("retry-after", retryAfterSeconds, to: &head)
    }
    if isFinal { ResponseHeadWriter.appendField("x-should-retry", "false", to: &head) }
    if !keepsAlive { ResponseHeadWriter.appendField("connection", "close", to: &head) }
    return head
  }

  /// Status line and request id: how every answer begins.
  static func statusLine(_ status: Int, requestID: String, dialect: Dialect) -> [UInt8] {
    var head: [UInt8] = []
    head.reserveCapacity(384)
    ResponseHeadWriter.appendStatusLine(status, to: &head)
    ResponseHeadWriter.appendField("x-request-id", requestID, to: &head)
    if dialect == .anthropic { ResponseHeadWriter.appendField("request-id", requestID, to: &head) }
    return head
  }
}
