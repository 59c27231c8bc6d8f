import Testing

@testable import Simulator

@Suite("The simulator's token counter")
struct TokenCounterTests {
  @Test(arguments: [
    ("", 0), ("hello", 1), ("hello there", 2), ("internationalization", 3), ("a,b", 3),
    ("12345", 2), ("fooBar", 2), ("你好", 1), ("你", 1), ("今天早上港口很", 5), ("산책을 했다", 3), ("  x", 2),
    ("x\n\ny", 3), ("привет", 2), ("!!!", 2),
  ])
  func counts(text: String, tokens: Int) {
    #expect(TokenCounter.count(text) == tokens)
  }

  /// A streamed text has as many tokens as its pieces together.
  @Test func countsPiecesAsTheWhole() {
    let (pieces, _) = AnswerText.pieces(
      for: "Tell me, please: what is 6 x 7?", count: 60, tokensMax: nil)
    let sum = pieces.reduce(0) { $0 + TokenCounter.count($1) }
    #expect(sum == TokenCounter.count(pieces.joined()))
  }
}
