import JSON
import Providers
import Testing

@testable import Gateway

@Suite("Built-in prices")
struct BuiltInPricesTextTests {
  @Test func knowMainstreamModels() throws {
    #expect(PriceTable.builtIn.count > 120)
    #expect(PriceTable.builtIn.version == "built-in \(BuiltInPrices.date)")
    let models = [
      ("openai", "gpt-4o-mini"), ("openai", "gpt-4o-mini-2024-07-18"),
      ("anthropic", "claude-sonnet-4-5"), ("anthropic", "claude-sonnet-4-5-20250929"),
      ("gemini", "gemini-2.5-flash"), ("vertex", "gemini-2.5-pro"),
      ("mistral", "mistral-large-latest"), ("xai", "grok-4"), ("deepseek", "deepseek-chat"),
      ("groq", "openai/gpt-oss-120b"), ("cohere", "command-r"), ("cohere", "embed-v4.0"),
      ("openai", "sim-small"), ("anthropic", "sim-large"), ("gemini", "sim-small"),
    ]
    for (vendor, model) in models {
      let entry = PriceTable.builtIn.entry(
        vendor: try #require(PriceVendor.named(vendor)), responseModel: model,
        requestedModel: nil)
      #expect(entry?.prices(.input) == true, "\(vendor) \(model)")
    }
  }

  @Test func priceTheSimulatedProvider() throws {
    let call = PricedCall(
      endpoint: .chatCompletions, requestedModel: "sim-small",
      vendor: .infer(dialect: .openai, providerName: "simulator", host: "127.0.0.1"))
    let cost = Pricing.cost(PricingTests.facts(1_000, 100), of: call, table: .builtIn)
    #expect(cost.amount?.description == "0.00014")
  }

  /// Every built-in price is the one of the shared table.
  @Test func agreeWithTheSharedTable() throws {
    guard let prices = SharedFiles.prices else {
      SharedFiles.reportAbsence(of: "prices")
      return
    }
    let table = PriceTable(
      version: "shared", entries: try PriceImport.entries(JSONValue(parsing: prices)))
    for entry in PriceTable.builtIn.entries where entry.provider != nil {
      guard let other = table.entry(key: entry.key) else {
        Issue.record("\(entry.key) is not in the shared table")
        continue
      }
      #expect(entry.provider == other.provider, "\(entry.key)")
      #expect(entry.outputTokensMax == other.outputTokensMax, "\(entry.key)")
      #expect(
        Set(entry.multipliers) == Set(other.multipliers), "\(entry.key)")
      let fields = Set(entry.rates.map(\.name.field))
      let rates = Set(other.rates.filter { fields.contains($0.name.field) })
      #expect(Set(entry.rates) == rates, "\(entry.key)")
      let missing = Set(other.rates.map(\.name.field)).subtracting(fields)
      #expect(missing.isSubset(of: [.perInputImage, .outputSecond, .outputCharacter, .perRequest]))
    }
  }
}
