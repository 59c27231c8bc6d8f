package import JSON

/// The checked fields of the record of an upstream key.
package struct KeyDefinition: Equatable, Sendable {
  /// What the operator wants of a key; what the appliance knows of it is its health.
  package enum Status: String, Sendable, CaseIterable {
    case active
    case disabled
    /// Found, not yet taken into use.
    case pending
    /// Taken back by its owner: the secret is gone, the fingerprint stays so that it does not come
    /// back by itself.
    case withdrawn
  }

  package static let fields = [
    "provider", "label", "secret", "level", "weight", "models", "status", "owner",
    "fingerprint",
  ]
  package static let weightRange = 1...10_000

  package let providerID: String
  package let label: String
  /// The sealed secret as the vault wrote it; nil for a provider that takes no key.
  package let sealedSecret: String?
  package let level: Int
  package let weight: Int
  /// Nil for every model; empty for none.
  package let models: NameList?
  package let status: Status
  /// The id of the user who contributed it; nil for an operator's.
  package let ownerID: String?
  /// What a contributed secret is known by: a keyed digest in hexadecimal.
  package let fingerprint: String?

  init(_ value: JSONValue, id: String?) throws(RecordError) {
    let fields = try RecordFields(value, kind: .key, id: id, naming: "label", known: Self.fields)
    providerID = try fields.requiredText("provider", example: "openai")
    label = try fields.requiredName("label", example: "first")
    sealedSecret = try fields.value("secret").map { value throws(RecordError) in
      guard let text = SealedText.read(value) else {
        throw fields.error("secret", "secret must be sealed before it is stored")
      }
      return text
    }
    level = try fields.integer("level", in: Level.range) ?? Level.standard
    weight = try fields.integer("weight", in: Self.weightRange) ?? 1
    status = try fields.choice("status") ?? .active
    ownerID = try fields.text("owner")
    if let ownerID { try fields.check(name: ownerID, field: "owner", bytesMax: 128) }
    fingerprint = try fields.text("fingerprint")
    if let fingerprint { try fields.check(name: fingerprint, field: "fingerprint", bytesMax: 64) }
    models = try fields.texts("models").map { texts throws(RecordError) in
      try Self.list(texts, in: fields)
    }
  }

  private static func list(
    _ texts: [String], in fields: RecordFields
  ) throws(RecordError) -> NameList {
    var literals: [String] = []
    var patterns: [NamePattern] = []
    for text in texts {
      try fields.check(name: text, field: "models", bytesMax: 512)
      guard let pattern = NamePattern(text) else {
        throw fields.error("models", "models may hold one '*' in each text, not '\(text)'")
      }
      if pattern.isLiteral { literals.append(text) } else { patterns.append(pattern) }
    }
    return NameList(literals: literals, patterns: patterns)
  }
}

/// The form of a sealed secret inside a record: `{"sealed": "…"}`.
package enum SealedText {
  package static func value(_ text: String) -> JSONValue {
    .object([JSONValue.Member("sealed", .string(text))])
  }

  /// The text; nil for any other form.
  package static func read(_ value: JSONValue) -> String? {
    guard case .object(let members) = value, members.count == 1, let member = members.first,
      member.name == "sealed", case .string(let text) = member.value
    else { return nil }
    return text
  }
}
