import Testing

@testable import Vault

@Suite("HKDF (RFC 5869, appendix A) and HMAC (RFC 4231)")
struct KeyDerivationTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let secret: String
    let salt: String
    let info: String
    let count: Int
    let output: String
    var testDescription: String { name }
  }

  static let long = (
    secret: (0x00...0x4f).map { hex(UInt8($0)) }.joined(),
    salt: (0x60...0xaf).map { hex(UInt8($0)) }.joined(),
    info: (0xb0...0xff).map { hex(UInt8($0)) }.joined()
  )

  static func hex(_ byte: UInt8) -> String { Hex.encode([byte]) }

  static let cases: [Case] = [
    Case(
      name: "A.1 basic", secret: String(repeating: "0b", count: 22),
      salt: "000102030405060708090a0b0c", info: "f0f1f2f3f4f5f6f7f8f9", count: 42,
      output: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    ),
    Case(
      name: "A.2 longer inputs and output", secret: long.secret, salt: long.salt, info: long.info,
      count: 82,
      output: "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
        + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
        + "cc30c58179ec3e87c14c01d5c1f3434f1d87"),
    Case(
      name: "A.3 no salt, no info", secret: String(repeating: "0b", count: 22), salt: "", info: "",
      count: 42,
      output: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    ),
  ]

  @Test(arguments: cases)
  func derives(_ example: Case) throws {
    let derived = try HKDF.sha256(
      Secret(bytes(hex: example.secret)), salt: bytes(hex: example.salt),
      info: bytes(hex: example.info), count: example.count)
    #expect(Hex.encode(bytes(derived)) == example.output)
  }

  @Test func anotherUseGivesAnotherKey() throws {
    let secret = Random.key()
    let one = try HKDF.sha256(secret, info: "one")
    let other = try HKDF.sha256(secret, info: "other")
    #expect(one.count == 32)
    #expect(bytes(one) != bytes(other))
  }

  /// Case 2 has a key shorter than a block, case 6 one longer, case 7 a longer message too.
  @Test(arguments: [
    (
      "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      String(repeating: "aa", count: 131),
      "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374",
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
    ),
  ])
  func authenticates(key: String, message: String, digest: String) throws {
    let made = try hmacSHA256(key: bytes(hex: key), bytes(hex: message))
    #expect(Hex.encode(made) == digest)
  }
}
