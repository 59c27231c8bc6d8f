import Testing

@testable import Vault

@Suite("AES-256-GCM")
struct AuthenticatedCipherTests {
  func seal(_ text: [UInt8], _ key: Secret, _ associated: [UInt8]) throws -> [UInt8] {
    try text.withUnsafeBytes {
      try AuthenticatedCipher.seal($0, key: key, associated: associated)
    }
  }

  @Test(arguments: [0, 1, 15, 16, 17, 1_000, 100_000])
  func opensWhatItSealed(count: Int) throws {
    let key = Random.key()
    let plain = Random.bytes(count)
    let box = try seal(plain, key, [1, 2, 3])
    #expect(box.count == count + 28)
    #expect(try AuthenticatedCipher.open(box, key: key, associated: [1, 2, 3]) == plain)
    #expect(try seal(plain, key, [1, 2, 3]) != box)
  }

  /// Test case 16 of McGrew and Viega, "The Galois/Counter Mode of Operation", its nonce in front.
  @Test func agreesWithAKnownBox() throws {
    let key = Secret(
      try bytes(hex: "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
    let box =
      "cafebabefacedbaddecaf888"
      + "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
      + "76fc6ece0f4e1768cddf8853bb2d551b"
    let plain = try AuthenticatedCipher.open(
      bytes(hex: box), key: key,
      associated: bytes(hex: "feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    #expect(
      Hex.encode(plain)
        == "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
  }

  @Test func refusesEveryFlippedBitAndEveryCut() throws {
    let key = Random.key()
    let box = try seal(Array("secret".utf8), key, [7])
    for index in box.indices {
      for bit in 0..<8 {
        var changed = box
        changed[index] ^= 1 << UInt8(bit)
        #expect(throws: VaultError.sealBroken) {
          try AuthenticatedCipher.open(changed, key: key, associated: [7])
        }
      }
      #expect(throws: VaultError.sealBroken) {
        try AuthenticatedCipher.open(Array(box.prefix(index)), key: key, associated: [7])
      }
    }
    #expect(throws: VaultError.sealBroken) {
      try AuthenticatedCipher.open(box, key: key, associated: [])
    }
    #expect(throws: VaultError.sealBroken) {
      try AuthenticatedCipher.open(box, key: Random.key(), associated: [7])
    }
  }

  @Test func fieldsCannotRunTogether() {
    #expect(
      AuthenticatedCipher.associated("ab", "c") != AuthenticatedCipher.associated("a", "bc"))
    #expect(AuthenticatedCipher.associated("a", "") != AuthenticatedCipher.associated("a"))
  }
}
