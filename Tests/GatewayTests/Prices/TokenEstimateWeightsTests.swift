import Providers
import Testing

@testable import Gateway

@Suite("Token weights")
struct TokenEstimateWeightsTests {
  /// Every kind of character costs something; what joins two words may take something off.
  @Test(arguments: TokenFamily.allCases)
  func noTextIsFree(_ family: TokenFamily) {
    let samples = [
      "word", "12", ";", "  x", "\n", "é", "Ж", "ไ", "世", "か", "한", "。", "→", "😀", "a.b",
    ]
    for text in samples {
      #expect(TokenEstimate.tokens(TokenEstimateTests.tally(text), family: family) >= 1, "\(text)")
      let many = TokenEstimateTests.tally(String(repeating: text, count: 100))
      #expect(family.weights.weigh(many) > 0, "\(text)")
    }
  }

  @Test(arguments: TokenFamily.allCases)
  func framesAreNotNegative(_ family: TokenFamily) {
    #expect(family.frame.message > 0 && family.frame.request > 0 && family.frame.tools > 0)
  }

  /// Claude's newest tokenizer cuts finer.
  @Test func finerTokensAreMore() {
    let text = TokenEstimateTests.tally("The quick brown fox jumps over 13 lazy dogs.")
    #expect(
      TokenEstimate.tokens(text, family: .claudeFine) > TokenEstimate.tokens(text, family: .claude))
  }
}
