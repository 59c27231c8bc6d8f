package import Providers

/// What was found while an answer was accounted for, as its receipt says it.
package enum MeterAnomaly {
  /// The provider works on in the background: the first answer that states what that has used is
  /// the one that counts it.
  package static let usageFollows = "usage_follows"
}

extension Receipt {
  /// Whether the usage of its response is owed by a later reading.
  package var usageFollows: Bool {
    usageSource == .none && anomalies.contains(MeterAnomaly.usageFollows)
  }
}

/// The phase that turns what an answer says of itself into the receipt's usage and cost.
package enum Meter {
  /// Fills in usage, cost and anomalies; never fails.
  ///
  /// The receipt's outcome must be set: a broken answer whose usage was not stated to its end is
  /// estimated, marked so and priced. `input` is what was asked, for an estimate; nil where the
  /// answer is not text. `facts` are left with the usage that was priced. A whole answer that states
  /// no usage is estimated too, but has no cost: what the provider bills for it is unknown. One that
  /// says that it is still being made has no usage yet, whatever it has stated so far:
  /// `Receipt.usageFollows`.
  ///
  /// A reading of a response uses nothing, unless `call` says that it is the one that accounts for it:
  /// then it states the final usage, and that is priced.
  package static func settle(
    _ facts: inout AnswerFacts, call: PricedCall, prices: PriceTable, input: RequestTally?,
    into receipt: inout Receipt
  ) {
    if !facts.anomalies.isEmpty { receipt.anomalies += facts.anomalies }
    if facts.isUnderWay, isMadeInBackground(facts, call, receipt.outcome) {
      receipt.priceVersion = prices.version
      if facts.usage == nil { receipt.anomalies.append(UnpricedReason.noUsage.text) }
      return receipt.anomalies.append(MeterAnomaly.usageFollows)
    }
    // What the call used that made a response is that one's, or the first reading's.
    let isReadAgain = call.isReading && !call.accountsForResponse
    if isReadAgain { facts.usage = nil }
    let isWhole = receipt.outcome != .cut && receipt.outcome != .abandoned
    let isFinal = !facts.usageIsPartial || isWhole && facts.errorEvent == nil
    if let usage = facts.usage, isFinal {
      receipt.usage = usage
      receipt.usageSource = .reported
    } else if input != nil || facts.usage != nil, !call.isError, !isReadAgain {
      let usage = estimate(facts, input, model: facts.model ?? call.requestedModel)
      receipt.usage = usage
      receipt.usageSource = .estimated
      // A provider that reports an error may bill nothing.
      facts.usage = isWhole || facts.errorEvent != nil ? nil : usage
    }
    let cost = Pricing.cost(facts, of: call, table: prices)
    receipt.costNanoUSD = cost.nanoUSD
    if cost.nanoUSD == nil, isWhole, facts.errorEvent == nil, receipt.usageSource == .estimated {
      var estimated = facts
      estimated.usage = receipt.usage
      // What was odd about the figures that were stated is nothing to one that is counted here.
      estimated.anomalies = []
      receipt.unstatedCostNanoUSD = Pricing.cost(estimated, of: call, table: prices).nanoUSD
    }
    receipt.priceVersion = cost.tableVersion
    if cost.nanoUSD == nil, let reason = cost.reason { receipt.anomalies.append(reason.text) }
    receipt.bill = ReceiptBill(cost)  // Last, so that its lines are moved and not copied.
  }

  /// Whether an answer is but the beginning of a response, which is known by its id.
  ///
  /// A stream that broke off is one only where the response says so: a break ends any other.
  private static func isMadeInBackground(
    _ facts: AnswerFacts, _ call: PricedCall, _ outcome: Receipt.Outcome
  ) -> Bool {
    guard call.endpoint == .responses || call.endpoint == .passthrough, !call.isReading,
      !call.isError, facts.errorEvent == nil, facts.id != nil
    else { return false }
    return outcome == .served
      || facts.isBackground && (outcome == .cut || outcome == .abandoned)
  }

  /// What a call used as far as it is known: the parts that were stated, and the rest by the text.
  private static func estimate(
    _ facts: AnswerFacts, _ input: RequestTally?, model: String?
  ) -> Usage {
    var usage = facts.usage ?? Usage()
    if usage.inputTokens == 0, let input {
      usage.inputTokens = TokenEstimate.inputTokens(input, model: model)
    }
    var seen = TokenEstimate.tokens(facts.outputText, model: model)
    if facts.codedBytes > 0 { seen = TokenEstimate.tokens(codedBytes: facts.codedBytes) }
    if let stated = facts.statedText {
      usage.outputTokens += max(0, seen - TokenEstimate.tokens(stated, model: model))
    } else {
      usage.outputTokens = max(usage.outputTokens, seen)
    }
    return usage
  }

  /// What a provider may bill for an attempt that was left: an estimate, or nil where the model has
  /// no price by the token.
  ///
  /// The output is what was received; where a whole answer may have been made unseen, the most that
  /// the request allowed.
  package static func possibleCost(
    input: RequestTally, output: TextTally, outputTokensMax: Int64?, call: PricedCall,
    prices: PriceTable
  ) -> Int64? {
    var usage = Usage()
    usage.inputTokens = TokenEstimate.inputTokens(input, model: call.requestedModel)
    usage.outputTokens =
      outputTokensMax ?? TokenEstimate.tokens(output, model: call.requestedModel)
    var facts = AnswerFacts()
    facts.usage = usage
    return Pricing.cost(facts, of: call, table: prices).nanoUSD
  }

  /// Completes the account of a request whose end a crash has cost, from what its admission says.
  package static func settleCrashed(
    _ receipt: inout Receipt, vendor: PriceVendor?, prices: PriceTable
  ) {
    guard let endpoint = receipt.endpoint, receipt.usage != Usage() else { return }
    receipt.usageSource = .estimated
    guard let vendor else { return receipt.anomalies.append(UnpricedReason.noPrice.text) }
    var facts = AnswerFacts()
    facts.usage = receipt.usage
    let call = PricedCall(
      endpoint: endpoint, requestedModel: receipt.upstreamModel, vendor: vendor)
    let cost = Pricing.cost(facts, of: call, table: prices)
    receipt.costNanoUSD = cost.nanoUSD
    receipt.priceVersion = cost.tableVersion
    if cost.nanoUSD == nil, let reason = cost.reason { receipt.anomalies.append(reason.text) }
    receipt.bill = ReceiptBill(cost)
  }
}
