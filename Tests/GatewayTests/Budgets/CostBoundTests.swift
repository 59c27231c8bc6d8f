import Providers
import Testing

@testable import Gateway

@Suite("The bound of a cost")
struct CostBoundTests {
  static func entry(
    _ prices: [(String, Int64)], outputMax: Int64? = nil, multipliers: [PriceMultiplier] = []
  ) throws -> PriceEntry {
    PriceEntry(
      key: "m", outputTokensMax: outputMax,
      rates: try prices.map { name, nano in
        PriceRate(try #require(PriceName(parsing: name)), DollarAmount(nanoUSD: nano))
      }, multipliers: multipliers)
  }

  private func demand(
    _ entry: PriceEntry?, endpoint: Endpoint = .chatCompletions, cap: Int64? = nil, count: Int = 1,
    hasTools: Bool = false, isUnpricedFree: Bool = false
  ) throws -> MoneyDemand? {
    let world = try World(AdmissionTests.document)
    var facts = RequestFacts()
    facts.bodyKind = .json
    facts.outputTokensMax = cap
    facts.choiceCount = count
    return CostBound.demand(
      endpoint: endpoint, facts: facts, bodyBytes: 100, plan: try world.plan(model: "m"), parts: [],
      hasTools: hasTools, estimate: (20, 5), isUnpricedFree: isUnpricedFree
    ) { _ in entry }
  }

  @Test func theDearestPriceCounts() throws {
    let entry = try Self.entry(
      [
        ("input_cost_per_token", 2), ("input_cost_per_token_above_200k_tokens", 4),
        ("cache_creation_input_token_cost_above_1hr", 7), ("output_cost_per_token", 10),
        ("output_cost_per_token_priority", 20),
      ], outputMax: 500,
      multipliers: [
        PriceMultiplier(name: "us", factor: try ExactDecimal("1.5")),
        PriceMultiplier(name: "slow", factor: try ExactDecimal("0.5")),
      ])
    let money = try #require(try demand(entry, cap: 40, count: 3))
    #expect(money.inputNanoUSD == 1_050)
    #expect(money.outputZeptoUSD == 90 * 1_000_000_000_000)
    #expect(money.statedCap == 40 && money.largestAnswer == 500 && money.takesCap)
    #expect(money.unbounded.isEmpty)
    #expect(money.estimateNanoUSD == 210 + 150)
  }

  /// The least request is the same whatever one asks for, and costs what its models do.
  @Test func theLeastRequestIsThatOfTheModels() throws {
    let entry = try Self.entry([("input_cost_per_token", 2), ("output_cost_per_token", 10)])
    for (cap, count, hasTools) in [(nil, 1, false), (9_000, 50, true)] as [(Int64?, Int, Bool)] {
      let money = try demand(entry, cap: cap, count: count, hasTools: hasTools)
      #expect(money?.smallestNanoUSD == 240)  // 40 bytes at 2, 16 tokens at 10.
    }
    #expect(try demand(entry, endpoint: .embeddings)?.smallestNanoUSD == 80)
    #expect(try demand(nil)?.smallestNanoUSD == 0)
  }

  @Test func whatHasNoBoundIsListed() throws {
    let plain = try Self.entry([("input_cost_per_token", 1), ("output_cost_per_token", 1)])
    #expect(try demand(plain)?.unbounded.count == 1)
    #expect(try demand(plain, cap: 5)?.unbounded == [])
    #expect(try demand(nil)?.unbounded == ["a model without a price"])
    #expect(try demand(nil)?.isOpenEnded == true && demand(plain, cap: 5)?.isOpenEnded == false)
    // The length of an answer alone is ordinary.
    #expect(try demand(plain)?.isOpenEnded == false && demand(plain)?.isLengthGuessed == true)
    for half in ["input_cost_per_token", "output_cost_per_token"] {
      let money = try demand(try Self.entry([(half, 1)]), cap: 5)
      #expect(money?.unbounded == ["a model without a price"], "\(half) alone")
    }
    #expect(try demand(nil, isUnpricedFree: true)?.unbounded == [])
    let images = try Self.entry([("output_cost_per_image", 1)])
    #expect(
      try demand(images, endpoint: .imagesGenerations)?.unbounded == [
        "a model that is priced by the image", "what images/generations makes",
      ])
    #expect(try demand(plain, endpoint: .embeddings)?.unbounded == [])
  }

  @Test func toolsHaveInstructionsOfTheProviders() throws {
    let plain = try Self.entry([("input_cost_per_token", 1)])
    #expect(try demand(plain, hasTools: true)?.inputNanoUSD == 1_100)
  }

  @Test(arguments: [Endpoint.countTokens, .messagesCountTokens, .models, .moderations, .response])
  func whatIsFreeAsksForNothing(endpoint: Endpoint) throws {
    #expect(try demand(nil, endpoint: endpoint) == nil)
  }

  @Test(arguments: [
    ("{}", 16), (#"{"thinking":{"type":"enabled","budget_tokens":1024}}"#, 1_025),
    (#"{"thinking":{"type":"disabled"}}"#, 16), (#"{"thinking":5}"#, 16),
    (#"{"thinking":{"budget_tokens":99999999999999999999}}"#, 16), ("nonsense", 16),
  ])
  func thinkingNeedsItsRoom(body: String, floor: Int64) {
    #expect(CostBound.floorTokens(thinkingIn: Array(body.utf8).span) == floor)
  }
}
