import Testing

@testable import Network

@Suite("TLS contexts")
struct TLSContextTests {
  @Test func aMissingFileIsNamed() throws {
    let error = #expect(throws: TLSContext.Failure.self) {
      _ = try TLSContext.client(authorityFile: "/nowhere/ca.pem")
    }
    #expect(error?.message.contains("/nowhere/ca.pem") == true)
  }

  @Test func aKeyOfAnotherCertificateIsRefused() throws {
    let one = try #require(TestCertificates())
    let other = try #require(TestCertificates())
    defer {
      one.remove()
      other.remove()
    }
    #expect(throws: TLSContext.Failure.self) {
      _ = try TLSContext.server(certificateFile: one.certificate, keyFile: other.key)
    }
  }
}
