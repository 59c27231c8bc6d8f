import Foundation
import HTTP
import Testing

@testable import Providers

/// A request head from its first line and fields; Host is added.
func requestHead(_ line: String, _ fields: [String] = [], bodyBytes: Int = 0) throws -> RequestHead
{
  var text = line + " HTTP/1.1\r\nHost: gateway.test\r\n"
  for field in fields { text += field + "\r\n" }
  if bodyBytes > 0 { text += "Content-Length: \(bodyBytes)\r\n" }
  let bytes = Array((text + "\r\n").utf8)
  var parser = RequestHeadParser()
  return try #require(try parser.parse(bytes.span)).head
}

/// An answer's head from its status and fields.
func responseHead(_ status: Int, _ fields: [String] = []) throws -> ResponseHead {
  let text = "HTTP/1.1 \(status) X\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
  let bytes = Array(text.utf8)
  var parser = ResponseHeadParser()
  return try #require(try parser.parse(bytes.span)).head
}

/// A request as a test states it.
struct Sample {
  var head: RequestHead
  var route: Route
  var facts: RequestFacts
  var body: [UInt8]

  init(_ line: String, _ fields: [String] = [], body: String = "") throws {
    try self.init(line, fields, bytes: Array(body.utf8))
  }

  init(_ line: String, _ fields: [String] = [], bytes: [UInt8]) throws {
    head = try requestHead(line, fields, bodyBytes: bytes.count)
    route = try Route.match(head)
    body = bytes
    facts = try RequestFacts.read(route, head, body: bytes.span)
  }

  /// The head that goes up to `profile`.
  func upstreamHead(
    _ profile: ProviderProfile, model: String? = nil, key: String = "sk-up"
  ) -> String {
    var out: [UInt8] = []
    UpstreamRequest.head(
      route, facts, head, profile: profile, model: model ?? facts.model ?? "",
      keySecret: Array(key.utf8), bodyBytes: body.count, into: &out)
    return String(decoding: out, as: UTF8.self)
  }

  /// The body that goes up; nil where it is the client's own.
  func upstreamBody(_ profile: ProviderProfile, model: String? = nil) -> String? {
    UpstreamRequest.editedBody(
      route, facts, profile: profile, model: model ?? facts.model ?? "",
      injectUsage: UpstreamRequest.asksForUsage(route, facts, profile.streamUsage),
      body: body.span
    ).map { String(decoding: $0, as: UTF8.self) }
  }
}

extension ProviderProfile {
  static func openAI(_ baseURL: String = "https://api.openai.com/v1") throws -> ProviderProfile {
    try ProviderProfile(name: "openai", dialect: "openai", baseURL: baseURL)
  }

  static func anthropic() throws -> ProviderProfile {
    try ProviderProfile(
      name: "anthropic", dialect: "anthropic", baseURL: "https://api.anthropic.com")
  }

  static func gemini() throws -> ProviderProfile {
    try ProviderProfile(
      name: "gemini", dialect: "gemini", baseURL: "https://generativelanguage.googleapis.com")
  }

  static func azure() throws -> ProviderProfile {
    try ProviderProfile(
      name: "azure", dialect: "openai", baseURL: "https://x.openai.azure.com",
      apiVersion: "2024-10-21", style: "azure")
  }
}

/// The recorded provider answers beside the package; nil, with a word about it, where there are none.
enum Corpus {
  static let folder: URL? = {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = package.deletingLastPathComponent().appending(path: "shared/corpus/cases")
    guard FileManager.default.fileExists(atPath: folder.path) else {
      print("skipped: no recorded answers at \(folder.path)")
      return nil
    }
    return folder
  }()

  /// The cases whose file name holds `part`, parsed, by id.
  static func cases(_ part: String) throws -> [(id: String, object: [String: Any])] {
    guard let folder else { return [] }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    var cases: [(String, [String: Any])] = []
    for name in names where name.contains(part) {
      let data = try Data(contentsOf: folder.appending(path: name))
      let value = try JSONSerialization.jsonObject(with: data)
      guard let object = value as? [String: Any] else { continue }
      cases.append((String(name.dropLast(5)), object))
    }
    return cases
  }
}
