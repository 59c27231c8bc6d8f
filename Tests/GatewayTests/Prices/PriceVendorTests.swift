import Providers
import Testing

@testable import Gateway

@Suite("Price vendor")
struct PriceVendorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var dialect = Dialect.openai
    var provider = "main"
    var host = "127.0.0.1"
    var isAzureStyle = false
    var explicit: String?
    let vendor: String
    var testDescription: String { "\(provider) at \(host) is \(vendor)" }
  }

  static let cases: [Case] = [
    Case(host: "api.openai.com", vendor: "openai"),
    Case(host: "eu.api.openai.com", vendor: "openai"),
    Case(host: "API.Groq.com", vendor: "groq"),
    Case(provider: "openai", host: "api.groq.com", vendor: "groq"),
    Case(host: "example.openai.azure.com", vendor: "azure"),
    Case(host: "example.services.ai.azure.com", vendor: "azure"),
    Case(host: "us-central1-aiplatform.googleapis.com", vendor: "vertex"),
    Case(host: "aiplatform.googleapis.com", vendor: "vertex"),
    Case(host: "generativelanguage.googleapis.com", vendor: "gemini"),
    Case(dialect: .anthropic, host: "api.deepseek.com", vendor: "deepseek"),
    Case(host: "api.x.ai", vendor: "xai"),
    Case(host: "notx.ai", vendor: "main"),
    Case(host: "openrouter.ai", vendor: "openrouter"),
    Case(host: "api.mistral.ai", vendor: "mistral"),
    Case(host: "api.together.xyz", vendor: "together"),
    Case(host: "api.perplexity.ai", vendor: "perplexity"),
    Case(host: "api.cerebras.ai", vendor: "cerebras"),
    Case(host: "api.cohere.ai", vendor: "cohere"),
    Case(provider: "OpenAI", vendor: "openai"),
    Case(provider: "azure-eu", vendor: "azure"),
    Case(provider: "groq2", vendor: "groq"),
    Case(provider: "vertex_ai", vendor: "vertex"),
    Case(provider: "snowflake", vendor: "snowflake"),
    Case(provider: "snowflake", isAzureStyle: true, vendor: "azure"),
    Case(host: "api.openai.com", explicit: "mistral", vendor: "mistral"),
    Case(host: "api.openai.com", explicit: "fireworks_ai", vendor: "fireworks_ai"),
  ]

  @Test(arguments: cases)
  func isInferred(_ example: Case) {
    let vendor = PriceVendor.infer(
      dialect: example.dialect, providerName: example.provider, host: example.host,
      isAzureStyle: example.isAzureStyle, explicit: example.explicit)
    #expect(vendor.name == example.vendor)
    #expect(vendor.ownPrefix == example.provider + "/")
  }

  @Test func anUnlistedProviderMayServeTheModelsOfItsDialect() {
    let vendor = PriceVendor.infer(dialect: .anthropic, providerName: "corp", host: "10.0.0.7")
    #expect(vendor.prefixes == ["corp/", ""])
    #expect(vendor.covers(provider: "anthropic"))
    #expect(!vendor.covers(provider: "openai"))
  }

  @Test func coversSubFamilies() throws {
    let vertex = try #require(PriceVendor.named("vertex"))
    #expect(vertex.covers(provider: "vertex_ai-language-models"))
    #expect(!vertex.covers(provider: "vertex_aix"))
  }

  @Test func everyListedPrefixHasAGroup() {
    let prefixes = PriceVendor.table.flatMap(\.prefixes).filter { !$0.isEmpty }
    #expect(Set(prefixes) == Set(PriceVendor.knownPrefixes))
    #expect(PriceVendor.knownPrefixes.count == Set(PriceVendor.knownPrefixes).count)
  }
}
