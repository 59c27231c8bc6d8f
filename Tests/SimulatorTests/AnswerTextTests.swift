import Testing

@testable import Simulator

@Suite("The simulator's text")
struct AnswerTextTests {
  @Test func isTheSameForTheSamePrompt() {
    let first = AnswerText.pieces(for: "one two", count: 20, tokensMax: nil)
    #expect(first.pieces == AnswerText.pieces(for: "one two", count: 20, tokensMax: nil).pieces)
    #expect(first.pieces != AnswerText.pieces(for: "one three", count: 20, tokensMax: nil).pieces)
    #expect(first.pieces.count == 20)
    #expect(first.pieces.joined().hasPrefix("You said: one two "))
  }

  @Test func endsAtTheLimitOfTokens() {
    let (pieces, isCut) = AnswerText.pieces(for: "x", count: 20, tokensMax: 5)
    #expect(isCut)
    #expect(TokenCounter.count(pieces.joined()) <= 5)
    #expect(AnswerText.pieces(for: "x", count: 0, tokensMax: 5).pieces.isEmpty)
    #expect(AnswerText.pieces(for: "x", count: 2, tokensMax: 0).pieces.isEmpty)
  }
}
