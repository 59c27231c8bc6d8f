import Providers
import Testing

@testable import Gateway

@Suite("Price table")
struct PriceTableTests {
  static func entry(_ key: String, _ provider: String?) -> PriceEntry {
    PriceEntry(key: key, provider: provider, rates: [PriceEntryTests.rate(.input, 1)])
  }

  static let table = PriceTable(
    version: "test",
    entries: [
      entry("gpt-4o", "openai"), entry("gpt-4o-2024-08-06", "openai"),
      entry("text-completion-openai/davinci", "text-completion-openai"),
      entry("claude-sonnet-4-5", "anthropic"), entry("groq/openai/gpt-oss-120b", "groq"),
      entry("azure/gpt-4o", "azure"), entry("azure_ai/grok-4", "azure_ai"),
      entry("gemini-2.5-pro", "vertex_ai-language-models"),
      entry("gemini/gemini-2.5-pro", "gemini"), entry("fireworks_ai/llama", "fireworks_ai"),
      entry("command-r", "cohere_chat"), entry("cohere/embed", "cohere"),
    ])

  struct Case: Sendable, CustomTestStringConvertible {
    let vendor: String
    let response: String?
    let requested: String?
    let key: String?
    var testDescription: String { "\(vendor): \(response ?? "-"), \(requested ?? "-")" }

    init(_ vendor: String, _ response: String?, _ requested: String?, _ key: String?) {
      self.vendor = vendor
      self.response = response
      self.requested = requested
      self.key = key
    }
  }

  static let cases: [Case] = [
    Case("openai", "gpt-4o-2024-08-06", "gpt-4o", "gpt-4o-2024-08-06"),
    Case("openai", "gpt-4o-2024-11-20", "other", "gpt-4o"),
    Case("openai", "unknown", "gpt-4o", "gpt-4o"),
    Case("openai", nil, "gpt-4o", "gpt-4o"),
    Case("openai", "davinci", nil, "text-completion-openai/davinci"),
    Case("openai", nil, nil, nil),
    Case("openai", "claude-sonnet-4-5", "gemini-2.5-pro", nil),
    Case("anthropic", "claude-sonnet-4-5-20250929", nil, "claude-sonnet-4-5"),
    Case("groq", "openai/gpt-oss-120b", nil, "groq/openai/gpt-oss-120b"),
    Case("groq", "gpt-4o", nil, nil),
    Case("azure", "gpt-4o-2024-11-20", nil, "azure/gpt-4o"),
    Case("azure", "grok-4", nil, "azure_ai/grok-4"),
    Case("vertex", "gemini-2.5-pro", nil, "gemini-2.5-pro"),
    Case("gemini", "gemini-2.5-pro", nil, "gemini/gemini-2.5-pro"),
    Case("gemini", "gemini-2.5-pro-2025-05-06", nil, nil),
    Case("cohere", "command-r", nil, "command-r"),
    Case("cohere", "embed", nil, "cohere/embed"),
    Case("fireworks_ai", "llama", nil, "fireworks_ai/llama"),
    Case("snowflake", "claude-sonnet-4-5", nil, nil),
  ]

  @Test(arguments: cases)
  func findsTheEntry(_ example: Case) {
    let vendor = PriceVendor.infer(
      dialect: .openai, providerName: example.vendor, host: "127.0.0.1")
    let entry = Self.table.entry(
      vendor: vendor, responseModel: example.response, requestedModel: example.requested)
    #expect(entry?.key == example.key)
  }

  /// An entry without `litellm_provider` is the operator's and holds everywhere.
  @Test func theOperatorsOwnEntriesComeFirst() {
    let table = Self.table.overlaid(
      with: [
        Self.entry("gpt-4o", nil), Self.entry("corp/llama", nil), Self.entry("llama", nil),
      ], version: "2")
    #expect(table.version == "2")
    #expect(table.count == 14)
    let groq = PriceVendor.infer(dialect: .openai, providerName: "groq", host: "")
    let corp = PriceVendor.infer(dialect: .openai, providerName: "corp", host: "")
    let openai = PriceVendor.infer(dialect: .openai, providerName: "openai", host: "")
    func key(_ vendor: PriceVendor, _ response: String, _ requested: String) -> String? {
      table.entry(vendor: vendor, responseModel: response, requestedModel: requested)?.key
    }
    #expect(key(openai, "gpt-4o-2024-08-06", "gpt-4o") == "gpt-4o")
    #expect(key(groq, "llama", "llama") == "llama")
    #expect(key(corp, "llama", "llama") == "corp/llama")
  }

  @Test(arguments: [
    ("gpt-4o-2024-08-06", "gpt-4o"), ("claude-sonnet-4-20250514", "claude-sonnet-4"),
    ("gpt-4o", nil), ("gpt-4-0613", nil), ("-2024-08-06", nil), ("-20250514", nil), ("", nil),
    ("é-2024-08-06", "é"), ("gpt-2024-8-06", nil),
  ])
  func stripsTrailingDates(_ model: String, _ stripped: String?) {
    #expect(ModelDate.stripped(from: model) == stripped)
  }

  @Test func isListedByKey() {
    #expect(Self.table.entries.map(\.key) == Self.table.entries.map(\.key).sorted())
    #expect(Self.table.entry(key: "gpt-4o")?.provider == "openai")
    #expect(PriceTable.empty.count == 0)
  }

  @Test func mayTakeTheUnpricedAsFree() {
    let free = Self.table.taking(unpricedAsFree: true)
    #expect(free.takesUnpricedAsFree && !Self.table.takesUnpricedAsFree)
    #expect(free.version == Self.table.version && free.count == Self.table.count)
    #expect(free.taking(unpricedAsFree: true) === free)
    #expect(!free.taking(unpricedAsFree: false).takesUnpricedAsFree)
  }
}
