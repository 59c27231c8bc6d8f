import Testing

@testable import Appliance

@Suite("A listen address")
struct ListenAddressTests {
  @Test(arguments: [
    ("127.0.0.1:8080", "127.0.0.1", 8080), ("0.0.0.0:0", "0.0.0.0", 0),
    ("localhost:65535", "localhost", 65_535), ("[::1]:443", "::1", 443),
    ("[::ffff:127.0.0.1]:1", "::ffff:127.0.0.1", 1), ("my-host_1.lan:80", "my-host_1.lan", 80),
  ])
  func isRead(text: String, host: String, port: Int) throws {
    let address = try #require(ListenAddress(text))
    #expect(address.host == host)
    #expect(Int(address.port) == port)
    #expect(address.description == text)
  }

  @Test(arguments: [
    "", ":", ":80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "a b:80",
    "::1:80", "[::1]", "[]:80", "[nope]:80", "host:80x", "http://host:80", "host:+80",
  ])
  func isRefused(text: String) {
    #expect(ListenAddress(text) == nil)
  }
}
