/// An upstream API key, as the snapshot holds it.
///
/// Immutable; what is learned of a key while it is used is in its provider's `ProviderState`. What
/// every request reads stands first, side by side.
package final class Key: Sendable {
  package let secret: ClearSecret
  package let label: String
  package let id: String
  package let providerID: String
  package let level: Int
  package let weight: Int
  /// Nil for every model; empty for none.
  package let models: NameList?
  package let status: KeyDefinition.Status
  /// Rises when the secret changes: what was learned of the old one then no longer counts.
  package let incarnation: UInt64
  /// The user who contributed it; nil for an operator's.
  package let ownerID: String?
  package let fingerprint: String?
  let stableHash: UInt64
  /// As it is stored, to see whether a change of the record changes the secret.
  let sealedSecret: String?

  init(id: String, definition: KeyDefinition, secret: ClearSecret, incarnation: UInt64) {
    self.id = id
    self.label = definition.label
    self.providerID = definition.providerID
    self.level = definition.level
    self.weight = definition.weight
    self.models = definition.models
    self.status = definition.status
    self.secret = secret
    self.incarnation = incarnation
    self.ownerID = definition.ownerID
    self.fingerprint = definition.fingerprint
    self.stableHash = StableHash.of(id)
    self.sealedSecret = definition.sealedSecret
  }

  /// Stands in where a provider takes no key and none is configured.
  convenience init(forProviderWithoutKeys providerID: String) {
    self.init(
      id: providerID + "/none", label: "none", providerID: providerID, secret: ClearSecret([]))
  }

  /// A key that a client brings for one request; it is in no roster.
  package convenience init(own key: OwnKey, at provider: Provider) {
    self.init(id: key.id, label: key.label, providerID: provider.id, secret: key.secret)
  }

  private init(id: String, label: String, providerID: String, secret: ClearSecret) {
    self.id = id
    self.label = label
    self.providerID = providerID
    self.level = Level.range.lowerBound
    self.weight = 1
    self.models = nil
    self.status = .active
    self.secret = secret
    self.incarnation = 0
    self.ownerID = nil
    self.fingerprint = nil
    self.stableHash = StableHash.of(id)
    self.sealedSecret = nil
  }

  /// Whether its list lets the key serve a model; without a name to judge, every key may.
  package func serves(_ model: String) -> Bool {
    guard let models else { return true }
    return model.isEmpty ? !models.isEmpty : models.contains(model)
  }
}
