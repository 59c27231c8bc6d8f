// The part of a receipt's detail that its third form has brought: who set the level, what admission
// decided, and how limits and budgets stood. The numbers of cases are stored: never reuse one.

extension ReceiptDetail.Writer {
  mutating func furtherDecisions(_ decisions: Decisions) {
    switch decisions.level {
    case nil: byte(0)
    case .user(let level): numbered(1, level)
    case .mapping(let level): numbered(2, level)
    case .token(let level): numbered(3, level)
    case .header(let level): numbered(4, level)
    }
    switch decisions.admission {
    case nil: byte(0)
    case .unlimited: byte(1)
    case .allowed: byte(2)
    case .refusedBy(let rule):
      byte(3)
      text(rule)
    }
  }

  private mutating func numbered(_ number: UInt8, _ level: Int) {
    byte(number)
    signed(Int128(level))
  }

  mutating func readings(_ readings: AccountReadings) {
    let limits = min(readings.limits.count, AccountReadings.limitsMax)
    count(limits)
    for index in 0..<limits { append(readings.limits[index]) }
    let budgets = readings.budgets.prefix(AccountReadings.budgetsMax)
    count(budgets.count)
    for budget in budgets {
      byte((budget.isOfToken ? 1 : 0) | (budget.isAligned ? 2 : 0))
      byte(budget.period.detailCode)
      text(budget.zoneName)
      signed(Int128(budget.limitNanoUSD))
      signed(Int128(budget.spentBefore))
      signed(Int128(budget.reservedBefore))
      signed(Int128(budget.takes))
      optional(budget.spentAfter)
    }
  }
}

extension ReceiptDetail.Writer {
  private mutating func append(_ limit: LimitReading) {
    byte((limit.isOfToken ? 1 : 0) | (limit.pattern == nil ? 0 : 2))
    byte(limit.kind.detailCode)
    if let pattern = limit.pattern { text(pattern) }
    short(limit.max)
    short(limit.before)
    short(limit.takes)
    guard let after = limit.after else { return byte(0) }
    byte(1)
    short(after)
  }

  /// What `signed` writes, for a number that has no need of 128 bits.
  private mutating func short(_ value: Int64) {
    var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
    while rest > 0x7F {
      byte(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    byte(UInt8(truncatingIfNeeded: rest))
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
