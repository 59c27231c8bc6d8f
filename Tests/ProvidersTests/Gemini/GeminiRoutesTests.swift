import Testing

@testable import Providers

@Suite("Methods of Google's models")
struct GeminiRoutesTests {
  @Test(
    arguments: [
      ("generateContent", Endpoint.generateContent),
      ("streamGenerateContent", .streamGenerateContent), ("countTokens", .countTokens),
      ("embedContent", .embedContent), ("batchEmbedContents", .batchEmbedContents),
      ("GenerateContent", nil), ("predict", nil), ("", nil), ("generateContent2", nil),
    ] as [(String, Endpoint?)])
  func findsAMethod(_ verb: String, _ endpoint: Endpoint?) {
    let bytes = Array(verb.utf8)
    #expect(GeminiRoutes.verb(bytes.span) == endpoint)
  }
}
