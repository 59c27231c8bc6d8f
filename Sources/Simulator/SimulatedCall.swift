import HTTP
import JSON

/// One request as the simulator understands it.
struct SimulatedCall {
  let method: HTTPMethod
  /// Decoded, without the query.
  let path: String
  let query: [(name: String, value: String)]
  let head: RequestHead
  let body: [UInt8]
  /// The body as JSON; null where it is none.
  let document: JSONValue
  let multipart: MultipartFields?
  /// The credential that it came with.
  let key: String?
  let dialect: SimulatedDialect

  init(head: RequestHead, body: [UInt8]) {
    method = head.method
    path = head.decodedPath() ?? ""
    self.head = head
    self.body = body
    query = Self.query(of: head)
    let contentType = head.fields.string("content-type") ?? ""
    multipart = MultipartFields(body: body, contentType: contentType)
    document = multipart == nil ? (try? JSONValue(parsing: body)) ?? .null : .null
    dialect = SimulatedDialect(path: path, head: head)
    key = Self.key(of: head, query: query)
  }

  /// The model's name with its directives, from the body, a form field, or the path.
  var modelWithDirectives: String {
    if let model = document["model"]?.string ?? multipart?.text("model") { return model }
    for marker in ["/models/", "/deployments/"] {
      guard let range = path.firstRange(of: marker) else { continue }
      return String(path[range.upperBound...].prefix { $0 != ":" && $0 != "/" })
    }
    return ""
  }

  var wantsStream: Bool {
    document["stream"]?.bool ?? (multipart?.text("stream") == "true")
  }

  func queryValue(_ name: String) -> String? { query.first { $0.name == name }?.value }

  /// Whether the path ends so, at a slash.
  func isFor(_ tail: String) -> Bool { path.hasSuffix("/" + tail) }

  /// What stands behind `marker` in the path.
  func pathTail(after marker: String) -> String? {
    guard let range = path.firstRange(of: marker) else { return nil }
    let tail = path[range.upperBound...]
    return tail.isEmpty ? nil : String(tail)
  }

  private static func key(
    of head: RequestHead, query: [(name: String, value: String)]
  ) -> String? {
    if let text = head.fields.string("authorization") {
      let parts = text.split(separator: " ", maxSplits: 1)
      if parts.count == 2, parts[0].lowercased() == "bearer" { return String(parts[1]) }
    }
    return head.fields.string("x-api-key") ?? head.fields.string("api-key")
      ?? head.fields.string("x-goog-api-key") ?? query.first { $0.name == "key" }?.value
  }

  private static func query(of head: RequestHead) -> [(name: String, value: String)] {
    guard let bytes = head.queryBytes else { return [] }
    return bytes.split(separator: UInt8(ascii: "&")).map { pair in
      let parts = pair.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      let texts = parts.map { part in
        String(decoding: PercentCoding.decoded(part.span, plusIsSpace: true) ?? [], as: UTF8.self)
      }
      return (texts[0], texts.count > 1 ? texts[1] : "")
    }
  }
}

/// Which provider's forms an answer takes; chosen by the path.
enum SimulatedDialect {
  case openai
  case anthropic
  case gemini

  init(path: String, head: RequestHead) {
    let isGemini =
      path.hasPrefix("/v1beta/") || path.contains("/v1beta/") || path.contains("Content")
      || path.hasSuffix(":countTokens") || path.hasSuffix(":batchEmbedContents")
      || head.fields.contains("x-goog-api-key")
    if isGemini && !path.contains("/openai/") {
      self = .gemini
    } else if path.contains("/messages") || head.fields.contains("anthropic-version") {
      self = .anthropic
    } else {
      self = .openai
    }
  }
}
