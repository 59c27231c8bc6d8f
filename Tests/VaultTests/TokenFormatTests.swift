import Testing

@testable import Vault

@Suite("The form of our tokens")
struct TokenFormatTests {
  @Test func isParsedBack() {
    for _ in 0..<1_000 {
      let (token, publicID) = TokenFormat.make()
      #expect(token.hasPrefix("sk-ap-\(publicID)-"))
      #expect(token.utf8.count == 57)
      #expect(TokenFormat.publicID(of: token) == publicID)
    }
  }

  @Test func neverRepeats() {
    let tokens = (0..<5_000).map { _ in TokenFormat.make() }
    #expect(Set(tokens.map(\.token)).count == tokens.count)
    #expect(Set(tokens.map(\.publicID)).count == tokens.count)
  }

  static let secret = String(repeating: "a", count: 40)

  @Test(arguments: [
    "", "sk-", "sk-ap-", "sk-ap-abcdefghij", "sk-ap-abcdefghij-", "sk-ap-abcdefghij-abc",
    "sk-ap-abcdefghi-\(secret)a", "sk-ap-abcdefghij-\(secret)a", "SK-ap-abcdefghij-\(secret)",
    "sk-ap-abcdefghi1-\(secret)", "sk-ap-abcdefghiJ-\(secret)", "sk-ap-abcdefghij_\(secret)",
    "sk-ap-abcdefghij-\(secret.dropLast())é", "sk-ap-abcdefghij-\(secret.dropLast())\u{0}",
  ])
  func refuses(_ token: String) {
    #expect(TokenFormat.publicID(of: token) == nil)
  }
}
