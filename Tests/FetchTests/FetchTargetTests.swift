import Testing

@testable import Fetch

@Suite("URLs")
struct FetchTargetTests {
  @Test(arguments: [
    ("http://a/", "a"), ("https://a.example:8443/b?c#d", "a.example"), ("HTTP://A", "A"),
    ("http://[::1]:80/", "[::1]"), ("https://127.0.0.1", "127.0.0.1"),
  ])
  func areTaken(url: String, host: String) throws {
    let target = try FetchTarget(url)
    #expect(target.host == host)
  }

  @Test(arguments: [
    "", "a", "//a/", "ftp://a/", "file:///etc/passwd", "gopher://a", "unix:///a", "http://",
    "http:///", "http://u@a/", "http://u:p@a/", "http://a b/", "http://a/\r\nX: y",
    "http://a\u{0}b/",
    "http://a:99999/", "http://[::1/",
  ])
  func areRefused(url: String) {
    #expect(throws: FetchError.badURL) { _ = try FetchTarget(url) }
  }
}
