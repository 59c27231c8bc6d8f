import Testing

@testable import HTTP

@Suite("Request target (RFC 9112 § 3.2)")
struct RequestTargetTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let target: String
    let path: String
    var query: String?
    var authority: String?
    var testDescription: String { target }
  }

  static let cases: [Case] = [
    Case(target: "/", path: "/"),
    Case(target: "/v1/models", path: "/v1/models"),
    Case(target: "/p?", path: "/p", query: ""),
    Case(target: "/p?a=b?c", path: "/p", query: "a=b?c"),
    Case(target: "//evil.example/x", path: "//evil.example/x"),
    Case(target: "/http://a/", path: "/http://a/"),
    Case(target: "http://a.example/x?y", path: "/x", query: "y", authority: "a.example"),
    Case(target: "HTTPS://a.example:443/x", path: "/x", authority: "a.example:443"),
    Case(target: "http://a.example", path: "", authority: "a.example"),
    Case(target: "http://a.example?q", path: "", query: "q", authority: "a.example"),
    Case(target: "http://[::1]:80/x", path: "/x", authority: "[::1]:80"),
  ]

  @Test(arguments: cases)
  func reads(_ example: Case) throws {
    let bytes = Array(".\(example.target) ".utf8)
    let target = try RequestTarget(1..<bytes.count - 1, method: .get, in: bytes.span)
    #expect(text(bytes[target.path]) == example.path)
    #expect(target.query.map { text(bytes[$0]) } == example.query)
    #expect(target.authority.map { text(bytes[$0]) } == example.authority)
  }

  @Test(arguments: [
    "*", "!", "foo", "a:80", "ftp://a/", "http:/a", "http://", "http:///x", "http://u@a/",
    "http://u:p@a/",
    "http://a:8x/", "http://a:80:80/", "http://[::1/", "http://[]/", "https://?x",
  ])
  func refuses(_ target: String) {
    let bytes = Array(target.utf8)
    #expect {
      try RequestTarget(0..<bytes.count, method: .get, in: bytes.span)
    } throws: { error in
      (error as? HeadError)?.status == 400
    }
  }

  @Test func asteriskIsForOptions() throws {
    let target = try RequestTarget(0..<1, method: .options, in: [0x2A].span)
    #expect(target.path == 0..<1)
  }

  @Test(arguments: [
    ("a.example", true), ("a.example:80", true), ("a.example:", true), ("127.0.0.1:8080", true),
    ("[2001:db8::1]:8443", true), ("[::ffff:1.2.3.4]", true), ("a_b-c~d", true), ("a%20b", true),
    ("a:65535", true), ("a:65536", false), ("a:99999999999999999999", false), ("", false),
    (":80", false), ("ho st", false), ("a:80x", false), ("a:80:80", false), ("a/b", false),
    ("a?x", false), ("u@a", false), ("[::1", false), ("[::1]x", false), ("[::g]", false),
    ("[]", false), ("é", false), ("a\\b", false),
  ])
  func hosts(_ host: String, _ isValid: Bool) {
    let bytes = Array(host.utf8)
    let found = RequestTarget.isAuthority(0..<bytes.count, in: bytes.span)
    #expect(found == isValid)
  }
}
