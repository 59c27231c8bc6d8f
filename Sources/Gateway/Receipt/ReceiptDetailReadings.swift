// The part of a receipt's detail that its third form has brought: who set the level, what admission
// decided, and how limits and budgets stood. The numbers of cases are stored: never reuse one.

extension ReceiptDetail.Writer {
  mutating func furtherDecisions(_ decisions: Decisions, _ out: inout OutputSpan<UInt8>) {
    switch decisions.level {
    case nil: out.put(0)
    case .user(let level): numbered(1, level, &out)
    case .mapping(let level): numbered(2, level, &out)
    case .token(let level): numbered(3, level, &out)
    case .header(let level): numbered(4, level, &out)
    }
    switch decisions.admission {
    case nil: out.put(0)
    case .unlimited: out.put(1)
    case .allowed: out.put(2)
    case .refusedBy(let rule):
      out.put(3)
      text(rule, &out)
    }
  }

  private mutating func numbered(_ number: UInt8, _ level: Int, _ out: inout OutputSpan<UInt8>) {
    out.put(number)
    out.put(signed: Int64(level))
  }

  mutating func readings(_ readings: AccountReadings, _ out: inout OutputSpan<UInt8>) {
    let limits = min(readings.limits.count, AccountReadings.limitsMax)
    out.put(unsigned: UInt64(limits))
    for index in 0..<limits { append(readings.limits[index], &out) }
    let budgets = min(readings.budgets.count, AccountReadings.budgetsMax)
    out.put(unsigned: UInt64(budgets))
    for budget in readings.budgets.prefix(budgets) {
      out.put((budget.isOfToken ? 1 : 0) | (budget.isAligned ? 2 : 0))
      out.put(budget.period.detailCode)
      text(budget.zoneName, &out)
      out.put(signed: budget.limitNanoUSD)
      out.put(signed: budget.spentBefore)
      out.put(signed: budget.reservedBefore)
      out.put(signed: budget.takes)
      optional(budget.spentAfter, &out)
    }
  }
}

extension ReceiptDetail.Writer {
  private mutating func append(_ limit: LimitReading, _ out: inout OutputSpan<UInt8>) {
    out.put((limit.isOfToken ? 1 : 0) | (limit.pattern == nil ? 0 : 2))
    out.put(limit.kind.detailCode)
    if let pattern = limit.pattern { text(pattern, &out) }
    out.put(signed: limit.max)
    out.put(signed: limit.before)
    out.put(signed: limit.takes)
    optional(limit.after, &out)
  }
}

extension ReceiptDetail.Reader {
  /// False if the bytes hold none.
  mutating func furtherDecisions(into decisions: inout Decisions) -> Bool {
    guard let number = byte() else { return false }
    if number != 0 {
      guard let level = int() else { return false }
      switch number {
      case 1: decisions.level = .user(level)
      case 2: decisions.level = .mapping(level)
      case 3: decisions.level = .token(level)
      case 4: decisions.level = .header(level)
      default: return false
      }
    }
    switch byte() {
    case 0: return true
    case 1: decisions.admission = .unlimited
    case 2: decisions.admission = .allowed
    case 3:
      guard let rule = text() else { return false }
      decisions.admission = .refusedBy(rule)
    default: return false
    }
    return true
  }

  mutating func readings() -> AccountReadings? {
    var readings = AccountReadings()
    guard let limits = count(max: AccountReadings.limitsMax) else { return nil }
    for _ in 0..<limits {
      guard let limit = limit() else { return nil }
      readings.limits.append(limit)
    }
    guard let budgets = count(max: AccountReadings.budgetsMax) else { return nil }
    for _ in 0..<budgets {
      guard let budget = budget() else { return nil }
      readings.budgets.append(budget)
    }
    return readings
  }

  private mutating func limit() -> LimitReading? {
    guard let marks = byte(), marks < 4, let code = byte(), let kind = LimitKind(detailCode: code)
    else { return nil }
    var pattern: String?
    if marks & 2 != 0 {
      guard let text = text() else { return nil }
      pattern = text
    }
    guard let max = int64(), let before = int64(), let takes = int64(), let after = optional()
    else { return nil }
    return LimitReading(
      isOfToken: marks & 1 != 0, kind: kind, pattern: pattern, max: max, before: before,
      takes: takes, after: after)
  }

  private mutating func budget() -> BudgetReading? {
    guard let marks = byte(), marks < 4, let code = byte(),
      let period = BudgetPeriod(detailCode: code), let zone = text(),
      let limit = int64(), let spent = int64(), let reserved = int64(), let takes = int64(),
      let after = optional()
    else { return nil }
    return BudgetReading(
      isOfToken: marks & 1 != 0, period: period, isAligned: marks & 2 != 0, zoneName: zone,
      limitNanoUSD: limit, spentBefore: spent, reservedBefore: reserved, takes: takes,
      spentAfter: after)
  }
}

extension LimitKind {
  fileprivate var detailCode: UInt8 {
    switch self {
    case .rpm: 1
    case .tpm: 2
    case .itpm: 3
    case .otpm: 4
    case .rpd: 5
    case .tpd: 6
    case .itpd: 7
    case .otpd: 8
    case .concurrent: 9
    }
  }

  fileprivate init?(detailCode: UInt8) {
    guard let kind = Self.allCases.first(where: { $0.detailCode == detailCode }) else { return nil }
    self = kind
  }
}

extension BudgetPeriod {
  fileprivate var detailCode: UInt8 {
    switch self {
    case .hour: 1
    case .day: 2
    case .week: 3
    case .month: 4
    case .total: 5
    }
  }

  fileprivate init?(detailCode: UInt8) {
    guard let period = Self.allCases.first(where: { $0.detailCode == detailCode }) else {
      return nil
    }
    self = period
  }
}
