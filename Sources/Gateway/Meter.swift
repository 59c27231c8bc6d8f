package import Providers

/// The phase that turns what an answer says of itself into the receipt's usage and cost.
package enum Meter {
  /// Fills in usage, cost and anomalies; never fails.
  ///
  /// Without a usage from the provider and with `inputText` it is estimated and marked so; an
  /// estimate has no cost, for a cost that is shown is one that was billed.
  package static func settle(
    _ facts: AnswerFacts, call: PricedCall, prices: PriceTable, inputText: TextTally?,
    into receipt: inout Receipt
  ) {
    receipt.anomalies += facts.anomalies
    if let usage = facts.usage {
      receipt.usage = usage
      receipt.usageSource = .reported
    } else if let inputText, !call.isError {
      let model = facts.model ?? call.requestedModel
      receipt.usage.inputTokens = TokenEstimate.inputTokens(inputText, model: model)
      receipt.usage.outputTokens = TokenEstimate.tokens(facts.outputText, model: model)
      receipt.usageSource = .estimated
    }
    let cost = Pricing.cost(facts, of: call, table: prices)
    receipt.costNanoUSD = cost.nanoUSD
    if cost.nanoUSD == nil, let reason = cost.reason { receipt.anomalies.append(reason.text) }
  }
}
