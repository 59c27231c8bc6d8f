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
    receipt.priceVersion = cost.tableVersion
    receipt.bill = ReceiptBill(cost)
    if cost.nanoUSD == nil, let reason = cost.reason { receipt.anomalies.append(reason.text) }
  }

  /// What a provider may bill for an attempt that was left: an estimate, or nil where the model has
  /// no price by the token.
  ///
  /// The output is what was received; where a whole answer may have been made unseen, the most that
  /// the request allowed.
  package static func possibleCost(
    input: TextTally, output: TextTally, outputTokensMax: Int64?, call: PricedCall,
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
}
