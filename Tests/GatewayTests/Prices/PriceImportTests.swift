import JSON
import Testing

@testable import Gateway

@Suite("Price import")
struct PriceImportTests {
  private func entry(_ json: String) throws -> PriceEntry {
    try PriceImport.entry(model: "m", JSONValue(parsing: json))
  }

  @Test func readsEveryKindOfField() throws {
    let entry = try entry(
      """
      {"litellm_provider":"openai","mode":"chat","max_input_tokens":128000.0,
       "max_output_tokens":16384,"input_cost_per_token":2.5e-06,
       "input_cost_per_token_above_200k_tokens_priority":1e-5,"output_cost_per_token":0,
       "provider_specific_entry":{"us":1.1,"note":"text"},"deprecation_date":"2027-01-01",
       "search_context_cost_per_query":{"low":0.01},"cache_read_input_token_cost":null}
      """)
    #expect(entry.provider == "openai")
    #expect(entry.mode == "chat")
    #expect(entry.inputTokensMax == 128_000)
    #expect(entry.outputTokensMax == 16_384)
    let usMultiplier = try ExactDecimal("1.1")
    #expect(entry.multiplier(named: "us") == usMultiplier)
    #expect(
      entry.rate(.input, inputTokens: 300_000, tier: .priority)?.price.description == "0.00001")
    #expect(entry.rate(.output, inputTokens: 0, tier: .standard)?.price == .zero)
    #expect(!entry.prices(.cacheRead))
    #expect(
      entry.otherFields == [
        "provider_specific_entry.note", "deprecation_date", "search_context_cost_per_query",
      ])
  }

  @Test func theOlderLimitStandsIn() throws {
    #expect(try entry(#"{"max_tokens":4096}"#).outputTokensMax == 4096)
    #expect(try entry(#"{"max_tokens":4096,"max_output_tokens":10}"#).outputTokensMax == 10)
  }

  static let refused: [(String, String)] = [
    ("[]", "The price of 'm' must be an object of price fields."),
    (
      #"{"input_cost_per_token":"1"}"#,
      "The price of 'm': 'input_cost_per_token' must be a number of US dollars."
    ),
    (
      #"{"input_cost_per_token":-1e-6}"#,
      "The price of 'm': 'input_cost_per_token' must not be negative."
    ),
    (
      #"{"input_cost_per_token":1e-22}"#,
      "The price of 'm': 'input_cost_per_token' is finer than 10^-21 dollars or too large."
    ),
    (
      #"{"input_cost_per_token":1e999999}"#,
      "The price of 'm': 'input_cost_per_token' has more digits than can be kept exactly."
    ),
    (
      #"{"input_cost_per_token":1,"input_cost_per_token":2}"#,
      "The price of 'm': 'input_cost_per_token' stands there twice."
    ),
    (
      #"{"max_output_tokens":0.5}"#,
      "The price of 'm': 'max_output_tokens' must be a whole number of tokens."
    ),
    (#"{"mode":1}"#, "The price of 'm': 'mode' must be a text."),
    (
      #"{"provider_specific_entry":{"us":-1}}"#,
      "The price of 'm': 'provider_specific_entry.us' must not be negative."
    ),
  ]

  @Test(arguments: refused)
  func aBadValueNamesModelAndField(_ json: String, _ message: String) throws {
    let error = #expect(throws: PriceError.self) { try entry(json) }
    #expect(error?.message == message)
  }

  @Test func readsATableWithoutItsExplanation() throws {
    let table = try JSONValue(
      parsing: #"{"sample_spec":{"max_tokens":"a text"},"a":{},"b":{"mode":"chat"}}"#)
    #expect(try PriceImport.entries(table).map(\.key) == ["a", "b"])
    #expect(throws: PriceError.self) { try PriceImport.entries(.array([])) }
  }
}
