import JSON

/// The checked fields of a token's record; the token itself is never stored.
package struct TokenDefinition: Equatable, Sendable {
  package static let fields = [
    "user", "label", "digest", "public_id", "expires_at", "level", "models", "endpoints", "ips",
    "status", "limits", "budgets",
  ]

  package let userID: String
  package let label: String
  package let digest: TokenDigestBytes
  /// The part of a token of ours that may be shown; nil for a token that was brought along.
  package let publicID: String?
  /// Unix time, milliseconds; nil: never.
  package let expiresAtMilliseconds: Int64?
  /// Nil for the user's; it only lowers that.
  package let level: Int?
  /// What it narrows of its user's rules; nil: nothing.
  package let access: AccessRules?
  package let status: UserDefinition.Status
  package let limits: LimitDefinition
  package let budgets: [BudgetDefinition]

  init(_ value: JSONValue, id: String?) throws(RecordError) {
    let fields = try RecordFields(value, kind: .token, id: id, naming: "label", known: Self.fields)
    userID = try fields.requiredText("user", example: "ada")
    label = try fields.requiredName("label", example: "laptop")
    guard let digest = TokenDigestBytes(hex: try fields.text("digest") ?? "") else {
      throw fields.error("digest", "digest must be 64 hexadecimal digits, or give the secret")
    }
    self.digest = digest
    publicID = try fields.text("public_id")
    if let publicID { try fields.check(name: publicID, field: "public_id", bytesMax: 64) }
    expiresAtMilliseconds = try fields.value("expires_at").map { value throws(RecordError) in
      guard let moment = Timestamp.read(value) else {
        throw fields.error(
          "expires_at",
          "expires_at must be a time such as \"2027-01-31T00:00:00Z\" or Unix milliseconds")
      }
      return moment
    }
    level = try fields.integer("level", in: Level.range)
    access = try fields.accessRules()
    status = try fields.choice("status") ?? .active
    limits = try LimitDefinition.read(fields)
    budgets = try BudgetDefinition.read(fields)
  }
}
