/// What a request asks of the accounts of its caller.
package struct Demand: Equatable, Sendable {
  private var name: String
  private var hasName: Bool
  /// Estimates; 0 for what counts as a request only.
  package var inputTokens: Int64 = 0
  package var outputTokens: Int64 = 0
  /// One, or none: not in place, for it is large and most requests have none.
  private var costs: [MoneyDemand] = []

  /// Nil for what costs nothing, and where no budget counts it.
  package var money: MoneyDemand? {
    get { costs.first }
    set { costs = newValue.map { [$0] } ?? [] }
  }

  package var hasMoney: Bool { !costs.isEmpty }

  /// The name asked for; nil where there is none.
  ///
  /// In two parts, since an optional text costs a hundred instructions to copy.
  package var model: String? { hasName ? name : nil }

  package init(model: String?, inputTokens: Int64 = 0, outputTokens: Int64 = 0) {
    name = model ?? ""
    hasName = model != nil
    self.inputTokens = inputTokens
    self.outputTokens = outputTokens
  }

  func amount(_ metric: LimitKind.Metric) -> Int64 {
    metric.amount(input: inputTokens, output: outputTokens)
  }
}
