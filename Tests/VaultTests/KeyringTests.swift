import Testing

@testable import Vault

@Suite("The keyring and what wraps it")
struct KeyringTests {
  @Test func tellsAWrongMasterKeyFromADamagedRow() throws {
    let right = try MasterKey.random()
    let wrong = try MasterKey.random()
    let (_, stored) = try Keyring.make(masterKey: right, nowMilliseconds: 5)
    #expect(stored.map(\.purpose) == [.seal, .digest])
    #expect(throws: VaultError.wrongMasterKey(expected: right.id, given: wrong.id)) {
      try Keyring(masterKey: wrong, wrapped: stored)
    }
    for (index, key) in stored.enumerated() {
      var damaged = stored
      var text = Array(key.wrapped.utf8)
      text[text.count - 5] = text[text.count - 5] == UInt8(ascii: "A") ? 0x42 : 0x41
      damaged[index] = WrappedKey(
        id: key.id, purpose: key.purpose, wrapped: String(decoding: text, as: UTF8.self),
        createdAtMilliseconds: 5)
      #expect(throws: VaultError.keyDamaged(id: key.id)) {
        try Keyring(masterKey: right, wrapped: damaged)
      }
    }
  }

  @Test func bindsIdAndPurpose() throws {
    let master = try MasterKey.random()
    let (_, stored) = try Keyring.make(masterKey: master, nowMilliseconds: 5)
    let swapped = [
      WrappedKey(
        id: stored[0].id, purpose: .seal, wrapped: stored[1].wrapped, createdAtMilliseconds: 5),
      WrappedKey(
        id: stored[1].id, purpose: .digest, wrapped: stored[0].wrapped, createdAtMilliseconds: 5),
    ]
    #expect(throws: VaultError.keyDamaged(id: stored[0].id)) {
      try Keyring(masterKey: master, wrapped: swapped)
    }
  }

  @Test func missesAKeyThatIsNotThere() throws {
    let master = try MasterKey.random()
    let (_, stored) = try Keyring.make(masterKey: master, nowMilliseconds: 5)
    #expect(throws: VaultError.keyAbsent(purpose: "seal")) {
      try Keyring(masterKey: master, wrapped: [])
    }
    #expect(throws: VaultError.keyAbsent(purpose: "digest")) {
      try Keyring(masterKey: master, wrapped: stored.filter { $0.purpose == .seal })
    }
  }

  @Test func theNewestDataKeySealsAndAnOldOneStillOpens() throws {
    let master = try MasterKey.random()
    let (first, stored) = try Keyring.make(masterKey: master, nowMilliseconds: 5)
    let (second, others) = try Keyring.make(masterKey: master, nowMilliseconds: 6)
    let added = try #require(others.first { $0.purpose == .seal })
    let old = try first.sealer.seal([1], kind: "key", id: "k", field: "secret")
    let new = try second.sealer.seal([2], kind: "key", id: "k", field: "secret")

    let both = try Keyring(masterKey: master, wrapped: [added] + stored)
    #expect(try both.sealer.open(old, kind: "key", id: "k", field: "secret") == [1])
    #expect(try both.sealer.open(new, kind: "key", id: "k", field: "secret") == [2])
    let again = try both.sealer.seal([3], kind: "key", id: "k", field: "secret")
    #expect(again.contains(added.id))
    #expect(both.digester.digest("t") == first.digester.digest("t"))
    #expect(throws: VaultError.unknownDataKey(id: added.id)) {
      try first.sealer.open(new, kind: "key", id: "k", field: "secret")
    }
  }
}
