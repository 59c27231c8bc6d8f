package import Providers

extension Admission {
  /// What a request is taken to use while nothing better is known: what one is booked at whose end
  /// a crash has cost.
  ///
  /// A quarter of its bytes as input, which is about what English in JSON makes; and a short answer,
  /// or what the request allows where that is less. What is not answered with text counts nothing.
  package static func usualUsage(
    endpoint: Endpoint, facts: RequestFacts, bodyBytes: Int
  ) -> Usage {
    var usage = Usage()
    guard endpoint.answersWithText else { return usage }
    usage.inputTokens = Int64(bodyBytes / 4)
    let output = min(max(0, facts.outputTokensMax ?? usualOutputTokens), usualOutputTokens)
    usage.outputTokens = output * Int64(min(max(1, facts.choiceCount), choicesMax))
    return usage
  }

  private static let usualOutputTokens: Int64 = 256
  private static let choicesMax = 128
}
