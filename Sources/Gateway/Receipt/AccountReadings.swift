/// How a limit that counts a request stood when the request was admitted, and after its end.
package struct LimitReading: Equatable, Sendable {
  /// The token's, and not the user's.
  package var isOfToken: Bool
  package var kind: LimitKind
  /// The models that it counts; nil: all.
  package var pattern: String?
  package var max: Int64
  /// What its window held, or how many requests were under way, without this one.
  package var before: Int64
  package var takes: Int64
  /// The same once the request was settled, with what others took meanwhile; nil: it never was, or
  /// the limit is gone.
  package var after: Int64?

  package init(
    isOfToken: Bool, kind: LimitKind, pattern: String?, max: Int64, before: Int64, takes: Int64,
    after: Int64? = nil
  ) {
    self.isOfToken = isOfToken
    self.kind = kind
    self.pattern = pattern
    self.max = max
    self.before = before
    self.takes = takes
    self.after = after
  }
}

/// How a budget that counts a request stood when the request was admitted, and after its end.
package struct BudgetReading: Equatable, Sendable {
  package var isOfToken: Bool
  package var period: BudgetPeriod
  package var isAligned: Bool
  package var zoneName: String
  package var limitNanoUSD: Int64
  package var spentBefore: Int64
  /// Set aside for other requests under way.
  package var reservedBefore: Int64
  /// What was set aside for this one.
  package var takes: Int64
  /// Spent once the request was settled; nil as with a limit.
  package var spentAfter: Int64?

  package init(
    isOfToken: Bool, period: BudgetPeriod, isAligned: Bool, zoneName: String,
    limitNanoUSD: Int64, spentBefore: Int64, reservedBefore: Int64, takes: Int64,
    spentAfter: Int64? = nil
  ) {
    self.isOfToken = isOfToken
    self.period = period
    self.isAligned = isAligned
    self.zoneName = zoneName
    self.limitNanoUSD = limitNanoUSD
    self.spentBefore = spentBefore
    self.reservedBefore = reservedBefore
    self.takes = takes
    self.spentAfter = spentAfter
  }
}

/// How the limits and budgets stood that count a request; empty, and no memory, where none does.
package struct AccountReadings: Equatable, Sendable {
  /// More are not kept: the nine limits of a user and of a token, and as many models' again.
  package static let limitsMax = 40
  /// All that a user and a token may have.
  package static let budgetsMax = 40

  package var limits: [LimitReading] = []
  package var budgets: [BudgetReading] = []

  package init() {}

  package var isEmpty: Bool { limits.isEmpty && budgets.isEmpty }

  /// A refusal has taken nothing.
  mutating func noteRefusal() {
    for index in limits.indices { limits[index].after = limits[index].before }
    for index in budgets.indices { budgets[index].spentAfter = budgets[index].spentBefore }
  }
}
