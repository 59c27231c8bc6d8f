import JSON
package import Providers

/// What a request can cost at most: the length of its body as input, its cap as output, at the
/// dearest price of any candidate and tier.
package enum CostBound {
  /// What a model is taken to answer at most where no price list says.
  static let largestAnswerDefault: Int64 = 16_384
  /// About the shortest body that a request can have: a word or two, its model in the path.
  static let smallestBodyBytes: Int64 = 40
  /// What a provider puts around messages and tools beyond what the body writes out.
  static let frameTokens: Int64 = 1_000

  /// Nil for what costs nothing.
  ///
  /// `entry` finds the price of a candidate; `parts` are `UnboundedParts` of the body. Of what has no
  /// price, or not that of both sides, no bound is known, unless that is free.
  package static func demand(
    endpoint: Endpoint, facts: RequestFacts, bodyBytes: Int, plan: Plan, parts: [String],
    hasTools: Bool, estimate: (inputTokens: Int64, outputTokens: Int64),
    isUnpricedFree: Bool = false, entry: (Candidate) -> PriceEntry?
  ) -> MoneyDemand? {
    guard !Pricing.isFree(endpoint) else { return nil }
    var money = MoneyDemand()
    money.unbounded = parts
    var (input, output) = (DollarAmount.zero, DollarAmount.zero)
    var isUnpriced = false
    for candidate in plan.candidates {
      let entry = entry(candidate)
      if entry?.prices(endpoint) != true { isUnpriced = true }
      guard let entry else { continue }
      let rates = BoundRates(entry)
      input = max(input, rates.input)
      output = max(output, rates.output)
      money.largestAnswer = max(money.largestAnswer, entry.outputTokensMax ?? 0)
      if let other = rates.otherUnit { money.add("a model that is priced by \(other)") }
    }
    if isUnpriced, !isUnpricedFree { money.add("a model without a price") }
    let tokens = Int64(bodyBytes) + (hasTools ? frameTokens : 0)
    money.inputNanoUSD = nano(input, tokens)
    money.smallestNanoUSD = nano(input, smallestBodyBytes)
    var expected = nano(input, min(tokens, estimate.inputTokens))
    if endpoint.answersWithText {
      money.statedCap = facts.outputTokensMax
      money.takesCap = facts.bodyKind == .json
      if money.largestAnswer == 0 {
        money.largestAnswer = largestAnswerDefault
        if facts.outputTokensMax == nil, output != .zero {
          money.isLengthGuessed = true
          money.add("an answer of any length: send a cap such as 'max_tokens'")
        }
      }
      let (perToken, overflow) = output.zeptoUSD.multipliedReportingOverflow(
        by: Int128(max(1, facts.choiceCount)))
      money.outputZeptoUSD = overflow ? .max : perToken
      money.smallestNanoUSD = sum(money.smallestNanoUSD, nano(output, MoneyDemand.floorTokens))
      expected = sum(expected, nano(output, estimate.outputTokens))
    } else if !isBoundedByInput(endpoint) {
      money.add("what \(endpoint.rawValue) makes")
    }
    money.estimateNanoUSD = expected
    return money
  }

  /// The least cap that Anthropic takes: above what the request lets it think.
  ///
  /// Source: docs.anthropic.com, extended thinking: `budget_tokens` must be less than `max_tokens`.
  static func floorTokens(thinkingIn body: Span<UInt8>) -> Int64 {
    guard let index = try? JSONIndex(body),
      let thinking = index.member(named: "thinking", in: body),
      thinking.kind == .object, let inner = try? JSONIndex(body, range: thinking.value),
      let budget = inner.member(named: "budget_tokens", in: body), budget.kind == .number,
      let tokens = JSONInteger(parsing: body.extracting(budget.value)).exactValue
    else { return MoneyDemand.floorTokens }
    return max(MoneyDemand.floorTokens, min(max(0, tokens), 1 << 40) + 1)
  }

  /// Endpoints whose answers cost nothing beyond their input.
  package static func isBoundedByInput(_ endpoint: Endpoint) -> Bool {
    switch endpoint {
    case .embeddings, .embedContent, .batchEmbedContents: true
    default: false
    }
  }

  /// So many units at a price, in nano-dollars rounded up; the largest amount beyond all range.
  private static func nano(_ price: DollarAmount, _ count: Int64) -> Int64 {
    guard let amount = price.multiplied(by: max(0, count)) else { return .max }
    let (whole, rest) = amount.zeptoUSD.quotientAndRemainder(dividingBy: 1_000_000_000_000)
    return Int64(clamping: rest > 0 ? whole + 1 : whole)
  }

  private static func sum(_ one: Int64, _ other: Int64) -> Int64 {
    let (sum, overflow) = one.addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

extension MoneyDemand {
  fileprivate mutating func add(_ reason: String) {
    if !unbounded.contains(reason) { unbounded.append(reason) }
  }
}

/// The dearest prices that an entry has for a token of either side, in any tier and at any length.
struct BoundRates {
  private(set) var input = DollarAmount.zero
  private(set) var output = DollarAmount.zero
  /// A unit other than tokens that it prices.
  private(set) var otherUnit: String?

  init(_ entry: PriceEntry) {
    for rate in entry.rates {
      switch rate.name.field {
      case .input, .inputAudio, .inputImage, .cacheRead, .cacheWrite5m, .cacheWrite1h,
        .cacheReadAudio, .cacheReadImage:
        input = max(input, rate.price)
      case .output, .reasoning, .outputAudio, .outputImage: output = max(output, rate.price)
      case .inputSecond, .outputSecond: otherUnit = "the second"
      case .inputCharacter, .outputCharacter: otherUnit = "the character"
      case .inputPixel, .outputPixel, .perInputImage, .perOutputImage: otherUnit = "the image"
      case .perQuery, .perRequest: otherUnit = "the request"
      }
    }
    // Several factors may come together.
    for multiplier in entry.multipliers
    where !multiplier.factor.isNegative && multiplier.isIncrease {
      input = input.multiplied(by: multiplier.factor) ?? input
      output = output.multiplied(by: multiplier.factor) ?? output
    }
  }
}

extension PriceMultiplier {
  /// Whether the factor makes a call dearer.
  fileprivate var isIncrease: Bool {
    guard let scaled = DollarAmount(nanoUSD: 1_000_000_000).multiplied(by: factor) else {
      return true
    }
    return scaled > DollarAmount(nanoUSD: 1_000_000_000)
  }
}
