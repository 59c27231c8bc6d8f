import Providers
import Testing

@testable import Gateway

@Suite("Meter")
struct MeterTests {
  private static let prices: PriceTable = .builtIn

  private static func settled(_ facts: AnswerFacts, inputText: TextTally? = nil) -> Receipt {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    let vendor = PriceVendor.infer(dialect: .openai, providerName: "sim", host: "127.0.0.1")
    let call = PricedCall(
      endpoint: .chatCompletions, requestedModel: "sim-small", vendor: vendor)
    Meter.settle(facts, call: call, prices: prices, inputText: inputText, into: &receipt)
    return receipt
  }

  @Test func aStatedUsageIsPricedExactly() {
    var facts = AnswerFacts()
    var usage = Usage()
    usage.inputTokens = 6
    usage.outputTokens = 19
    facts.usage = usage
    let receipt = Self.settled(facts)
    #expect(receipt.usage == usage)
    #expect(receipt.usageSource == .reported)
    // 6 at 0.10 and 19 at 0.40 dollars a million.
    #expect(receipt.costNanoUSD == 8_200)
    #expect(receipt.priceVersion == Self.prices.version)
    #expect(receipt.bill?.total?.nanoUSD == 8_200)
    #expect(receipt.bill?.lines.map(\.name) == ["input", "output"])
  }

  @Test func withoutOneItIsEstimatedMarkedAndHasNoCost() {
    var input = TextTally()
    input.add(Array("How many people live on the moon?".utf8))
    var facts = AnswerFacts()
    facts.outputText.add(Array("Nobody lives there at the moment.".utf8))
    let receipt = Self.settled(facts, inputText: input)
    #expect(receipt.usageSource == .estimated)
    #expect((6...20).contains(receipt.usage.inputTokens))
    #expect((5...9).contains(receipt.usage.outputTokens))
    #expect(receipt.costNanoUSD == nil)
    #expect(receipt.bill == nil)
    #expect(receipt.priceVersion == Self.prices.version)
    #expect(!receipt.anomalies.isEmpty)
  }

  @Test func whatIsNotTextIsNotEstimated() {
    let receipt = Self.settled(AnswerFacts())
    #expect(receipt.usageSource == .none)
    #expect(receipt.usage == Usage())
    #expect(receipt.costNanoUSD == nil)
  }

  @Test func anomaliesOfTheAnswerStay() {
    var facts = AnswerFacts()
    facts.anomalies = ["usage_negative"]
    #expect(Self.settled(facts).anomalies.first == "usage_negative")
  }

  @Test func whatAnAbandonedAttemptMayHaveCostIsEstimated() throws {
    var input = TextTally()
    input.add(Array("How many people live on the moon?".utf8))
    var output = TextTally()
    output.add(Array("Nobody".utf8))
    func cost(_ model: String, outputTokensMax: Int64? = nil) -> Int64? {
      let vendor = PriceVendor.infer(dialect: .openai, providerName: "sim", host: "127.0.0.1")
      let call = PricedCall(endpoint: .chatCompletions, requestedModel: model, vendor: vendor)
      return Meter.possibleCost(
        input: input, output: output, outputTokensMax: outputTokensMax, call: call,
        prices: Self.prices)
    }
    let received = try #require(cost("sim-small"))
    let allowed = try #require(cost("sim-small", outputTokensMax: 1_000))
    // 0.10 dollars a million in, 0.40 out.
    #expect((600...4_000).contains(received))
    #expect((400_600...404_000).contains(allowed))
    #expect(cost("nobody-prices-this") == nil)
  }
}
