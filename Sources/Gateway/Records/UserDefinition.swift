import JSON

/// The checked fields of a user's record.
package struct UserDefinition: Equatable, Sendable {
  package enum Status: String, Sendable, CaseIterable {
    case active
    case suspended
  }

  /// Which key of a pool serves a user.
  package enum Affinity: String, Sendable, CaseIterable {
    /// Weighted round robin.
    case none
    /// The same key as long as it is healthy, so that the provider's prompt cache stays warm.
    case user
  }

  /// Where a request goes when the keys of its level can not serve it.
  package enum Failover: String, Sendable, CaseIterable {
    /// To lower levels.
    case lower
    /// To lower levels, then to higher ones.
    case any
    /// Nowhere: the best level that has a key for it is the only one.
    case none
  }

  /// What becomes of an answer whose client has left.
  package enum Disconnect: String, Sendable, CaseIterable {
    /// The provider is left at once; what was delivered is estimated.
    case cancel
    /// The provider is heard to its end, within a cap, so that its own figures are recorded.
    case drain
  }

  /// A policy field is added here, decoded below, and carried by `User`.
  package static let fields = [
    "name", "status", "level", "allow_levels", "failover", "affinity", "models", "endpoints", "ips",
    "model_map", "disconnect", "contribute_keys", "limits", "model_limits", "budgets",
  ]

  package let name: String
  package let status: Status
  package let level: Int
  /// Ascending; nil: no rule, empty: no level at all.
  package let allowedLevels: [Int]?
  package let failover: Failover
  package let affinity: Affinity
  /// Nil: no rule.
  package let access: AccessRules?
  /// Its own names of models.
  package let modelMap: [ModelDefinition]
  package let disconnect: Disconnect
  package let contributesKeys: Bool
  package let limits: LimitDefinition
  package let modelLimits: [ModelLimitDefinition]
  package let budgets: [BudgetDefinition]

  init(_ value: JSONValue, id: String?) throws(RecordError) {
    let fields = try RecordFields(value, kind: .user, id: id, naming: "name", known: Self.fields)
    name = try fields.requiredName("name", example: "ada")
    status = try fields.choice("status") ?? .active
    level = try fields.integer("level", in: Level.range) ?? Level.standard
    allowedLevels = try fields.levels("allow_levels")
    failover = try fields.choice("failover") ?? .lower
    affinity = try fields.choice("affinity") ?? .none
    access = try fields.accessRules()
    modelMap = try UserModelMap.read(fields)
    disconnect = try fields.choice("disconnect") ?? .cancel
    contributesKeys = try fields.flag("contribute_keys") ?? false
    limits = try LimitDefinition.read(fields)
    modelLimits = try ModelLimitDefinition.read(fields)
    budgets = try BudgetDefinition.read(fields)
  }
}
