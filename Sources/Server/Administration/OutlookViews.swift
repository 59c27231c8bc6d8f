import Gateway
import JSON

// How limits and budgets are shown that a request would meet.

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
}
