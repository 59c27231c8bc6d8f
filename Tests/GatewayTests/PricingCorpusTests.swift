import Foundation
import JSON
import Providers
import Testing

@testable import Gateway

/// Prices every recorded answer from the facts that the corpus states for it.
@Suite("Pricing of the corpus")
struct PricingCorpusTests {
  struct Example {
    let id: String
    let provider: String
    let facts: AnswerFacts
    let call: PricedCall
    let usd: String?
    let priceKey: String?
    let reason: String?
    let lines: [JSONValue]
  }

  /// Where the provider's vendor is read from.
  enum Source: String, CaseIterable, Sendable {
    case host, name
  }

  @Test(arguments: Source.allCases)
  func agreesInEveryCase(_ source: Source) throws {
    guard let prices = SharedFiles.prices, !SharedFiles.caseNames.isEmpty else {
      SharedFiles.reportAbsence(of: "corpus and prices")
      return
    }
    let table = PriceTable(
      version: "shared", entries: try PriceImport.entries(try JSONValue(parsing: prices)))
    let withBuiltIn = PriceTable.builtIn.overlaid(with: table.entries, version: "shared")
    var agreed: [String: Int] = [:]
    var total: [String: Int] = [:]
    for name in SharedFiles.caseNames {
      let value = try #require(try SharedFiles.corpusCase(name))
      let example = try #require(Example(value, source))
      total[example.provider, default: 0] += 1
      let problems =
        Self.problems(example, Pricing.cost(example.facts, of: example.call, table: table))
        + Self.problems(
          example, Pricing.cost(example.facts, of: example.call, table: withBuiltIn))
      if problems.isEmpty { agreed[example.provider, default: 0] += 1 }
      for problem in problems { Issue.record("\(example.id): \(problem)") }
    }
    print("Costs that agree with the corpus, vendor read from the provider's \(source.rawValue):")
    for provider in total.keys.sorted() {
      let name = provider.padding(toLength: 12, withPad: " ", startingAt: 0)
      print("  \(name) \(agreed[provider] ?? 0) of \(total[provider] ?? 0)")
    }
    print("  all          \(agreed.values.reduce(0, +)) of \(total.values.reduce(0, +))")
    #expect(total.values.reduce(0, +) == SharedFiles.caseNames.count)
  }

  static func problems(_ example: Example, _ cost: Cost) -> [String] {
    var problems: [String] = []
    if cost.amount?.description != example.usd {
      problems.append(
        "\(cost.amount?.description ?? "nil (\(cost.reason?.text ?? ""))"), not "
          + "\(example.usd ?? "nil (\(example.reason ?? ""))")")
    }
    if cost.priceKey != example.priceKey, example.usd != nil {
      problems.append("priced by \(cost.priceKey ?? "nil"), not \(example.priceKey ?? "nil")")
    }
    if example.usd == nil, cost.reason == nil { problems.append("no reason") }
    if let reason = cost.reason?.text, let stated = example.reason, !stated.hasPrefix(reason) {
      problems.append("because \(reason), not \(stated)")
    }
    if cost.amount != nil {
      let names = cost.lines.map(\.name)
      let stated = example.lines.map { $0["item"]?.string ?? "" }
      if names.sorted() != stated.sorted() { problems.append("lines \(names), not \(stated)") }
      let fields = cost.lines.map { $0.rate.name.description }
      let statedFields = example.lines.map { $0["price_field"]?.string ?? "" }
      if fields.sorted() != statedFields.sorted() {
        problems.append("fields \(fields), not \(statedFields)")
      }
    }
    return problems
  }
}

extension PricingCorpusTests.Example {
  init?(_ value: JSONValue, _ source: PricingCorpusTests.Source) {
    guard let id = value["id"]?.string, let provider = value["provider"]?.string,
      let endpoint = value["endpoint"]?.string, let expected = value["expected"],
      let cost = expected["cost"], let status = value["response"]?["status"]?.int
    else { return nil }
    self.id = id
    self.provider = provider
    facts = AnswerFacts(expected, model: value["response_model"]?.string)
    let host = source == .host ? value["request"]?["host"]?.string ?? "" : "127.0.0.1"
    let dialect: Dialect =
      switch provider {
      case "anthropic": .anthropic
      case "gemini", "vertex": .gemini
      default: .openai
      }
    var call = PricedCall(
      endpoint: Self.endpoint(endpoint), requestedModel: value["model"]?.string,
      vendor: .infer(dialect: dialect, providerName: provider, host: host))
    call.isError = status >= 400
    call.inputCharacters = expected["input_characters"]?.int
    call.imageSize = Self.field("size", of: value["request"])
    call.imageQuality = Self.field("quality", of: value["request"])
    self.call = call
    usd = cost["usd"]?.string
    priceKey = cost["price_key"]?.string
    reason = cost["reason"]?.string
    lines = cost["lines"]?.array ?? []
  }

  private static func endpoint(_ name: String) -> Endpoint {
    switch name {
    case "v1/rerank", "v2/rerank": .rerank
    default: Endpoint(rawValue: name) ?? .passthrough
    }
  }

  private static func field(_ name: String, of request: JSONValue?) -> String? {
    if let text = request?["body"]?[name]?.string { return text }
    let parts = request?["multipart"]?.array ?? []
    return parts.first { $0["name"]?.string == name }?["value"]?.string
  }
}

extension AnswerFacts {
  /// The facts that the corpus states for an answer.
  init(_ expected: JSONValue, model: String?) {
    self.init()
    self.model = model
    if expected["usage_reported"]?.bool == true { usage = expected["usage"].map(Usage.init) }
    for additional in expected["additional_usage"]?.array ?? [] {
      additionalUsage.append(
        AdditionalUsage(
          kind: additional["type"]?.string ?? "", model: additional["model"]?.string,
          usage: Usage(additional)))
    }
    serviceTier = expected["service_tier"]?.string
    inferenceGeo = expected["inference_geo"]?.string
    audioSeconds = expected["audio_seconds"]?.numberText
    imageCount = expected["image_count"]?.int.map(Int.init)
    countedTokens = expected["counted_tokens"]?.int
    billedInputTokens = expected["billed_input_tokens"]?.int
    billedOutputTokens = expected["billed_output_tokens"]?.int
    billedSearchUnits = expected["billed_search_units"]?.int
    billedImageTokens = expected["billed_image_tokens"]?.int
  }
}

extension Usage {
  /// Usage by the corpus' names; what is absent is zero.
  init(_ value: JSONValue) {
    self.init()
    func count(_ name: String) -> Int64 { value[name]?.int ?? 0 }
    inputTokens = count("input_tokens")
    outputTokens = count("output_tokens")
    cachedInputTokens = count("cached_input_tokens")
    cacheWriteTokens = count("cache_write_tokens")
    cacheWrite5mTokens = count("cache_write_5m_tokens")
    cacheWrite1hTokens = count("cache_write_1h_tokens")
    reasoningTokens = count("reasoning_tokens")
    inputAudioTokens = count("input_audio_tokens")
    outputAudioTokens = count("output_audio_tokens")
    inputImageTokens = count("input_image_tokens")
    outputImageTokens = count("output_image_tokens")
    cachedInputAudioTokens = count("cached_input_audio_tokens")
    cachedInputImageTokens = count("cached_input_image_tokens")
    toolUseInputTokens = count("tool_use_input_tokens")
    acceptedPredictionTokens = count("accepted_prediction_tokens")
    rejectedPredictionTokens = count("rejected_prediction_tokens")
  }
}
