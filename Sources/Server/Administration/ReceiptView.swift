import Gateway
import JSON
import Store

extension Administration {
  /// The whole account of one request.
  func requestShow(_ arguments: Arguments) throws(OperationFailure) -> JSONValue {
    let id = try arguments.text("id")
    let found: Receipt?
    do throws(StoreError) {
      // A row that was just handed over is to be found: the writer stores it first.
      try installation.writer.performAndWait { _ in }
      found = try LedgerReader(path: installation.directory.databasePath).request(id)
    } catch {
      throw OperationFailure(error)
    }
    guard let found else {
      throw OperationFailure(code: "not_found", message: "There is no request '\(id)'.")
    }
    return .object([.init("request", Self.fullView(found))])
  }

  /// A request as `requests --json` prints it, then its plan, attempts and arithmetic.
  static func fullView(_ receipt: Receipt) -> JSONValue {
    var members = view(receipt).object ?? []
    members += [
      .init("wait_ms", .int(receipt.waitMilliseconds)),
      .init(
        "decisions",
        .array(
          receipt.decisions.list.map {
            .object([.init("phase", .string($0.phase)), .init("rule", .string($0.rule))])
          })),
      .init(
        "limits", .array(receipt.readings.limits.map { view($0, token: receipt.token) })),
      .init(
        "budgets", .array(receipt.readings.budgets.map { view($0, token: receipt.token) })),
      .init("plan", .array(receipt.plan.map(view))),
      .init("attempt_list", .array(receipt.trail.map(view))),
      .init("cost", view(receipt.bill, of: receipt)),
    ]
    return .object(members)
  }

  private static func text(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }

  /// A model's name; none where the request names none.
  private static func model(_ name: String) -> JSONValue { text(name.isEmpty ? nil : name) }

  private static func dollars(_ amount: DollarAmount?) -> JSONValue { text(amount?.description) }

  private static func view(_ candidate: ReceiptCandidate) -> JSONValue {
    .object([
      .init("provider", .string(candidate.provider)), .init("model", model(candidate.model)),
      .init("level", candidate.level.map { .int(Int64($0)) } ?? .null),
    ])
  }

  private static func view(_ attempt: ReceiptAttempt) -> JSONValue {
    let possible = attempt.possibleCostNanoUSD.map { DollarAmount(nanoUSD: $0) }
    return .object([
      .init("provider", .string(attempt.provider)), .init("model", model(attempt.model)),
      .init("key", .string(attempt.key)), .init("level", .int(Int64(attempt.level))),
      .init("wait_ms", .int(attempt.waitMilliseconds)),
      .init("duration_ms", .int(attempt.durationMilliseconds)),
      .init("status", attempt.status == 0 ? .null : .int(Int64(attempt.status))),
      .init("end", .string(attempt.end.code)), .init("reason", .string(attempt.end.text)),
      .init("retry_after_ms", attempt.retryAfterMilliseconds.map(JSONValue.int) ?? .null),
      .init("possible_cost_usd", dollars(possible)),
    ])
  }

  /// The arithmetic: `quantity` times `unit_price_usd` is `amount_usd`, their sum `sum_usd`, that
  /// times the factors `exact_usd`, and rounded half to even to nine places `cost_usd`.
  private static func view(_ bill: ReceiptBill?, of receipt: Receipt) -> JSONValue {
    let possible = receipt.possibleCostNanoUSD
    return .object([
      .init("price_version", text(receipt.priceVersion)),
      .init("price_key", text(bill?.priceKey)),
      .init("lines", .array(bill?.lines.map(view) ?? [])),
      .init("sum_usd", dollars(bill?.sum)),
      .init(
        "factors",
        .array(
          (bill?.multipliers ?? []).map {
            .object([
              .init("name", .string($0.name)), .init("factor", .string($0.factor.description)),
            ])
          })),
      .init("exact_usd", dollars(bill?.total)),
      .init("cost_usd", dollars(receipt.costNanoUSD.map { DollarAmount(nanoUSD: $0) })),
      .init("possible_usd", dollars(possible == 0 ? nil : DollarAmount(nanoUSD: possible))),
    ])
  }

  private static func view(_ line: CostLine) -> JSONValue {
    let name = line.rate.name
    return .object([
      .init("item", .string(line.name)), .init("quantity", .string(line.quantity.description)),
      .init("unit_price_usd", dollars(line.rate.price)), .init("amount_usd", dollars(line.amount)),
      .init("price_field", .string(name.description)),
      .init("above_tokens", name.aboveTokens == 0 ? .null : .int(name.aboveTokens)),
      .init("tier", .string("\(name.tier)")),
    ])
  }
}
