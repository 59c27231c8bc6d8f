/// What a request asks of the accounts of its caller.
package struct Demand: Equatable, Sendable {
  /// The name asked for; nil where there is none.
  package var model: String?
  /// Estimates; 0 for what counts as a request only.
  package var inputTokens: Int64 = 0
  package var outputTokens: Int64 = 0
  /// Nil for what costs nothing, and where no budget counts it.
  package var money: MoneyDemand?

  package init(model: String?, inputTokens: Int64 = 0, outputTokens: Int64 = 0) {
    self.model = model
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
  }

  func amount(_ metric: LimitKind.Metric) -> Int64 {
    switch metric {
    case .requests, .concurrent: return 1
    case .tokens:
      let (sum, overflow) = inputTokens.addingReportingOverflow(outputTokens)
      return overflow ? .max : sum
    case .inputTokens: return inputTokens
    case .outputTokens: return outputTokens
    }
  }
}
