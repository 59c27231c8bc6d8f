import Testing

@testable import Gateway

@Suite("Clear secrets")
struct ClearSecretTests {
  @Test func neverPrint() {
    let secret = ClearSecret(Array("sk-canary".utf8))
    var dumped = ""
    dump(secret, to: &dumped)
    dump([secret], to: &dumped)
    let texts = [
      "\(secret)", String(describing: secret), String(reflecting: secret), dumped,
      String(reflecting: SecretWrite(field: "secret", clear: secret)),
    ]
    for text in texts {
      #expect(!text.contains("canary"))
      #expect(!text.contains("115"), "a byte of the secret as a number")
    }
  }

  @Test func compare() {
    #expect(ClearSecret([1, 2]) == ClearSecret([1, 2]))
    #expect(ClearSecret([1, 2]) != ClearSecret([1, 3]))
    #expect(ClearSecret([1, 2]) != ClearSecret([1, 2, 3]))
    #expect(ClearSecret([]) == ClearSecret([]))
  }
}
