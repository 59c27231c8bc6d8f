import Gateway
import JSON

// How limits and budgets are shown that a request would meet, or has met.

extension Administration {
  /// `{token, limit, model, max, used, takes, left_after, resets_at, refuses}` for each limit.
  static func view(_ limit: Outlook.Limit, token: String?, wall: Int64) -> JSONValue {
    .object([
      .init("token", token.map(JSONValue.string) ?? .null),
      .init("limit", .string(limit.rule.kind.rawValue)),
      .init("model", limit.rule.pattern.map { .string($0.text) } ?? .null),
      .init("max", .int(limit.rule.max)), .init("used", .int(limit.used)),
      .init("takes", .int(limit.takes)),
      .init("left_after", limit.refuses ? .null : .int(limit.left - limit.takes)),
      .init(
        "resets_at",
        limit.resetMilliseconds.map { .string(Timestamp.text(wall + $0)) } ?? .null),
      .init("refuses", .bool(limit.refuses)),
    ])
  }

  /// A budget as `budget.show` has it, then `takes_usd`, `left_after_usd` and `refuses`.
  static func view(_ budget: Outlook.Budget, token: String?) -> JSONValue {
    let takes = DollarAmount(nanoUSD: budget.takesNanoUSD)
    let after = budget.standing.leftNanoUSD.subtractingReportingOverflow(budget.takesNanoUSD)
    let left = budget.refuses || after.overflow ? nil : DollarAmount(nanoUSD: after.partialValue)
    var members = view(budget.standing, token: token).object ?? []
    members += [
      .init("takes_usd", .number(takes.description)),
      .init("left_after_usd", left.map { .number($0.description) } ?? .null),
      .init("refuses", .bool(budget.refuses)),
    ]
    return .object(members)
  }

  /// `{token, limit, model, max, used_before, takes, used_after}`, as a receipt has them.
  static func view(_ limit: LimitReading, token: String?) -> JSONValue {
    .object([
      .init("token", limit.isOfToken ? text(token) : .null),
      .init("limit", .string(limit.kind.rawValue)), .init("model", text(limit.pattern)),
      .init("max", .int(limit.max)), .init("used_before", .int(limit.before)),
      .init("takes", .int(limit.takes)),
      .init("used_after", limit.after.map { .int($0) } ?? .null),
    ])
  }

  /// `{token, usd, period, spent_before_usd, reserved_before_usd, takes_usd, spent_after_usd,
  /// aligned, timezone}`, as a receipt has them.
  static func view(_ budget: BudgetReading, token: String?) -> JSONValue {
    func dollars(_ nano: Int64) -> JSONValue { .number(DollarAmount(nanoUSD: nano).description) }
    return .object([
      .init("token", budget.isOfToken ? text(token) : .null),
      .init("usd", dollars(budget.limitNanoUSD)),
      .init("period", .string(budget.period.rawValue)),
      .init("spent_before_usd", dollars(budget.spentBefore)),
      .init("reserved_before_usd", dollars(budget.reservedBefore)),
      .init("takes_usd", dollars(budget.takes)),
      .init("spent_after_usd", budget.spentAfter.map(dollars) ?? .null),
      .init("aligned", .bool(budget.isAligned)), .init("timezone", .string(budget.zoneName)),
    ])
  }

  private static func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
}
