package import Providers

/// The models that a caller may ask for by name, from our records alone.
///
/// What the caller's rules refuse is not among them.
package enum ModelListing {
  package struct Entry: Equatable, Sendable {
    package let model: String
    /// The provider that would be tried first.
    package let provider: String
  }

  /// The user's own names, exact mappings and the models that keys list, sorted by name; patterns
  /// are not listed.
  package static func models(
    for caller: Caller, dialect: Dialect, snapshot: Snapshot
  ) -> [Entry] {
    var names = Set(snapshot.models.exactNames)
    if let own = caller.user.modelMap { names.formUnion(own.exactNames) }
    let tiers = caller.tiers()
    for provider in snapshot.providers(of: dialect) {
      names.formUnion(provider.roster.listedModels(tiers))
    }
    var entries: [Entry] = []
    for name in names.sorted() {
      if let entry = entry(name, for: caller, dialect: dialect, snapshot: snapshot) {
        entries.append(entry)
      }
    }
    return entries
  }

  /// One name, listed or not, where a record says that it is served; nil: none does.
  ///
  /// Patterns, of mappings and of keys, and `provider/model` serve more than can be listed. That a
  /// key without a list would take the name is no word that there is such a model.
  package static func entry(
    _ name: String, for caller: Caller, dialect: Dialect, snapshot: Snapshot
  ) -> Entry? {
    let question = Router.Question(model: name, dialect: dialect)
    guard AccessControl.denial(caller, model: name, endpoint: .model, snapshot: snapshot) == nil,
      let plan = try? Router.plan(question, caller: caller, snapshot: snapshot, random: 0),
      let first = plan.candidates.first,
      plan.foundBy != .keyLists || first.provider.roster.fit(name, first.tiers) == .listed
    else { return nil }
    return Entry(model: name, provider: first.provider.name)
  }
}
