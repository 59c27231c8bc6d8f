import Testing

@testable import Providers

@Suite("Base URLs")
struct UpstreamTargetTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let url: String
    let isSecure: Bool
    let host: String
    let port: UInt16
    let path: String
    let header: String
    var testDescription: String { url }
  }

  static let cases: [Case] = [
    Case(
      url: "https://api.openai.com/v1", isSecure: true, host: "api.openai.com", port: 443,
      path: "/v1", header: "api.openai.com"),
    Case(
      url: "HTTPS://API.OpenAI.com", isSecure: true, host: "api.openai.com", port: 443, path: "",
      header: "api.openai.com"),
    Case(
      url: "https://api.openai.com:443/", isSecure: true, host: "api.openai.com", port: 443,
      path: "", header: "api.openai.com"),
    Case(
      url: "https://api.openai.com./v1//", isSecure: true, host: "api.openai.com", port: 443,
      path: "/v1", header: "api.openai.com"),
    Case(
      url: "http://localhost:11434/v1", isSecure: false, host: "localhost", port: 11434,
      path: "/v1", header: "localhost:11434"),
    Case(
      url: "http://127.0.0.1:9090/case/a+b%20c", isSecure: false, host: "127.0.0.1", port: 9090,
      path: "/case/a+b%20c", header: "127.0.0.1:9090"),
    Case(
      url: "http://[::1]:80/x", isSecure: false, host: "::1", port: 80, path: "/x",
      header: "[::1]"),
    Case(
      url: "https://[2001:DB8::1]:8443", isSecure: true, host: "2001:db8::1", port: 8443, path: "",
      header: "[2001:db8::1]:8443"),
    Case(
      url: "https://[::ffff:10.0.0.1]", isSecure: true, host: "::ffff:10.0.0.1", port: 443,
      path: "", header: "[::ffff:10.0.0.1]"),
    Case(
      url: "https://xn--bcher-kva.example/api", isSecure: true, host: "xn--bcher-kva.example",
      port: 443, path: "/api", header: "xn--bcher-kva.example"),
  ]

  @Test(arguments: cases)
  func reads(_ example: Case) throws {
    let target = try UpstreamTarget(parsing: example.url)
    #expect(target.isSecure == example.isSecure)
    #expect(target.host == example.host)
    #expect(target.port == example.port)
    #expect(String(decoding: target.pathPrefix, as: UTF8.self) == example.path)
    #expect(String(decoding: target.hostHeader, as: UTF8.self) == example.header)
  }

  @Test(arguments: [
    ("", "https://"), ("api.openai.com/v1", "https://"), ("ftp://a.b", "https://"),
    ("https:/a.b", "https://"), ("https://", "host"), ("https:///v1", "host"),
    ("https://a..b", "host"), ("https://.a", "host"), ("https://a b", "ASCII"),
    ("https://bücher.example", "xn--"), ("https://user:pass@a.b", "password"),
    ("https://a.b/v1?x=1", "query"), ("https://a.b#f", "fragment"), ("https://a.b?x", "query"),
    ("https://a.b:0", "port"), ("https://a.b:65536", "port"), ("https://a.b:", "port"),
    ("https://a.b:8x", "port"), ("https://a.b:-1", "port"), ("https://[::1", "']'"),
    ("https://[zz]", "IPv6"), ("https://[::1]x", "port"), ("https://[1:2:3]", "IPv6"),
    ("https://[1::2::3]", "IPv6"), ("https://[:1::2]", "IPv6"),
    ("https://[1:2:3:4:5:6:7:8:9]", "IPv6"),
    ("https://a.b/v1/../x", "'..'"), ("https://a.b/%2e%2e", "'..'"), ("https://a.b/a%2Fb", "'..'"),
    ("https://a.b/%zz", "percent"), ("https://a.b/a\\b", "percent"), ("https://a.b/<", "percent"),
    ("https://a_b!.c", "host"), ("https://a.b\r\nx: y", "ASCII"),
    ("https://" + String(repeating: "a", count: 64) + ".b", "host"),
    ("https://a.b/" + String(repeating: "a", count: 2_048), "longer"),
  ])
  func refuses(_ url: String, _ word: String) {
    let error = #expect(throws: ProfileError.self) { try UpstreamTarget(parsing: url) }
    #expect(error?.field == "base_url")
    #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: [
    ("http://127.0.0.1", true), ("http://127.9.8.7:1", true), ("http://[::1]", true),
    ("http://localhost", true), ("http://10.0.0.1", false), ("http://127.0.0.1.example", false),
    ("http://localhost.example", false), ("http://128.0.0.1", false), ("http://127.0.0.256", false),
  ])
  func knowsLoopbackByItsLetters(_ url: String, _ isLoopback: Bool) throws {
    #expect(try UpstreamTarget(parsing: url).isLoopbackLiteral == isLoopback)
  }
}
