import Testing

@testable import Vault

@Suite("Sealed fields")
struct SealerTests {
  let sealer: Sealer
  let sealed: String

  init() throws {
    let made = try Keyring.make(masterKey: MasterKey.random(), nowMilliseconds: 0)
    sealer = made.keyring.sealer
    sealed = try sealer.seal(Array("sk-canary".utf8), kind: "key", id: "k1", field: "secret")
  }

  @Test func opensInItsPlaceAlone() throws {
    let opened = try sealer.open(sealed, kind: "key", id: "k1", field: "secret")
    #expect(opened == Array("sk-canary".utf8))
    for (kind, id, field) in [
      ("token", "k1", "secret"), ("key", "k2", "secret"), ("key", "k1", "digest"),
      ("ke", "yk1", "secret"), ("key", "k1s", "ecret"), ("", "", ""),
    ] {
      #expect(throws: VaultError.sealBroken) {
        try sealer.open(sealed, kind: kind, id: id, field: field)
      }
    }
  }

  /// Every byte of the text, the version and the key id among them.
  @Test func refusesEveryChangedCharacter() throws {
    let text = Array(sealed.utf8)
    for index in text.indices {
      for replacement in Array("A.b2-_ é".utf8) where replacement != text[index] {
        var changed = text
        changed[index] = replacement
        #expect(throws: VaultError.self) {
          try sealer.open(
            String(decoding: changed, as: UTF8.self), kind: "key", id: "k1", field: "secret")
        }
      }
    }
  }

  @Test(arguments: ["", "v1", "v1.", "v1..", "v2.a.b", "sk-plain", "v1.a.b.c", "v1.aaaaaaaa.AAAA"])
  func refusesWhatIsNotSealed(_ text: String) {
    #expect(throws: VaultError.self) {
      try sealer.open(text, kind: "key", id: "k1", field: "secret")
    }
  }

  @Test func showsNothing() {
    #expect(!sealed.contains("canary"))
  }

  @Test func refusesTheKeyringOfAnother() throws {
    let other = try Keyring.make(masterKey: MasterKey.random(), nowMilliseconds: 0)
    #expect(throws: VaultError.self) {
      try other.keyring.sealer.open(sealed, kind: "key", id: "k1", field: "secret")
    }
  }

  @Test func anEmptySecretIsASecretToo() throws {
    let empty = try sealer.seal([], kind: "key", id: "k1", field: "secret")
    #expect(try sealer.open(empty, kind: "key", id: "k1", field: "secret") == [])
  }
}
