import Glibc
import Testing

@testable import Vault

@Suite("Errors of the vault")
struct VaultErrorTests {
  @Test(arguments: [
    (VaultError.masterKeyMissing(path: "d/master.key"), "d/master.key is missing"),
    (.masterKeyMode(path: "k", mode: 0o644), "mode 0644"),
    (.file(path: "k", call: "open", code: EACCES), "open: Permission denied"),
    (.wrongMasterKey(expected: "aa", given: "bb"), "sealed with master key aa, this one is bb"),
    (.masterKeyMalformed(source: "k", length: 3), "64 hex digits"),
  ])
  func sayWhatToDo(error: VaultError, words: String) {
    #expect(error.message.contains(words))
  }
}
