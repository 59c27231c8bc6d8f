import Foundation
import Testing

@testable import Vault

@Suite("Base64url and hex (RFC 4648)")
struct TextCodingTests {
  @Test(arguments: [
    ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
    ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
  ])
  func agreesWithTheVectors(plain: String, coded: String) {
    #expect(Base64URL.encode(Array(plain.utf8)) == coded)
    #expect(Base64URL.decode(coded.utf8) == Array(plain.utf8))
  }

  @Test func agreesWithFoundationForEveryLength() {
    for count in 0...100 {
      let bytes = Random.bytes(count)
      let expected = Data(bytes).base64EncodedString()
        .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
        .replacingOccurrences(of: "=", with: "")
      #expect(Base64URL.encode(bytes) == expected)
      #expect(Base64URL.decode(expected.utf8) == bytes)
      #expect(Hex.decode(Hex.encode(bytes).utf8) == bytes)
      #expect(Hex.decode(Hex.encode(bytes).uppercased().utf8) == bytes)
    }
  }

  @Test(arguments: ["A", "AAAAA", "Zh", "Zm9", "Zg==", "Zm 9v", "Zm+v", "Zm/v", "Zm9vé"])
  func refusesBase64(_ text: String) {
    #expect(Base64URL.decode(text.utf8) == nil)
  }

  @Test(arguments: ["0", "0g", "0x", "é0", " 0", "00 "])
  func refusesHex(_ text: String) {
    #expect(Hex.decode(text.utf8) == nil)
  }
}
