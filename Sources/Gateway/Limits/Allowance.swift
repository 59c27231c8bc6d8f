import Synchronization

/// What one user or token may use: its limits and budgets, as the snapshot holds them.
///
/// Immutable; the account that counts against it is in `Accounts` and takes the newest over. A
/// subject without any has no allowance and costs a request nothing.
package final class Allowance: Sendable {
  package let key: AccountKey
  /// As an operator knows the subject: `ada`, `ada/laptop`.
  package let name: String
  /// The generation of the snapshot that it was made for: of two the higher is the newer.
  package let generation: UInt64
  package let rules: [LimitRule]
  package let budgets: [Budget]
  /// Whether any rule counts tokens, so that they must be estimated.
  package let countsTokens: Bool
  /// Whether any rule counts a day of all models, or of a pattern's.
  package let countsDays: Bool
  package let countsModelDays: Bool
  /// Where its account was found last, in its shard: a hint that is checked.
  private let place = Atomic<Int>(-1)

  /// Nil where nothing is limited.
  package init?(
    key: AccountKey, name: String, generation: UInt64, limits: LimitDefinition,
    modelLimits: [ModelLimitDefinition] = [], budgets: [Budget] = []
  ) {
    var rules: [LimitRule] = []
    for (pattern, limits) in [(nil, limits)] + modelLimits.map({ ($0.pattern, $0.limits) }) {
      for kind in LimitKind.allCases {
        guard let max = limits.maxima[kind] else { continue }
        rules.append(LimitRule(kind: kind, pattern: pattern, max: max))
      }
    }
    guard !rules.isEmpty || !budgets.isEmpty else { return nil }
    self.key = key
    self.name = name
    self.generation = generation
    self.rules = rules
    self.budgets = budgets
    countsTokens = rules.contains { $0.kind.countsTokens }
    countsDays = rules.contains { $0.kind.isDaily && $0.pattern == nil }
    countsModelDays = rules.contains { $0.kind.isDaily && $0.pattern != nil }
  }

  package var hasBudgets: Bool { !budgets.isEmpty }

  var lastPlace: Int {
    get { place.load(ordering: .relaxed) }
    set { place.store(newValue, ordering: .relaxed) }
  }

  /// Whether its account must begin with what the ledger holds.
  package var needsHistory: Bool { hasBudgets || countsDays || countsModelDays }

  /// The oldest quarter whose spend its budgets count; nil where there are none.
  package func firstQuarter(wall: Int64) -> Int64? {
    budgets.map { BudgetState($0, since: generation).firstQuarter(at: wall) }.min()
  }

  /// The most output tokens that any limit could ever let through beside the input of a request;
  /// nil where none counts them.
  func outputRoom(for demand: Demand) -> Int64? {
    var room: Int64?
    for rule in rules where rule.covers(demand.model) {
      switch rule.kind.metric {
      case .tokens: room = min(room ?? .max, max(0, rule.max - min(rule.max, demand.inputTokens)))
      case .outputTokens: room = min(room ?? .max, rule.max)
      case .requests, .inputTokens, .concurrent: break
      }
    }
    return room
  }
}

extension Allowance {
  /// A user's; throws for a budget in a time zone that is not known.
  convenience init?(
    _ id: String, _ definition: UserDefinition, zones: ZoneTable, generation: UInt64
  ) throws(RecordError) {
    self.init(
      key: AccountKey(userID: id), name: definition.name, generation: generation,
      limits: definition.limits, modelLimits: definition.modelLimits,
      budgets: try Self.budgets(
        definition.budgets, of: (.user, id, definition.name), zones: zones))
  }

  /// A token's; `shown` is its name with that of its user.
  convenience init?(
    _ id: String, _ definition: TokenDefinition, shown: String, zones: ZoneTable,
    generation: UInt64
  ) throws(RecordError) {
    self.init(
      key: AccountKey(tokenID: id, userID: definition.userID), name: shown,
      generation: generation, limits: definition.limits,
      budgets: try Self.budgets(definition.budgets, of: (.token, id, shown), zones: zones))
  }

  private static func budgets(
    _ definitions: [BudgetDefinition], of owner: (kind: Record.Kind, id: String, name: String),
    zones: ZoneTable
  ) throws(RecordError) -> [Budget] {
    var budgets: [Budget] = []
    for definition in definitions {
      guard let zone = zones.zone(named: definition.zoneName) else {
        throw RecordError(
          kind: owner.kind, id: owner.id, name: owner.name, field: "budgets",
          message: "budgets: there is no time zone '\(definition.zoneName.prefix(80))' here; name"
            + " one such as 'Europe/Berlin' (package tzdata), 'UTC', or an offset as '+02:00'")
      }
      budgets.append(Budget(definition: definition, zone: zone))
    }
    return budgets
  }
}

/// One limit of a subject.
package struct LimitRule: Equatable, Sendable {
  package let kind: LimitKind
  /// Nil: for all models and for what names none.
  package let pattern: NamePattern?
  package let max: Int64

  /// Whether it counts the same as another, whatever the maxima.
  func counts(like other: LimitRule) -> Bool { kind == other.kind && pattern == other.pattern }

  func covers(_ model: String?) -> Bool {
    guard let pattern else { return true }
    guard let model else { return false }
    return pattern.matches(model)
  }

  /// `60 requests a minute for 'gpt-4*'`.
  package var text: String {
    pattern.map { "\(kind.text(max: max)) for '\($0.text)'" } ?? kind.text(max: max)
  }
}

/// Whose account it is; its hash is made once, when the snapshot is.
package struct AccountKey: Hashable, Sendable {
  package let id: String
  /// A user's and its tokens' accounts share a shard, so that one lock is enough for a request.
  let home: UInt64
  private let hash: UInt64
  let isOfToken: Bool

  package init(userID: String) {
    isOfToken = false
    id = userID
    home = StableHash.of(userID)
    hash = home
  }

  package init(tokenID: String, userID: String) {
    isOfToken = true
    id = tokenID
    home = StableHash.of(userID)
    hash = StableHash.of(tokenID)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(hash) }

  package static func == (left: Self, right: Self) -> Bool {
    left.hash == right.hash && left.id == right.id
  }
}
