import JSON
import Providers
import Testing

@testable import Gateway

@Suite("Pricing")
struct PricingTests {
  static let prices = """
    {"chat":{"litellm_provider":"openai","input_cost_per_token":1e-6,"output_cost_per_token":1e-5,
      "cache_read_input_token_cost":1e-7,"input_cost_per_token_above_200k_tokens":2e-6,
      "output_cost_per_token_flex":5e-6},
     "claude":{"litellm_provider":"anthropic","input_cost_per_token":1e-6,
      "output_cost_per_token":1e-5,"provider_specific_entry":{"us":1.1,"fast":2}},
     "whisper":{"litellm_provider":"openai","mode":"audio_transcription",
      "input_cost_per_second":1e-4},
     "tts":{"litellm_provider":"openai","input_cost_per_token":1e-6,"output_cost_per_token":1e-6,
      "output_cost_per_audio_token":1e-5},
     "image":{"litellm_provider":"openai","input_cost_per_token":1e-6,
      "output_cost_per_image_token":4e-5},
     "inputs":{"litellm_provider":"openai","input_cost_per_token":1e-6},
     "huge":{"litellm_provider":"openai","input_cost_per_token":1e9,"output_cost_per_token":1e9}}
    """

  static func table() throws -> PriceTable {
    PriceTable(version: "t", entries: try PriceImport.entries(JSONValue(parsing: prices)))
  }

  static func call(
    _ model: String, _ endpoint: Endpoint = .chatCompletions, vendor: String = "openai"
  ) throws -> PricedCall {
    PricedCall(
      endpoint: endpoint, requestedModel: model,
      vendor: try #require(PriceVendor.named(vendor)))
  }

  static func facts(_ input: Int64, _ output: Int64) -> AnswerFacts {
    var facts = AnswerFacts()
    facts.usage = Usage()
    facts.usage?.inputTokens = input
    facts.usage?.outputTokens = output
    return facts
  }

  private func cost(
    _ facts: AnswerFacts, _ model: String, _ endpoint: Endpoint = .chatCompletions,
    vendor: String = "openai", change: (inout PricedCall) -> Void = { _ in }
  ) throws -> Cost {
    var call = try Self.call(model, endpoint, vendor: vendor)
    change(&call)
    return Pricing.cost(facts, of: call, table: try Self.table())
  }

  /// Only a lack of a price makes an answer free; an answer that says too little stays unknown.
  @Test func theUnpricedIsFreeWhereTheOperatorSaysSo() throws {
    let table = try Self.table().taking(unpricedAsFree: true)
    func cost(_ facts: AnswerFacts, _ model: String) throws -> Cost {
      Pricing.cost(facts, of: try Self.call(model), table: table)
    }
    for model in ["unheard-of", "inputs"] {
      let free = try cost(Self.facts(10, 3), model)
      #expect(free.nanoUSD == 0 && free.reason == .takenAsFree, "\(model)")
    }
    #expect(try cost(Self.facts(10, 3), "chat").nanoUSD == 40_000)
    #expect(try cost(AnswerFacts(), "chat").nanoUSD == nil)
    #expect(try cost(Self.facts(.max, .max), "huge").nanoUSD == nil)
  }

  @Test func plainTokens() throws {
    let cost = try cost(Self.facts(10, 3), "chat")
    #expect(cost.amount?.description == "0.00004")
    #expect(cost.priceKey == "chat")
    #expect(cost.tableVersion == "t")
    #expect(cost.lines.map(\.name) == ["input", "output"])
  }

  @Test func longContextHoldsForTheWholeCall() throws {
    #expect(try cost(Self.facts(200_000, 0), "chat").amount?.description == "0.2")
    #expect(try cost(Self.facts(200_001, 0), "chat").amount?.description == "0.400002")
  }

  @Test(arguments: [
    ("flex", "0.000006"), ("ON_DEMAND_FLEX", "0.000006"), ("default", "0.000011"),
    ("priority", "0.000011"), ("anything", "0.000011"), ("PROVISIONED_THROUGHPUT", nil),
  ])
  func serviceTiers(_ tier: String, _ dollars: String?) throws {
    var facts = Self.facts(1, 1)
    facts.serviceTier = tier
    #expect(try cost(facts, "chat").amount?.description == dollars)
  }

  @Test func cacheReadsWithoutAPriceCostTheInput() throws {
    var facts = Self.facts(10, 0)
    facts.usage?.cachedInputTokens = 4
    facts.usage?.cacheWriteTokens = 3
    facts.usage?.cacheWrite1hTokens = 1
    #expect(try cost(facts, "chat").amount?.description == "0.0000064")
    #expect(try cost(facts, "claude", vendor: "anthropic").amount?.description == "0.00001")
  }

  @Test func regionAndSpeedMultiply() throws {
    var facts = Self.facts(10, 0)
    facts.inferenceGeo = "us"
    let regional = try cost(facts, "claude", .messages, vendor: "anthropic")
    #expect(regional.amount?.description == "0.000011")
    let fast = try cost(facts, "claude", .messages, vendor: "anthropic") { $0.speed = "fast" }
    #expect(fast.amount?.description == "0.000022")
    facts.inferenceGeo = "global"
    #expect(
      try cost(facts, "claude", .messages, vendor: "anthropic").amount?.description == "0.00001")
  }

  @Test func additionalUsageHasItsOwnModel() throws {
    var facts = Self.facts(1, 0)
    var usage = Usage()
    usage.inputTokens = 300_000
    facts.additionalUsage = [.init(kind: "compaction", model: nil, usage: usage)]
    #expect(try cost(facts, "chat").amount?.description == "0.600001")
    facts.additionalUsage = [.init(kind: "advisor", model: "unknown", usage: usage)]
    #expect(try cost(facts, "chat").reason == .noPrice)
  }

  @Test func speech() throws {
    #expect(try cost(AnswerFacts(), "tts", .audioSpeech).reason == .speechUnitsNotStated)
    #expect(try cost(Self.facts(2, 3), "tts", .audioSpeech).amount?.description == "0.000032")
  }

  @Test func imageTokensWithoutABreakdown() throws {
    #expect(
      try cost(Self.facts(1, 2), "image", .imagesGenerations).amount?.description == "0.000081")
  }

  @Test(arguments: [("3.7", "0.00037"), ("0", "0"), ("-1", nil), ("many", nil), ("1e40", nil)])
  func transcriptionBySecond(_ seconds: String, _ dollars: String?) throws {
    var facts = AnswerFacts()
    facts.audioSeconds = seconds
    #expect(
      try cost(facts, "whisper", .audioTranscriptions).amount?.description == dollars)
  }

  @Test func reasonsForNoCost() throws {
    #expect(try cost(AnswerFacts(), "chat").reason == .noUsage)
    #expect(try cost(Self.facts(1, 1), "nothing").reason == .noPrice)
    #expect(try cost(Self.facts(1, 1), "inputs").reason == .noPriceFor(.output))
    #expect(try cost(Self.facts(1, 1), "chat", vendor: "perplexity").reason == .feesPerRequest)
    #expect(try cost(Self.facts(1, 1), "chat") { $0.isError = true }.reason == .errorAnswer)
    #expect(try cost(Self.facts(.max, .max), "huge").reason == .outOfRange)
  }

  @Test(arguments: [
    ("usage_negative", false), ("usage_total_mismatch", false), ("a_code_to_come", false),
    ("usage_fraction", true), ("event_not_json", true),
  ])
  func onlyAnomaliesOfTheUsageHideTheCost(_ code: String, _ isPriced: Bool) throws {
    var facts = Self.facts(1, 1)
    facts.anomalies = [code]
    let cost = try cost(facts, "chat")
    #expect(cost.reason == (isPriced ? nil : .contradictoryUsage))
  }

  @Test(arguments: [
    Endpoint.messagesCountTokens, .countTokens, .responsesInputTokens, .moderations, .response,
  ])
  func freeEndpoints(_ endpoint: Endpoint) throws {
    let cost = try cost(AnswerFacts(), "chat", endpoint)
    #expect(cost.nanoUSD == 0)
    #expect(cost.reason == .freeEndpoint)
  }

  /// Whatever a provider states, there is a cost that is not negative, or a reason.
  @Test func hostileFiguresNeitherTrapNorPayBack() throws {
    let seed = UInt64.random(in: .min ... .max)
    var random = SplitMix(state: seed)
    let table = try Self.table()
    let extremes: [Int64] = [0, 1, -1, 7, .max, .min, .max - 1, 1 << 62, 200_001]
    func number() -> Int64 { extremes[Int(random.next() % UInt64(extremes.count))] }
    func maybe() -> Int64? { random.next() % 8 == 0 ? number() : nil }
    let models = ["chat", "claude", "whisper", "tts", "image", "inputs", "huge"]
    for round in 0..<20_000 {
      var facts = Self.facts(number(), number())
      facts.usage?.cachedInputTokens = maybe() ?? 0
      facts.usage?.cacheWriteTokens = maybe() ?? 0
      facts.usage?.cacheWrite5mTokens = maybe() ?? 0
      facts.usage?.cacheWrite1hTokens = maybe() ?? 0
      facts.usage?.reasoningTokens = maybe() ?? 0
      facts.usage?.inputAudioTokens = maybe() ?? 0
      facts.usage?.cachedInputAudioTokens = maybe() ?? 0
      facts.usage?.outputImageTokens = maybe() ?? 0
      facts.billedInputTokens = maybe()
      facts.billedOutputTokens = maybe()
      facts.billedSearchUnits = maybe()
      facts.audioSeconds = maybe().map { "\($0)" }
      facts.imageCount = maybe().flatMap { Int(exactly: $0) }
      let endpoint = Endpoint.allCases[round % Endpoint.allCases.count]
      var call = try Self.call(
        models[round % models.count], endpoint,
        vendor: round % models.count == 1 ? "anthropic" : "openai")
      call.inputCharacters = maybe()
      let cost = Pricing.cost(facts, of: call, table: table)
      #expect((cost.nanoUSD ?? 0) >= 0, "seed \(seed), round \(round)")
      #expect(cost.amount != nil || cost.reason != nil, "seed \(seed), round \(round)")
      #expect((cost.amount == nil) == (cost.nanoUSD == nil), "seed \(seed), round \(round)")
    }
  }
}

/// A small generator of random numbers that a seed repeats (Steele, Lea and Flood, 2014).
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
