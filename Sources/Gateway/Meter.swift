package import Providers

/// The phase that turns what an answer says of itself into the receipt's usage and cost.
package enum Meter {
  /// Fills in usage, cost and anomalies; never fails.
  package static func settle(
    _ facts: AnswerFacts, call: PricedCall, prices: PriceTable, into receipt: inout Receipt
  ) {
    receipt.anomalies += facts.anomalies
    if let usage = facts.usage {
      receipt.usage = usage
      receipt.usageSource = .reported
    }
    let cost = Pricing.cost(facts, of: call, table: prices)
    receipt.costNanoUSD = cost.nanoUSD
    if cost.nanoUSD == nil, let reason = cost.reason { receipt.anomalies.append(reason.text) }
  }
}
