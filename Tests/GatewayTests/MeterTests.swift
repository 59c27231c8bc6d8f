import Providers
import Testing

@testable import Gateway

@Suite("Meter")
struct MeterTests {
  private static let prices: PriceTable = .builtIn

  private static func settled(
    _ facts: AnswerFacts, input: RequestTally? = nil, outcome: Receipt.Outcome = .served,
    endpoint: Endpoint = .chatCompletions, change: (inout PricedCall) -> Void = { _ in }
  ) -> Receipt {
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    receipt.outcome = outcome
    let vendor = PriceVendor.infer(dialect: .openai, providerName: "sim", host: "127.0.0.1")
    var call = PricedCall(
      endpoint: endpoint, requestedModel: "sim-small", vendor: vendor)
    change(&call)
    var facts = facts
    Meter.settle(&facts, call: call, prices: prices, input: input, into: &receipt)
    return receipt
  }

  private static func asked(_ text: String) -> RequestTally {
    var input = RequestTally()
    input.text.add(Array(text.utf8))
    return input
  }

  private static func said(_ text: String) -> AnswerFacts {
    var facts = AnswerFacts()
    facts.outputText.add(Array(text.utf8))
    return facts
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

  @Test func aWholeAnswerWithoutOneIsEstimatedMarkedAndHasNoCost() {
    let facts = Self.said("Nobody lives there at the moment.")
    let receipt = Self.settled(facts, input: Self.asked("How many people live on the moon?"))
    #expect(receipt.usageSource == .estimated)
    #expect((6...20).contains(receipt.usage.inputTokens))
    #expect((5...9).contains(receipt.usage.outputTokens))
    #expect(receipt.costNanoUSD == nil)
    #expect(receipt.anomalies == ["no usage in the response"])
    // Budgets count what that would cost, at 0.10 and 0.40 dollars a million.
    let usage = receipt.usage
    #expect(receipt.unstatedCostNanoUSD == usage.inputTokens * 100 + usage.outputTokens * 400)
  }

  /// The call that made a stored response used what it says; to read it uses nothing.
  @Test func aResponseThatIsReadAgainUsesNothing() {
    var facts = Self.said("Nobody")
    facts.usage = Usage()
    facts.usage?.inputTokens = 6
    let receipt = Self.settled(facts, input: Self.asked("Hello"), endpoint: .response)
    #expect(receipt.usage == Usage() && receipt.usageSource == .none)
    #expect(receipt.costNanoUSD == 0 && receipt.unstatedCostNanoUSD == nil)
  }

  // MARK: in the background

  private static func queued() -> AnswerFacts {
    var facts = AnswerFacts()
    facts.id = "resp_1"
    facts.isUnderWay = true
    return facts
  }

  /// Nobody knows yet what it will use: the answer that says so is the one that is accounted for.
  @Test(arguments: [nil, 0, 10] as [Int64?], [Endpoint.responses, .passthrough])
  func aResponseMadeInTheBackgroundHasNoUsageYet(_ stated: Int64?, _ endpoint: Endpoint) {
    expectToFollow(.served, stated, endpoint, isBackground: false)
  }

  /// Nothing stops its provider, who leaves the stream or breaks it off: what was stated by then, if
  /// anything, is not the last word.
  @Test(
    arguments: [Receipt.Outcome.cut, .abandoned], [Endpoint.responses, .passthrough])
  func aStreamInTheBackgroundThatIsLeftHasNoUsageYet(
    _ outcome: Receipt.Outcome, _ endpoint: Endpoint
  ) {
    for stated in [nil, 0, 10] as [Int64?] {
      expectToFollow(outcome, stated, endpoint, isBackground: true)
    }
  }

  private func expectToFollow(
    _ outcome: Receipt.Outcome, _ stated: Int64?, _ endpoint: Endpoint, isBackground: Bool
  ) {
    var facts = Self.queued()
    facts.isBackground = isBackground
    facts.usage = stated.map { tokens in
      var usage = Usage()
      usage.inputTokens = tokens
      return usage
    }
    facts.usageIsPartial = outcome != .served && stated != nil
    let receipt = Self.settled(
      facts, input: Self.asked("Hello"), outcome: outcome, endpoint: endpoint)
    #expect(receipt.usage == Usage() && receipt.usageSource == .none)
    #expect(receipt.costNanoUSD == nil && receipt.unstatedCostNanoUSD == nil)
    #expect(receipt.bill == nil && receipt.priceVersion == Self.prices.version)
    let why = stated == nil ? ["no usage in the response"] : []
    #expect(receipt.anomalies == why + ["usage_follows"] && receipt.usageFollows)
  }

  struct NotYet: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var endpoint = Endpoint.responses
    var outcome = Receipt.Outcome.served
    var change: @Sendable (inout AnswerFacts) -> Void = { _ in }
  }

  static let owedByNobody: [NotYet] = [
    NotYet(testDescription: "its client left", outcome: .abandoned),
    NotYet(testDescription: "it was cut", outcome: .cut),
    NotYet(
      testDescription: "it has no id to be read by, and was cut", outcome: .cut,
      change: {
        $0.isBackground = true
        $0.id = nil
      }),
    NotYet(
      testDescription: "it was heard to its end without its client", outcome: .abandoned,
      change: {
        $0.isBackground = true
        $0.isUnderWay = false
      }),
    NotYet(testDescription: "it is over", change: { $0.isUnderWay = false }),
    NotYet(testDescription: "it has no id to be read by", change: { $0.id = nil }),
    NotYet(testDescription: "it has failed", change: { $0.errorEvent = ErrorEventFacts() }),
    NotYet(testDescription: "not that API", endpoint: .chatCompletions),
  ]

  @Test(arguments: owedByNobody)
  func anyOtherAnswerWithoutAUsageIsEstimated(_ example: NotYet) {
    var facts = Self.queued()
    example.change(&facts)
    let receipt = Self.settled(
      facts, input: Self.asked("Hello"), outcome: example.outcome, endpoint: example.endpoint)
    #expect(receipt.usageSource == .estimated)
    #expect(!receipt.usageFollows && !receipt.anomalies.contains("usage_follows"))
  }

  /// Under a passthrough nothing but the answer tells a reading; it is no debt of its own.
  @Test(arguments: [false, true], [Receipt.Outcome.served, .cut])
  func aReadingByPassthroughUsesNothing(_ isUnderWay: Bool, _ outcome: Receipt.Outcome) {
    var facts = Self.queued()
    facts.isUnderWay = isUnderWay
    facts.isBackground = true
    facts.usage = Usage()
    facts.usage?.inputTokens = 6
    let receipt = Self.settled(
      facts, input: Self.asked("Hello"), outcome: outcome, endpoint: .passthrough
    ) { $0.isReading = true }
    #expect(receipt.usage == Usage() && receipt.usageSource == .none)
    #expect(receipt.costNanoUSD == 0 && receipt.unstatedCostNanoUSD == nil)
    #expect(receipt.anomalies.isEmpty)
  }

  /// The first reading that states the usage is priced by the model and tier that it names, whatever
  /// became of the rest of it; it is no estimate in any case.
  @Test(arguments: [Receipt.Outcome.served, .cut, .abandoned])
  func theReadingThatAccountsForAResponseIsPriced(_ outcome: Receipt.Outcome) {
    var facts = Self.said("Nobody")
    facts.id = "resp_1"
    facts.model = "sim-small"
    var usage = Usage()
    usage.inputTokens = 6
    usage.outputTokens = 19
    facts.usage = usage
    let receipt = Self.settled(facts, outcome: outcome, endpoint: .response) {
      $0.requestedModel = nil
      $0.accountsForResponse = true
    }
    #expect(receipt.usage == usage && receipt.usageSource == .reported)
    // 6 at 0.10 and 19 at 0.40 dollars a million.
    #expect(receipt.costNanoUSD == 8_200)
    #expect(receipt.bill?.lines.map(\.name) == ["input", "output"])
    #expect(receipt.anomalies.isEmpty)
  }

  /// A broken answer that stated nothing: what was delivered is estimated, marked and priced.
  @Test(arguments: [Receipt.Outcome.cut, .abandoned])
  func whatABrokenAnswerDeliveredIsEstimatedAndPriced(_ outcome: Receipt.Outcome) {
    let receipt = Self.settled(
      Self.said("Nobody lives there"), input: Self.asked("How many people live on the moon?"),
      outcome: outcome)
    #expect(receipt.usageSource == .estimated)
    let usage = receipt.usage
    #expect(usage.inputTokens > 6 && usage.outputTokens > 1)
    // 0.10 dollars a million in, 0.40 out.
    #expect(receipt.costNanoUSD == usage.inputTokens * 100 + usage.outputTokens * 400)
    #expect(receipt.anomalies.isEmpty)
  }

  /// The start of a stream states the input; the output is what came.
  @Test func aStatedInputStandsAndTheOutputIsEstimated() {
    var facts = Self.said("Nobody lives there at the moment.")
    var usage = Usage()
    usage.inputTokens = 1_234
    usage.cachedInputTokens = 1_000
    usage.outputTokens = 1
    facts.usage = usage
    facts.usageIsPartial = true
    let receipt = Self.settled(facts, input: Self.asked("no matter"), outcome: .cut)
    #expect(receipt.usageSource == .estimated)
    #expect(receipt.usage.inputTokens == 1_234)
    #expect(receipt.usage.cachedInputTokens == 1_000)
    #expect((5...9).contains(receipt.usage.outputTokens))
    #expect(receipt.costNanoUSD != nil)
  }

  /// A usage that grows with the stream counts what came before it; only the rest is estimated.
  @Test func aGrowingUsageIsContinued() {
    var facts = Self.said("Nobody lives there")
    facts.statedText = facts.outputText
    facts.outputText.add(Array(" at the moment.".utf8))
    var usage = Usage()
    usage.inputTokens = 10
    usage.outputTokens = 500
    facts.usage = usage
    facts.usageIsPartial = true
    let receipt = Self.settled(facts, input: nil, outcome: .abandoned)
    #expect(receipt.usage.inputTokens == 10)
    #expect((502...506).contains(receipt.usage.outputTokens))
  }

  /// Vendors of Anthropic's dialect that say 0 at the start mean that they do not know yet.
  @Test func anInputOfNothingAtTheStartIsEstimated() {
    var facts = Self.said("Nobody")
    facts.usage = Usage()
    facts.usageIsPartial = true
    let receipt = Self.settled(
      facts, input: Self.asked("How many people live on the moon?"), outcome: .cut)
    #expect(receipt.usage.inputTokens > 6)
  }

  /// What a provider broke off with an error of its own may not be billed at all.
  @Test func anErrorEventLeavesTheCostUnknown() {
    var facts = Self.said("Nobody")
    facts.errorEvent = ErrorEventFacts()
    facts.usage = Usage()
    facts.usageIsPartial = true
    for outcome in [Receipt.Outcome.served, .cut] {
      let receipt = Self.settled(facts, input: Self.asked("Hello"), outcome: outcome)
      #expect(receipt.usageSource == .estimated)
      #expect(receipt.costNanoUSD == nil && receipt.unstatedCostNanoUSD == nil)
      #expect(receipt.anomalies == ["no usage in the response"])
    }
  }

  /// A stream that ended in order though nothing in it said so: its figures are taken.
  @Test func aWholeAnswersPartialFiguresAreTheReportedOnes() {
    var facts = Self.said("Nobody")
    var usage = Usage()
    usage.inputTokens = 6
    usage.outputTokens = 19
    facts.usage = usage
    facts.usageIsPartial = true
    #expect(Self.settled(facts).usageSource == .reported)
    #expect(Self.settled(facts, outcome: .cut).usageSource == .estimated)
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
    let input = Self.asked("How many people live on the moon?")
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

  @Test func whatACrashHasCutIsPricedByItsEstimate() {
    let vendor = PriceVendor.infer(dialect: .openai, providerName: "openai", host: "api.openai.com")
    var receipt = Receipt(requestID: "r", startedAtMilliseconds: 0)
    receipt.endpoint = .chatCompletions
    receipt.upstreamModel = "gpt-4o-mini"
    receipt.usage.inputTokens = 1_000
    receipt.usage.outputTokens = 100
    var unknown = receipt
    Meter.settleCrashed(&receipt, vendor: vendor, prices: Self.prices)
    #expect(receipt.usageSource == .estimated)
    #expect(receipt.costNanoUSD == 210_000)
    #expect(receipt.bill?.total?.nanoUSD == 210_000)
    #expect(receipt.anomalies.isEmpty)
    Meter.settleCrashed(&unknown, vendor: nil, prices: Self.prices)
    #expect(unknown.usageSource == .estimated)
    #expect(unknown.costNanoUSD == nil)
    #expect(unknown.anomalies == ["no price for the model"])
    var nothing = Receipt(requestID: "r", startedAtMilliseconds: 0)
    Meter.settleCrashed(&nothing, vendor: vendor, prices: Self.prices)
    #expect(nothing == Receipt(requestID: "r", startedAtMilliseconds: 0))
  }
}
