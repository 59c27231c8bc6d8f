import Testing

@testable import Gateway

@Suite("Price field names")
struct PriceFieldTests {
  static let names: [(String, PriceName)] = [
    ("input_cost_per_token", PriceName(.input)),
    ("output_cost_per_token_batches", PriceName(.output, tier: .batch)),
    ("cache_creation_input_token_cost_above_1hr", PriceName(.cacheWrite1h)),
    (
      "cache_creation_input_token_cost_above_1hr_above_200k_tokens",
      PriceName(.cacheWrite1h, aboveTokens: 200_000)
    ),
    (
      "input_cost_per_token_above_200k_tokens_priority",
      PriceName(.input, aboveTokens: 200_000, tier: .priority)
    ),
    ("output_cost_per_token_above_1234_tokens", PriceName(.output, aboveTokens: 1234)),
    ("input_cost_per_image_above_128k_tokens", PriceName(.perInputImage, aboveTokens: 128_000)),
  ]

  @Test(arguments: names)
  func areReadAndWritten(_ text: String, _ name: PriceName) {
    #expect(PriceName(parsing: text) == name)
    #expect(name.description == text)
  }

  @Test func readsMillions() {
    #expect(
      PriceName(parsing: "input_cost_per_token_above_1m_tokens")
        == PriceName(.input, aboveTokens: 1_000_000))
  }

  @Test(arguments: [
    "", "_flex", "_above_", "_tokens", "_above__tokens", "input_cost_per_token_above_k_tokens",
    "input_cost_per_token_above_0k_tokens", "input_cost_per_token_above_-5_tokens",
    "input_cost_per_token_above_99999999999999999999_tokens",
    "input_cost_per_token_above_9223372036854775807k_tokens", "input_cost_per_token_cache_hit",
    "search_context_cost_per_query", "input_cost_per_token_flex_flex",
    "input_cost_per_token_above_200k_tokens_above_300k_tokens",
    "cache_creation_input_token_cost_above_12hr", "input_cost_per_token_decisions",
  ])
  func thatPriceNothingHereAreNil(_ text: String) {
    #expect(PriceName(parsing: text) == nil)
  }

  /// Whatever stands in for a price ends at one that nothing stands in for.
  @Test(arguments: PriceField.allCases)
  func standInsEnd(_ field: PriceField) {
    var steps = 0
    var next = field.standIn
    while let field = next, steps < 10 {
      next = field.standIn
      steps += 1
    }
    #expect(steps < 3)
  }
}
