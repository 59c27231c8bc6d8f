import JSON
import Providers
import Testing

@testable import Gateway

@Suite("Price entry")
struct PriceEntryTests {
  static func rate(
    _ field: PriceField, _ nanoUSD: Int64, above: Int64 = 0, _ tier: PriceTier = .standard
  ) -> PriceRate {
    PriceRate(
      PriceName(field, aboveTokens: above, tier: tier), DollarAmount(nanoUSD: nanoUSD))
  }

  let entry = PriceEntry(
    key: "m",
    rates: [
      rate(.input, 1), rate(.input, 2, .flex), rate(.input, 3, above: 200_000),
      rate(.input, 4, above: 200_000, .flex), rate(.input, 5, above: 128_000), rate(.output, 6),
      rate(.output, 7, .flex), rate(.output, 8, above: 200_000),
    ])

  struct Case: Sendable {
    let field: PriceField
    let inputTokens: Int64
    let tier: PriceTier
    let nanoUSD: Int64?
  }

  static let cases: [Case] = [
    Case(field: .input, inputTokens: 0, tier: .standard, nanoUSD: 1),
    Case(field: .input, inputTokens: 128_000, tier: .standard, nanoUSD: 1),
    Case(field: .input, inputTokens: 128_001, tier: .standard, nanoUSD: 5),
    Case(field: .input, inputTokens: 200_001, tier: .standard, nanoUSD: 3),
    Case(field: .input, inputTokens: .max, tier: .flex, nanoUSD: 4),
    Case(field: .input, inputTokens: 10, tier: .flex, nanoUSD: 2),
    Case(field: .input, inputTokens: 10, tier: .priority, nanoUSD: 1),
    Case(field: .output, inputTokens: 200_001, tier: .flex, nanoUSD: 8),
    Case(field: .reasoning, inputTokens: 0, tier: .standard, nanoUSD: nil),
  ]

  /// The long-context price holds before the tier's, the tier's before the plain one.
  @Test(arguments: cases)
  func choosesThePrice(_ example: Case) {
    let rate = entry.rate(example.field, inputTokens: example.inputTokens, tier: example.tier)
    #expect(rate?.price.nanoUSD == example.nanoUSD)
  }

  @Test func saysWhatItPrices() {
    #expect(entry.prices(.input))
    #expect(!entry.prices(.cacheRead))
    #expect(entry.multiplier(named: "us") == nil)
  }

  /// Whatever changes what is billed or bounded changes the number; how it is written does not.
  @Test func itsFingerprintIsThatOfItsMeaning() throws {
    func fingerprint(_ model: String, _ text: String) throws -> UInt64 {
      try PriceImport.entry(
        model: model, try JSONValue(parsing: text.replacing("'", with: "\""))
      ).fingerprint
    }
    let whole = try fingerprint(
      "m", "{'input_cost_per_token': 1e-06, 'output_cost_per_token': 2e-06, 'mode': 'chat'}")
    #expect(
      try fingerprint(
        "m",
        "{'output_cost_per_token': 0.000002, 'input_cost_per_token': 0.0000010, 'mode': 'chat', "
          + "'source': 'https://example.com'}") == whole)
    let others = try [
      fingerprint(
        "n", "{'input_cost_per_token': 1e-06, 'output_cost_per_token': 2e-06, 'mode': 'chat'}"),
      fingerprint("m", "{'input_cost_per_token': 1e-06, 'output_cost_per_token': 2e-06}"),
      fingerprint(
        "m", "{'input_cost_per_token': 2e-06, 'output_cost_per_token': 1e-06, 'mode': 'chat'}"),
      fingerprint("m", "{'input_cost_per_token': 1e-06, 'mode': 'chat'}"),
      fingerprint("m", "{'input_cost_per_token_flex': 1e-06, 'mode': 'chat'}"),
      fingerprint("m", "{'input_cost_per_token_above_1k_tokens': 1e-06, 'mode': 'chat'}"),
      fingerprint("m", "{'input_cost_per_token': 1e-06, 'max_output_tokens': 5}"),
      fingerprint("m", "{'input_cost_per_token': 1e-06, 'max_input_tokens': 5}"),
      fingerprint("m", "{'input_cost_per_token': 1e-06, 'litellm_provider': 'openai'}"),
      fingerprint(
        "m", "{'input_cost_per_token': 1e-06, 'provider_specific_entry': {'us': 1.1}}"),
      fingerprint(
        "m", "{'input_cost_per_token': 1e-06, 'provider_specific_entry': {'us': 1.2}}"),
    ]
    #expect(Set(others + [whole]).count == others.count + 1)
  }

  @Test(arguments: [
    ("input_cost_per_token", false, true), ("output_cost_per_token", false, true),
    ("input_cost_per_token output_cost_per_token", true, true),
    ("input_cost_per_token output_cost_per_token_flex", true, true),
    ("input_cost_per_second", true, true), ("", false, false),
  ])
  func whatAPriceMustHave(fields: String, text: Bool, other: Bool) throws {
    let entry = try CostBoundTests.entry(fields.split(separator: " ").map { (String($0), 1) })
    #expect(entry.prices(.chatCompletions) == text && entry.prices(.messages) == text)
    #expect(entry.prices(.embeddings) == other && entry.prices(.rerank) == other)
  }

  /// What is written as fields is read as the same entry, but for whose price it is.
  @Test func fieldsAreTheEntry() throws {
    let text = """
      {"litellm_provider":"p","mode":"chat","max_input_tokens":9,"max_output_tokens":5,
       "input_cost_per_token":1.5e-7,"output_cost_per_token":6e-7,
       "input_cost_per_token_above_200k_tokens_priority":0.000000000000000000001,
       "provider_specific_entry":{"us":1.1},"supports_vision":true}
      """
    let entry = try PriceImport.entry(model: "m", JSONValue(parsing: text))
    let again = try PriceImport.entry(model: "m", entry.fields)
    #expect(again.rates == entry.rates && again.multipliers == entry.multipliers)
    #expect(again.mode == "chat" && again.inputTokensMax == 9 && again.outputTokensMax == 5)
    #expect(again.isOwn && !entry.isOwn)
  }
}
