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
      let question = Router.Question(model: name, dialect: dialect)
      guard AccessControl.denial(caller, model: name, endpoint: .model, snapshot: snapshot) == nil,
        let plan = try? Router.plan(question, caller: caller, snapshot: snapshot, random: 0),
        let first = plan.candidates.first
      else { continue }
      entries.append(Entry(model: name, provider: first.provider.name))
    }
    return entries
  }
}
