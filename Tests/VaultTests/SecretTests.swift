import Testing

@testable import Vault

@Suite("Secrets in memory")
struct SecretTests {
  @Test func isNeverPrinted() {
    let secret = Secret(Array("canary".utf8))
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), String(describing: [secret]), dumped] {
      #expect(!text.contains("canary"))
      #expect(!text.contains("99, 97"))
    }
  }

  @Test func keepsItsBytes() {
    #expect(bytes(Secret([])) == [])
    #expect(bytes(Secret([1, 2, 3])) == [1, 2, 3])
  }

  @Test func wipes() {
    var bytes: [UInt8] = [1, 2, 3]
    wipe(&bytes)
    #expect(bytes.isEmpty)
  }
}
