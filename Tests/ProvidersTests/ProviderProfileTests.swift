import Testing

@testable import Providers

@Suite("Provider profiles")
struct ProviderProfileTests {
  @Test func takesDefaultsByDialect() throws {
    #expect(try ProviderProfile.openAI().auth == .bearer)
    #expect(try ProviderProfile.anthropic().auth == .xAPIKey)
    #expect(try ProviderProfile.gemini().auth == .xGoogAPIKey)
    #expect(try ProviderProfile.azure().auth == .apiKey)
    let profile = try ProviderProfile.openAI()
    #expect(profile.style == .plain)
    #expect(profile.streamUsage == .ask)
    #expect(!profile.allowsPrivate)
    #expect(try ProviderProfile.openAI("http://127.0.0.1:1/v1").allowsPrivate)
  }

  @Test(arguments: [
    ("bearer", AuthScheme.bearer), ("x-api-key", .xAPIKey), ("api-key", .apiKey),
    ("x-goog-api-key", .xGoogAPIKey), ("query:key", .query("key")), ("none", AuthScheme.none),
  ])
  func readsAuth(_ text: String, _ scheme: AuthScheme) throws {
    let profile = try ProviderProfile(
      name: "p", dialect: "gemini", baseURL: "https://a.b", auth: text)
    #expect(profile.auth == scheme)
  }

  @Test func keepsWhatItIsGiven() throws {
    let profile = try ProviderProfile(
      name: "p-1", dialect: "openai", baseURL: "http://10.0.0.1/v1", apiVersion: "preview",
      streamUsage: "never", headers: [("X-Team", "a b"), ("anthropic-beta", "x")],
      allowPrivate: true)
    #expect(profile.allowsPrivate)
    #expect(profile.streamUsage == .never)
    #expect(profile.apiVersion == "preview")
    #expect(profile.headers.map(\.name) == ["x-team", "anthropic-beta"])
    #expect(
      String(decoding: profile.headerBlock, as: UTF8.self)
        == "x-team: a b\r\nanthropic-beta: x\r\n")
  }

  struct Wrong: Sendable, CustomTestStringConvertible {
    var field: String
    var name = "p"
    var dialect = "openai"
    var baseURL = "https://a.b/v1"
    var auth: String?
    var apiVersion: String?
    var style: String?
    var streamUsage: String?
    var headers: [(String, String)] = []
    var testDescription: String { "\(field) \(name) \(dialect) \(auth ?? "") \(headers)" }
  }

  static let wrong: [Wrong] = [
    Wrong(field: "name", name: ""), Wrong(field: "name", name: "a/b"),
    Wrong(field: "name", name: ".."), Wrong(field: "name", name: "a b"),
    Wrong(field: "name", name: String(repeating: "a", count: 65)),
    Wrong(field: "dialect", dialect: "cohere"), Wrong(field: "base_url", baseURL: "a.b"),
    Wrong(field: "auth", auth: "basic"), Wrong(field: "auth", auth: "query:"),
    Wrong(field: "auth", auth: "query:a&b"), Wrong(field: "style", style: "aws"),
    Wrong(field: "style", dialect: "gemini", style: "azure"),
    Wrong(field: "stream_usage", streamUsage: "always"),
    Wrong(field: "api_version", apiVersion: "a b"), Wrong(field: "api_version", apiVersion: ""),
    Wrong(field: "api_version", style: "azure"),
    Wrong(field: "headers", headers: [("content-length", "1")]),
    Wrong(field: "headers", headers: [("Transfer-Encoding", "chunked")]),
    Wrong(field: "headers", headers: [("Host", "a")]),
    Wrong(field: "headers", headers: [("connection", "close")]),
    Wrong(field: "headers", headers: [("Authorization", "Bearer x")]),
    Wrong(field: "headers", headers: [("Cookie", "x")]),
    Wrong(field: "headers", headers: [("accept-encoding", "gzip")]),
    Wrong(field: "headers", headers: [("a b", "x")]), Wrong(field: "headers", headers: [("", "x")]),
    Wrong(field: "headers", headers: [("a", "x\r\nb: c")]),
    Wrong(field: "headers", headers: [("a", "x\u{0}")]),
    Wrong(field: "headers", headers: [("a", "x"), ("A", "y")]),
  ]

  @Test(arguments: wrong)
  func refuses(_ wrong: Wrong) {
    let error = #expect(throws: ProfileError.self) {
      try ProviderProfile(
        name: wrong.name, dialect: wrong.dialect, baseURL: wrong.baseURL, auth: wrong.auth,
        apiVersion: wrong.apiVersion, style: wrong.style, streamUsage: wrong.streamUsage,
        headers: wrong.headers)
    }
    #expect(error?.field == wrong.field)
    #expect(error?.message.contains("Bearer x") == false)
  }
}
