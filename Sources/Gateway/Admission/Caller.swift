/// One who owns tokens, as the snapshot holds it.
package final class User: Sendable {
  package let id: String
  package let name: String
  package let isActive: Bool
  package let level: Int
  package let affinity: UserDefinition.Affinity
  package let disconnect: UserDefinition.Disconnect
  package let access: AccessRules
  /// The same on every node, so that affinity finds the same key everywhere.
  package let stableHash: UInt64

  package init(id: String, definition: UserDefinition, access: AccessRules = AccessRules()) {
    self.id = id
    self.name = definition.name
    self.isActive = definition.status == .active
    self.level = definition.level
    self.affinity = definition.affinity
    self.disconnect = definition.disconnect
    self.access = access
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

  package init(id: String, definition: TokenDefinition) {
    self.id = id
    self.label = definition.label
    self.userID = definition.userID
    self.publicID = definition.publicID
    self.digest = definition.digest
    self.isActive = definition.status == .active
    self.expiresAtMilliseconds = definition.expiresAtMilliseconds
    self.level = definition.level
  }
}

/// Who sent a request: the token it carried and the user who owns it.
package struct Caller: Sendable {
  package let user: User
  package let token: Token

  package init(user: User, token: Token) {
    self.user = user
    self.token = token
  }

  /// The best level of keys that may serve the request; a token only lowers its user's.
  package var level: Int {
    guard let level = token.level else { return user.level }
    return min(level, user.level)
  }
}
