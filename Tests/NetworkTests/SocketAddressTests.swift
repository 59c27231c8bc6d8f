import Testing

@testable import Network

@Suite("Socket addresses")
struct SocketAddressTests {
  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1:80"), ("::1", "[::1]:80"), ("[2001:db8::5]", "[2001:db8::5]:80"),
  ])
  func readsAndWritesLiterals(_ text: String, _ written: String) throws {
    #expect(try #require(SocketAddress(literal: text, port: 80)).description == written)
  }

  @Test(arguments: ["localhost", "", "1.2.3", "127.0.0.1.5", "::g", "[::1", "0x7f.1"])
  func aNameIsNoLiteral(_ text: String) {
    #expect(SocketAddress(literal: text, port: 80) == nil)
  }
}
