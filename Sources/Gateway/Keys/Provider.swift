package import Providers

/// An upstream service with its keys, as the snapshot holds it.
///
/// Immutable, but for `state`: what all loops learn of the provider and its keys. The state is
/// carried over from snapshot to snapshot as long as the provider stays the same service.
package final class Provider: Sendable {
  package let id: String
  package let profile: ProviderProfile
  /// Every key, disabled ones included, by id.
  package let keys: [Key]
  package let roster: Roster
  /// Whose prices hold.
  package let vendor: PriceVendor
  package let state: ProviderState

  package var name: String { profile.name }
  package var dialect: Dialect { profile.dialect }

  init(
    id: String, profile: ProviderProfile, keys: [Key], revision: UInt64, state: ProviderState
  ) {
    self.id = id
    self.profile = profile
    self.keys = keys.sorted { $0.id < $1.id }
    let needsNone = profile.auth == .none && keys.isEmpty
    self.roster = Roster(
      keys: needsNone ? [Key(forProviderWithoutKeys: id)] : self.keys, revision: revision)
    self.state = state
    vendor = PriceVendor.infer(
      dialect: profile.dialect, providerName: profile.name, host: profile.target.host,
      isAzureStyle: profile.style == .azure)
  }

  /// The same provider over a copy of its state: what is tried on it teaches nobody.
  func copied() -> Provider {
    Provider(
      id: id, profile: profile, keys: keys, revision: roster.revision,
      state: ProviderState(copying: state))
  }

  /// Whether what was learned of `other` holds for this one: it is the same service.
  func isSameService(as other: Provider) -> Bool {
    dialect == other.dialect && profile.target == other.profile.target
  }

  package func key(id: String) -> Key? {
    keys.first { $0.id == id } ?? roster.keys.first { $0.id == id }
  }
}
