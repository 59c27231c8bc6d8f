import Testing

@testable import Gateway

@Suite("Token digests")
struct TokenDigestBytesTests {
  static let hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

  @Test func readsAndWritesHex() throws {
    let digest = try #require(TokenDigestBytes(hex: Self.hex))
    #expect(digest.hex == Self.hex)
    #expect(digest == TokenDigestBytes(Array(0..<32)))
    #expect(digest == TokenDigestBytes(hex: Self.hex.uppercased()))
    #expect(
      digest
        == TokenDigestBytes(
          bigEndianWords: (
            0x0001_0203_0405_0607, 0x0809_0A0B_0C0D_0E0F, 0x1011_1213_1415_1617,
            0x1819_1A1B_1C1D_1E1F
          )))
  }

  @Test(arguments: [
    "", "0", "00", String(hex.dropLast()), hex + "0", hex + "00", "zz" + hex.dropFirst(2),
  ])
  func refuses(_ text: String) {
    #expect(TokenDigestBytes(hex: text) == nil)
  }

  @Test(arguments: [0, 31, 33])
  func refusesOtherLengths(_ count: Int) {
    #expect(TokenDigestBytes([UInt8](repeating: 1, count: count)) == nil)
  }

  /// Whichever byte differs, the digests differ.
  @Test(arguments: 0..<32)
  func everyByteCounts(_ place: Int) {
    var bytes = [UInt8](repeating: 7, count: 32)
    let digest = TokenDigestBytes(bytes)
    bytes[place] ^= 1
    #expect(digest != TokenDigestBytes(bytes))
  }
}
