/// One who owns tokens, as the snapshot holds it.
package final class User: Sendable {
  package let id: String
  package let name: String
  package let isActive: Bool
  package let level: Int
  /// The levels whose keys may serve it, ascending; nil: no rule.
  package let allowedLevels: [Int]?
  package let failover: UserDefinition.Failover
  package let affinity: UserDefinition.Affinity
  package let disconnect: UserDefinition.Disconnect
  /// Whether keys that it brings may join the pool.
  package let contributesKeys: Bool
  /// Nil: no rules.
  package let access: AccessRules?
  /// Its own names of models, which go before the system's; nil: none.
  package let modelMap: ModelMap?
  /// Limits and budgets; nil where there are none.
  package let allowance: Allowance?
  /// The same on every node, so that affinity finds the same key everywhere.
  package let stableHash: UInt64

  package init(id: String, definition: UserDefinition, allowance: Allowance? = nil) {
    self.id = id
    self.name = definition.name
    self.isActive = definition.status == .active
    self.level = definition.level
    self.allowedLevels = definition.allowedLevels
    self.failover = definition.failover
    self.affinity = definition.affinity
    self.disconnect = definition.disconnect
    self.contributesKeys = definition.contributesKeys
    self.access = definition.access
    self.modelMap =
      definition.modelMap.isEmpty ? nil : ModelMap(owner: id, definitions: definition.modelMap)
    self.allowance = allowance
    self.stableHash = StableHash.of(id)
  }
}

/// A user's API key, as the snapshot holds it: its digest and its rules, never itself.
package final class Token: Sendable {
  package let id: String
  package let label: String
  package let userID: String
  package let publicID: String?
  package let digest: TokenDigestBytes
  package let isActive: Bool
  /// Unix time, milliseconds; nil: never.
  package let expiresAtMilliseconds: Int64?
  package let level: Int?
  /// Nil: nothing is narrowed.
  package let access: AccessRules?
  /// Limits and budgets of its own, beside its user's; nil where there are none.
  package let allowance: Allowance?

  package init(id: String, definition: TokenDefinition, allowance: Allowance? = nil) {
    self.id = id
    self.label = definition.label
    self.userID = definition.userID
    self.publicID = definition.publicID
    self.digest = definition.digest
    self.isActive = definition.status == .active
    self.expiresAtMilliseconds = definition.expiresAtMilliseconds
    self.level = definition.level
    self.access = definition.access
    self.allowance = allowance
  }

  /// Stands for any token of a user that narrows nothing; nobody can send it.
  init(withoutRulesOf user: User) {
    self.id = ""
    self.label = ""
    self.userID = user.id
    self.publicID = nil
    self.digest = TokenDigestBytes(bigEndianWords: (0, 0, 0, 0))
    self.isActive = true
    self.expiresAtMilliseconds = nil
    self.level = nil
    self.access = nil
    self.allowance = nil
  }
}

/// Who sent a request: the token it carried and the user who owns it.
package struct Caller: Sendable {
  package let user: User
  package let token: Token
  /// What the request's own header lowers its level to; nil: it does not.
  package var requestedLevel: Int?

  package init(user: User, token: Token, requestedLevel: Int? = nil) {
    self.user = user
    self.token = token
    self.requestedLevel = requestedLevel
  }

  /// Whether access control has anything to look at.
  package var hasRules: Bool { user.access != nil || token.access != nil }

  /// The levels of keys that may serve the request, beginning at `level` or at the user's own.
  ///
  /// A token and the header only lower: no mapping and no failover leads above them.
  package func tiers(startingAt level: Int? = nil) -> Tiers {
    let start = level ?? user.level
    let cap = min(token.level ?? .max, requestedLevel ?? .max)
    let highest = min(start, cap)
    return Tiers(
      start: highest, ceiling: user.failover == .any ? cap : highest, allowed: user.allowedLevels)
  }
}
