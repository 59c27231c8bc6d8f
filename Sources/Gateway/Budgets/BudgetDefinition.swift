import JSON

/// A budget as a record writes it: so many dollars in a period.
package struct BudgetDefinition: Equatable, Sendable {
  package typealias Period = BudgetPeriod

  /// What becomes of a request whose cost has no bound.
  package enum Mode: String, Sendable, CaseIterable {
    /// Served and flagged.
    case soft
    /// Refused.
    case strict
  }

  /// More for a while.
  package struct Raise: Equatable, Sendable {
    package let nanoUSD: Int64
    /// Unix time, milliseconds.
    package let untilMilliseconds: Int64
  }

  package let nanoUSD: Int64
  package let period: Period
  /// Whether the period begins with that of the calendar, or goes back from each moment.
  package let isAligned: Bool
  package let zoneName: String
  package let mode: Mode
  package let raises: [Raise]

  package init(
    nanoUSD: Int64, period: Period, isAligned: Bool = true, zoneName: String = "UTC",
    mode: Mode = .soft, raises: [Raise] = []
  ) {
    self.nanoUSD = nanoUSD
    self.period = period
    self.isAligned = isAligned
    self.zoneName = zoneName
    self.mode = mode
    self.raises = raises
  }

  /// More budgets, and more raises of one, than anybody needs.
  private static let countMax = 20

  /// The field `budgets`; none if it is absent.
  static func read(_ fields: RecordFields) throws(RecordError) -> [BudgetDefinition] {
    var all: [BudgetDefinition] = []
    for value in try fields.list("budgets", countMax: countMax) ?? [] {
      let budget = try BudgetDefinition(value, of: fields)
      guard !all.contains(where: { $0.counts(like: budget) }) else {
        throw fields.error(
          "budgets", "budgets holds two for the same \(budget.period.rawValue); keep one")
      }
      all.append(budget)
    }
    return all
  }

  private static let names = ["usd", "period", "aligned", "timezone", "mode", "raises"]

  private init(_ value: JSONValue, of fields: RecordFields) throws(RecordError) {
    func wrong(_ message: String) -> RecordError { fields.error("budgets", "budgets: " + message) }
    guard case .object(let members) = value else {
      throw fields.error(
        "budgets", "budgets must be a list such as [{\"usd\": 10, \"period\": \"month\"}]")
    }
    for member in members where !Self.names.contains(member.name) {
      throw wrong(
        "a budget has no '\(member.name.prefix(80))'; it has \(Self.names.joined(separator: ", "))")
    }
    guard let nanoUSD = Self.nanoUSD(value["usd"]) else {
      throw wrong("usd must be an amount from 0 to 1000000000, with at most nine decimals")
    }
    guard let period = value["period"]?.string.flatMap({ Period(rawValue: $0) }) else {
      throw wrong("period must be one of 'hour', 'day', 'week', 'month', 'total'")
    }
    self.nanoUSD = nanoUSD
    self.period = period
    switch value["aligned"] {
    case nil, .null: isAligned = true
    case .bool(let flag): isAligned = flag
    default: throw wrong("aligned must be true or false")
    }
    switch value["timezone"] {
    case nil, .null: zoneName = "UTC"
    case .string(let name): zoneName = name
    default: throw wrong("timezone must be a name such as \"Europe/Berlin\", or \"+02:00\"")
    }
    switch value["mode"] {
    case nil, .null: mode = .soft
    case .string("soft"): mode = .soft
    case .string("strict"): mode = .strict
    default: throw wrong("mode must be 'soft' or 'strict'")
    }
    var raises: [Raise] = []
    if let list = value["raises"], list != .null {
      guard let elements = list.array, elements.count <= Self.countMax else {
        throw wrong("raises must be a list of at most \(Self.countMax)")
      }
      for element in elements {
        guard element.object?.allSatisfy({ ["usd", "until"].contains($0.name) }) == true,
          let nanoUSD = Self.nanoUSD(element["usd"]),
          let until = element["until"].flatMap({ Timestamp.read($0) })
        else {
          throw wrong("a raise is {\"usd\": 5, \"until\": \"2027-01-31T00:00:00Z\"}")
        }
        raises.append(Raise(nanoUSD: nanoUSD, untilMilliseconds: until))
      }
    }
    self.raises = raises
  }

  /// A number of dollars, or the same as a text, that nano-dollars hold exactly.
  private static func nanoUSD(_ value: JSONValue?) -> Int64? {
    guard let text = value?.numberText ?? value?.string, let dollars = try? ExactDecimal(text),
      !dollars.isNegative, let amount = DollarAmount(dollars: dollars), let nano = amount.nanoUSD,
      DollarAmount(nanoUSD: nano) == amount, nano <= 1_000_000_000_000_000_000
    else { return nil }
    return nano
  }

  /// Whether it counts the same as another, whatever the amounts.
  func counts(like other: BudgetDefinition) -> Bool {
    period == other.period && isAligned == other.isAligned && zoneName == other.zoneName
  }

  /// Why budgets must not be written so, in words; nil: they may.
  ///
  /// Spend is kept by the quarter of an hour: in a zone that is off by less, a period would begin
  /// before its hour. A record of before that names one keeps it.
  static func fault(in budgets: JSONValue, of old: JSONValue?) -> String? {
    func zones(_ budgets: JSONValue?) -> [String] {
      budgets?.array?.compactMap { $0["timezone"]?.string } ?? []
    }
    let known = zones(old)
    let odd = zones(budgets).first { !ZoneTable.isOfWholeQuarters($0) && !known.contains($0) }
    return odd.map {
      "budgets: timezone '\($0)' is that of no place: an offset is whole quarter hours, as '+05:45'"
    }
  }

  /// Budgets as they are to be, with the raises of the same ones as they were: to change a budget
  /// does not end its raise, unless the change names its raises too.
  static func keepingRaises(in budgets: JSONValue, of old: JSONValue?) -> JSONValue {
    guard case .array(let elements) = budgets, let known = old?.array else { return budgets }
    func counts(_ budget: JSONValue) -> [JSONValue?] {
      [
        budget["period"], budget["aligned"] == .bool(false) ? false : true,
        budget["timezone"]?.string.map(JSONValue.string) ?? "UTC",
      ]
    }
    return .array(
      elements.map { element in
        guard case .object = element, element["raises"] == nil,
          let raises = known.first(where: { counts($0) == counts(element) })?["raises"]
        else { return element }
        var kept = element
        kept["raises"] = raises
        return kept
      })
  }

  /// The dollars at a wall time, raises that have not ended included.
  func nanoUSD(at wall: Int64) -> Int64 {
    var sum = nanoUSD
    for raise in raises where raise.untilMilliseconds > wall {
      sum = sum.addingReportingOverflow(raise.nanoUSD).overflow ? .max : sum + raise.nanoUSD
    }
    return sum
  }
}

/// A budget with the clock that its periods go by.
package struct Budget: Equatable, Sendable {
  package let definition: BudgetDefinition
  let zone: ZoneRules

  /// Unix milliseconds: when the period that holds `wall` begins, and when it ends.
  ///
  /// The one that goes back from each moment ends with that moment. One of the calendar begins with
  /// the quarter in which the calendar's does, so that it is a sum of quarters in any zone: that is
  /// the same moment, but where the clocks are or were set by other than whole quarter hours.
  func bounds(at wall: Int64) -> (start: Int64, end: Int64) {
    guard definition.isAligned, definition.period != .total else {
      let length = Self.rollingMilliseconds(definition.period)
      return (length.map { wall - $0 } ?? .min, .max)
    }
    var bounds = calendarBounds(at: wall)
    // In the quarter of its end the next one has begun.
    if wall >= SpendQuarter.start(at: bounds.end) { bounds = calendarBounds(at: bounds.end) }
    return (SpendQuarter.start(at: bounds.start), SpendQuarter.start(at: bounds.end))
  }

  private func calendarBounds(at wall: Int64) -> (start: Int64, end: Int64) {
    let seconds = CivilDay.floor(wall, 1_000)
    let local = seconds + Int64(zone.offset(at: seconds))
    let today = CivilDay(unixSeconds: local)
    func start(of day: Int64) -> Int64 { zone.firstTime(atLocal: day * 86_400) * 1_000 }
    switch definition.period {
    case .total: return (.min, .max)
    case .hour:
      let start = seconds - (local - CivilDay.floor(local, 3_600) * 3_600)
      return (start * 1_000, (start + 3_600) * 1_000)
    case .day: return (start(of: today.number), start(of: today.number + 1))
    case .week:
      let monday = today.number - (today.weekday + 6) % 7
      return (start(of: monday), start(of: monday + 7))
    case .month:
      let first = CivilDay(year: today.year, month: today.month, day: 1)
      return (start(of: first.number), start(of: first.nextMonth.number))
    }
  }

  /// How far back a period reaches that is not the calendar's; nil: all the way.
  static func rollingMilliseconds(_ period: BudgetDefinition.Period) -> Int64? {
    switch period {
    case .hour: 3_600_000
    case .day: 86_400_000
    case .week: 7 * 86_400_000
    case .month: 30 * 86_400_000
    case .total: nil
    }
  }

  /// `$10 a month`, as refusals say it.
  func text(at wall: Int64) -> String {
    let amount = "$\(DollarAmount(nanoUSD: definition.nanoUSD(at: wall)))"
    return switch definition.period {
    case .total: "\(amount) in all"
    case .hour: "\(amount) an hour"
    case .day, .week, .month: "\(amount) a \(definition.period)"
    }
  }
}
