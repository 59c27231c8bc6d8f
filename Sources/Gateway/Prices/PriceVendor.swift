package import Providers

/// Whose price list a provider's answers are priced by, and how its models are named there.
///
/// Made once for each provider record. LiteLLM's table keys a model by its vendor (`groq/openai/gpt-oss-120b`), or by its name alone.
/// A new vendor is a row of `table`.
package final class PriceVendor: Sendable {
  package let name: String
  /// What stands before a model's name in the table, in the order of trial; "" for nothing.
  package let prefixes: [String]
  /// Where a price table keeps what stands behind each of `prefixes`.
  let places: [Place]
  /// The `litellm_provider` values that a key without a prefix may have to count as this vendor's;
  /// a row also covers its sub-families (`vertex_ai` covers `vertex_ai-language-models`).
  package let families: [String]
  /// Whether `gpt-4o-2024-08-06` may be priced as `gpt-4o`.
  package let stripsDates: Bool
  /// Why the vendor's answers cannot be priced by the table, if so.
  package let obstacle: Obstacle?
  /// The provider's own name and a slash: before a model's name in the operator's own entries it
  /// sets a price for this provider alone.
  package let ownPrefix: String
  /// What operators call it in a provider's name.
  let aliases: [String]
  /// Its hosts, by suffix.
  let hosts: [String]

  /// Where a price table keeps the entries of a prefix.
  enum Place: Hashable, Sendable {
    /// By the model's name alone.
    case bare
    /// In the group of that number in `knownPrefixes`.
    case group(Int)
    /// By the prefix and the name, joined.
    case prefix(String)
  }

  /// A way of billing that prices by token do not cover.
  package enum Obstacle: Sendable {
    /// Fees for each request and each search come on top (Perplexity).
    case feesPerRequest
    /// Audio in a chat is billed by the minute, which the table does not list (Mistral).
    case audioChatByMinute
  }

  init(
    _ name: String, prefixes: [String], families: [String] = [], stripsDates: Bool = false,
    obstacle: Obstacle? = nil, aliases: [String] = [], hosts: [String], ownPrefix: String = ""
  ) {
    self.name = name
    self.prefixes = prefixes
    places = prefixes.map { prefix in
      guard !prefix.isEmpty else { return .bare }
      return Self.knownPrefixes.firstIndex(of: prefix).map(Place.group) ?? .prefix(prefix)
    }
    self.families = families
    self.stripsDates = stripsDates
    self.obstacle = obstacle
    self.aliases = aliases
    self.hosts = hosts
    self.ownPrefix = ownPrefix
  }

  /// The vendor that the facts point to: what the operator says, then Azure's style, then the
  /// host, then the provider's name, then the dialect's own vendor.
  ///
  /// The host is that of the provider's base URL, without a port. An explicit word that is not in
  /// `table` is itself the prefix.
  package static func infer(
    dialect: Dialect, providerName: String, host: String, isAzureStyle: Bool = false,
    explicit: String? = nil
  ) -> PriceVendor {
    let vendor =
      if let explicit, !explicit.isEmpty {
        named(explicit) ?? unlisted(explicit, like: nil)
      } else if isAzureStyle, let azure = named("azure") {
        azure
      } else {
        of(host: host) ?? of(providerName: providerName)
          ?? unlisted(providerName, like: named(dialect.rawValue))
      }
    return vendor.serving(providerName)
  }

  /// The same vendor as the provider of that name uses it.
  private func serving(_ providerName: String) -> PriceVendor {
    PriceVendor(
      name, prefixes: prefixes, families: families, stripsDates: stripsDates, obstacle: obstacle,
      aliases: aliases, hosts: hosts, ownPrefix: providerName + "/")
  }

  private static func of(host: String) -> PriceVendor? {
    let host = host.lowercased()
    return table.first { $0.serves(host) }
  }

  private static func of(providerName: String) -> PriceVendor? {
    named(providerName) ?? named(firstWord(of: providerName))
  }

  /// The vendor of that name or alias in `table`.
  package static func named(_ name: String) -> PriceVendor? {
    let name = name.lowercased()
    return table.first { $0.name == name || $0.aliases.contains(name) }
  }

  /// A vendor that has no row: its models stand behind its name, or are another's.
  private static func unlisted(_ name: String, like other: PriceVendor?) -> PriceVendor {
    PriceVendor(
      name, prefixes: [name + "/"] + (other?.prefixes ?? []), families: other?.families ?? [name],
      stripsDates: other?.stripsDates ?? false, hosts: [])
  }

  /// `openai` of `openai-main`, `groq` of `groq2`.
  private static func firstWord(of name: String) -> String {
    String(name.prefix { $0.isLetter })
  }

  private func serves(_ host: String) -> Bool {
    hosts.contains { suffix in
      guard host.hasSuffix(suffix) else { return false }
      let before = host.utf8.dropLast(suffix.utf8.count).last
      return before == nil || before == UInt8(ascii: ".") || before == UInt8(ascii: "-")
    }
  }

  func covers(provider: String) -> Bool {
    families.contains { provider == $0 || provider.hasPrefix($0 + "-") }
  }
}

extension PriceVendor {
  static let table: [PriceVendor] = [
    PriceVendor(
      "openai", prefixes: ["", "text-completion-openai/"],
      families: ["openai", "text-completion-openai"], stripsDates: true, hosts: ["openai.com"]),
    PriceVendor(
      "azure", prefixes: ["azure/", "azure_ai/"], stripsDates: true,
      aliases: ["azure_ai", "azure-openai", "azureopenai"], hosts: ["azure.com"]),
    PriceVendor(
      "anthropic", prefixes: [""], families: ["anthropic"], stripsDates: true,
      aliases: ["claude"], hosts: ["anthropic.com"]),
    PriceVendor(
      "gemini", prefixes: ["gemini/"], aliases: ["google", "google-ai", "googleai"],
      hosts: ["generativelanguage.googleapis.com"]),
    PriceVendor(
      "vertex", prefixes: ["", "vertex_ai/"], families: ["vertex_ai"],
      aliases: ["vertex_ai", "vertexai", "vertex-ai"],
      hosts: ["aiplatform.googleapis.com"]),
    PriceVendor(
      "mistral", prefixes: ["mistral/"], obstacle: .audioChatByMinute, aliases: ["mistralai"],
      hosts: ["mistral.ai"]),
    PriceVendor("groq", prefixes: ["groq/"], hosts: ["groq.com"]),
    PriceVendor("deepseek", prefixes: ["deepseek/"], hosts: ["deepseek.com"]),
    PriceVendor("xai", prefixes: ["xai/"], aliases: ["x-ai", "grok"], hosts: ["x.ai"]),
    PriceVendor(
      "cohere", prefixes: ["", "cohere/"], families: ["cohere", "cohere_chat"],
      hosts: ["cohere.com", "cohere.ai"]),
    PriceVendor(
      "together", prefixes: ["together_ai/"], aliases: ["together_ai", "togetherai"],
      hosts: ["together.xyz", "together.ai"]),
    PriceVendor("openrouter", prefixes: ["openrouter/"], hosts: ["openrouter.ai"]),
    PriceVendor(
      "perplexity", prefixes: ["perplexity/"], obstacle: .feesPerRequest,
      hosts: ["perplexity.ai"]),
    PriceVendor("cerebras", prefixes: ["cerebras/"], hosts: ["cerebras.ai"]),
  ]

  /// The prefixes that a price table keeps a group for.
  static let knownPrefixes = [
    "text-completion-openai/", "azure/", "azure_ai/", "gemini/", "vertex_ai/", "mistral/", "groq/",
    "deepseek/", "xai/", "cohere/", "together_ai/", "openrouter/", "perplexity/", "cerebras/",
  ]
}
