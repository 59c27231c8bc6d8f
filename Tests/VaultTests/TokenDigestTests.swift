import Testing

@testable import Vault

@Suite("Token digest (HMAC-SHA-256, RFC 4231)")
struct TokenDigestTests {
  /// Key, message, digest; the cases whose key fits into a block.
  static let vectors: [(String, String, String)] = [
    (
      String(repeating: "0b", count: 20), "4869205468657265",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
    ),
    (
      "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (
      String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
    ),
    (
      "0102030405060708090a0b0c0d0e0f10111213141516171819", String(repeating: "cd", count: 50),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
    ),
  ]

  @Test(arguments: vectors)
  func agreesWithTheVectors(key: String, message: String, digest: String) throws {
    let digester = TokenDigester(key: Secret(try bytes(hex: key)))
    let made = digester.digest(try bytes(hex: message))
    #expect(Hex.encode(made.bytes) == digest)
    #expect(digester.digest(try bytes(hex: message)) == made)
  }

  /// The same as the one-shot function at every length around the edges of blocks.
  @Test func agreesWithOpenSSLAtEveryLength() throws {
    let key = Random.bytes(32)
    let digester = TokenDigester(key: Secret(key))
    for count in 0...260 {
      let message = Random.bytes(count)
      #expect(try digester.digest(message).bytes == hmacSHA256(key: key, message))
    }
  }

  @Test func comesBackFromItsBytes() throws {
    let digest = TokenDigester(key: Random.key()).digest("token")
    #expect(TokenDigest(bytes: digest.bytes) == digest)
    #expect(TokenDigest(bytes: digest.bytes.dropLast()) == nil)
  }

  @Test func differsWhereverOneBitDoes() throws {
    let digest = TokenDigester(key: Random.key()).digest("token")
    for bit in 0..<256 {
      var bytes = digest.bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(try #require(TokenDigest(bytes: bytes)) != digest)
    }
  }

  @Test func anotherKeyGivesAnotherDigest() {
    let one = TokenDigester(key: Random.key())
    let other = TokenDigester(key: Random.key())
    #expect(one.digest("token") != other.digest("token"))
  }

  /// Printed, not judged: a debug build on a shared machine says nothing about a release.
  @Test func isCheap() {
    let digester = TokenDigester(key: Random.key())
    let token = Array(TokenFormat.make().token.utf8)
    let rounds = 20_000
    var sum: UInt64 = 0
    let elapsed = ContinuousClock().measure {
      for _ in 0..<rounds { sum &+= digester.digest(token.span).bigEndianWords.0 }
    }
    print("token digest: \(elapsed / rounds) each (\(sum & 1))")
  }
}
