package import Providers

/// The models that a caller may ask for by name, from our records alone.
package enum ModelListing {
  package struct Entry: Equatable, Sendable {
    package let model: String
    /// The provider that would be tried first.
    package let provider: String
  }

  /// Exact mappings and the models that keys list, sorted by name; patterns are not listed.
  package static func models(
    for caller: Caller, dialect: Dialect, snapshot: Snapshot
  ) -> [Entry] {
    var names = Set(snapshot.models.exactNames)
    for provider in snapshot.providers(of: dialect) {
      names.formUnion(provider.roster.listedModels(levelMax: caller.level))
    }
    let allowed = caller.user.access.models
    var entries: [Entry] = []
    for name in names.sorted() where allowed?.contains(name) ?? true {
      let question = Router.Question(model: name, dialect: dialect)
      guard
        let plan = try? Router.plan(question, caller: caller, snapshot: snapshot, random: 0),
        let first = plan.candidates.first
      else { continue }
      entries.append(Entry(model: name, provider: first.provider.name))
    }
    return entries
  }
}
