package import Providers

/// The phase that turns the model asked for into a plan.
///
/// In order: an exact mapping; the longest matching pattern; `provider/model`; else the providers
/// of the route's dialect whose keys list the model or list none. Pure: chance is an argument.
package enum Router {
  /// What routing needs to know of a request.
  package struct Question: Sendable {
    package var model: String?
    package var dialect: Dialect
    /// The provider that a passthrough path names.
    package var passthroughProvider: String?
    /// The key on which an id lives that the request names.
    package var pinnedKeyID: String?
    /// The provider of an id that lives on the key which the client brought.
    package var pinnedProviderID: String?
    /// The client brought a key: ours do not matter.
    package var bringsKey = false

    package init(
      model: String?, dialect: Dialect, passthroughProvider: String? = nil,
      pinnedKeyID: String? = nil
    ) {
      self.model = model
      self.dialect = dialect
      self.passthroughProvider = passthroughProvider
      self.pinnedKeyID = pinnedKeyID
    }

    /// The question of a route; the model is that of the path or the body.
    package init(route: Route, model: String?) {
      self.init(
        model: model, dialect: route.dialect, passthroughProvider: route.passthroughProvider)
    }
  }

  /// The plan of a question; `random` decides among weighted targets.
  package static func plan(
    _ question: Question, caller: Caller, snapshot: Snapshot, random: UInt64
  ) throws(Refusal) -> Plan {
    let affinity: UInt64? = caller.user.affinity == .user ? caller.user.stableHash : nil
    var search = Search(
      snapshot: snapshot, caller: caller, dialect: question.dialect,
      bringsKey: question.bringsKey, random: affinity ?? random)
    try search.gather(question)
    if let keyID = question.pinnedKeyID {
      return try pinnedPlan(keyID, question, &search)
    }
    if let providerID = question.pinnedProviderID {
      guard let provider = snapshot.provider(id: providerID) else {
        throw .noUsableKey(model: question.model ?? "")
      }
      return Plan(
        model: question.model, candidates: [try candidate(at: provider, question, &search)],
        foundBy: .namedID(key: OwnKey.name))
    }
    if caller.user.failover == .none, !question.bringsKey { search.stayOnOneLevel() }
    guard !search.candidates.isEmpty else { throw search.refusal(question.model ?? "") }
    return Plan(
      model: question.model, candidates: search.candidates, affinity: affinity,
      foundBy: search.foundBy ?? .keyLists, isDrawn: search.isDrawn && affinity == nil)
  }

  /// A key that serves what is not found, from a level that the request may not use.
  ///
  /// The caller is not told that there is one; the operator, who wonders, is.
  package static func keyOfAnotherLevel(
    _ question: Question, caller: Caller, snapshot: Snapshot
  ) -> (provider: Provider, key: Key, model: String)? {
    var search = Search(
      snapshot: snapshot, caller: caller, dialect: question.dialect,
      bringsKey: question.bringsKey, random: 0, isOfAnyLevel: true)
    do throws(Refusal) { try search.gather(question) } catch { return nil }
    guard let candidate = search.candidates.first else { return nil }
    // The lowest level, which is the nearest, is last.
    let keys = candidate.provider.roster.keys
    let key =
      keys.last { $0.models != nil && $0.serves(candidate.model) } ?? keys.last { $0.models == nil }
    return key.map { (candidate.provider, $0, candidate.model) }
  }

  /// The plan for the one key on which an id lives, whatever its level.
  private static func pinnedPlan(
    _ keyID: String, _ question: Question, _ search: inout Search
  ) throws(Refusal) -> Plan {
    let model = question.model ?? ""
    guard let key = search.snapshot.key(id: keyID), key.status == .active,
      let provider = search.snapshot.provider(id: key.providerID)
    else { throw .noUsableKey(model: model) }
    return Plan(
      model: question.model, candidates: [try candidate(at: provider, question, &search)],
      pinned: key, foundBy: .namedID(key: key.label))
  }

  /// The candidate at the provider where an id lives, whether its name leads there or not.
  private static func candidate(
    at provider: Provider, _ question: Question, _ search: inout Search
  ) throws(Refusal) -> Candidate {
    if let planned = search.candidates.first(where: { $0.provider === provider }) {
      return planned
    }
    let model = question.model ?? ""
    let candidate = Candidate(provider: provider, model: model, tiers: search.caller.tiers())
    guard search.isAllowed(candidate) else { throw .modelNotAllowed(model: model) }
    return candidate
  }
}

/// The candidates of one name, gathered in order.
private struct Search {
  let snapshot: Snapshot
  let caller: Caller
  let dialect: Dialect
  private let bringsKey: Bool
  private let isOfAnyLevel: Bool
  var random: UInt64
  var candidates: [Candidate] = []
  /// Nil: by the keys' lists.
  private(set) var foundBy: Decisions.FoundBy?
  /// Of what is being added: the caller's own, or as a mapping on the way says.
  private var tiers: Tiers
  /// The rules of models, and what of them holds for what is being added.
  private var rules: CandidateRules
  /// Mappings on the way: a fallback that leads back is not followed again.
  private var followed: [ModelMapping] = []
  /// Why candidates were left out.
  private var otherDialect: Provider?
  private var takesNoKey: Provider?
  private var lacksKeys = false
  /// Some of them have keys, of levels that the request may not use.
  private var hasKeysElsewhere = false
  private var isRefused = false
  /// Chance has decided which target of a mapping comes first.
  private(set) var isDrawn = false

  init(
    snapshot: Snapshot, caller: Caller, dialect: Dialect, bringsKey: Bool, random: UInt64,
    isOfAnyLevel: Bool = false
  ) {
    self.snapshot = snapshot
    self.caller = caller
    self.dialect = dialect
    self.bringsKey = bringsKey
    self.random = random
    self.isOfAnyLevel = isOfAnyLevel
    tiers = isOfAnyLevel ? Tiers(upTo: .max) : caller.tiers()
    rules = CandidateRules(caller)
  }

  mutating func gather(_ question: Router.Question) throws(Refusal) {
    if let name = question.passthroughProvider {
      guard let provider = snapshot.provider(named: name) else {
        throw .resourceNotFound(id: name)
      }
      addForPassthrough(provider, model: question.model ?? "")
    } else if let model = question.model, !model.isEmpty {
      begin(model)
    } else {
      expandByLists("")
    }
  }

  /// The user's own names go before the system's.
  private mutating func begin(_ model: String) {
    if let (mapping, capture) = caller.user.modelMap?.mapping(for: model) {
      foundBy = .userMap(mapping.name)
      follow(mapping, capture: capture)
    } else {
      expand(model)
    }
  }

  private mutating func expand(_ model: String, isFallback: Bool = false) {
    if let (mapping, capture) = snapshot.models.mapping(for: model) {
      if foundBy == nil { foundBy = .mapping(mapping.name) }
      follow(mapping, capture: capture, fallback: isFallback ? model : nil)
    } else if let (provider, rest) = snapshot.providerNamed(in: model) {
      if foundBy == nil { foundBy = .provider(provider.name) }
      expand(model, naming: provider, rest)
    } else {
      expandByLists(model)
    }
  }

  private mutating func follow(
    _ mapping: ModelMapping, capture: Substring, fallback: String? = nil
  ) {
    guard !followed.contains(where: { $0 === mapping }) else { return }
    if !mapping.definition.fallbacks.isEmpty { followed.append(mapping) }
    let outer = (tiers, rules)
    defer { (tiers, rules) = outer }
    if let level = mapping.definition.level, !isOfAnyLevel {
      tiers = caller.tiers(startingAt: level)
    }
    if !rules.isEmpty { rules.enter(mapping, capture: capture, fallback: fallback, snapshot) }
    // All targets of a mapping speak one dialect; from another it leads nowhere.
    if let target = mapping.definition.targets.first,
      let provider = snapshot.provider(id: target.providerID), provider.dialect != dialect
    {
      otherDialect = otherDialect ?? provider
      return
    }
    if mapping.definition.targets.count == 1 {
      addUsable(mapping.definition.targets[0], capture: capture)
    } else {
      addByWeight(mapping.definition.targets, capture: capture)
    }
    for fallback in mapping.definition.fallbacks where candidates.count < Plan.candidatesMax {
      switch fallback {
      case .target(let target): addUsable(target, capture: capture)
      case .name(let name):
        let model = ModelDefinition.substitute(capture, in: name)
        // As of a target: what `*` stands for may be nothing, and nothing is no model.
        guard !model.isEmpty, !(capture.isEmpty && model.hasSuffix("/")) else { continue }
        expand(model, isFallback: true)
      }
    }
  }

  private mutating func addUsable(_ target: ModelDefinition.Target, capture: Substring) {
    if let candidate = candidate(target, capture: capture) { add(candidate) }
  }

  private mutating func addByWeight(_ targets: [ModelDefinition.Target], capture: Substring) {
    let usable = targets.compactMap { target in
      candidate(target, capture: capture).map { (candidate: $0, weight: target.weight) }
    }
    if let first = draw(usable.map(\.weight)) {
      add(usable[first].candidate)
      for (index, entry) in usable.enumerated() where index != first { add(entry.candidate) }
    }
  }

  /// A place by weight; all weights zero: the first, as for a key that a client brought, which is
  /// of one provider and must not be shown to others by chance.
  private mutating func draw(_ weights: [Int]) -> Int? {
    guard weights.count > 1 else { return weights.isEmpty ? nil : 0 }
    let total = weights.reduce(0, +)
    guard total > 0, !bringsKey else { return 0 }
    isDrawn = weights.count { $0 > 0 } > 1
    random = StableHash.mix(random)
    var point = Int(random % UInt64(total))
    for (index, weight) in weights.enumerated() {
      if point < weight { return index }
      point -= weight
    }
    return 0
  }

  /// The candidate of a target, if its provider speaks the route's dialect and has a key for it.
  private mutating func candidate(
    _ target: ModelDefinition.Target, capture: Substring
  ) -> Candidate? {
    guard let provider = snapshot.provider(id: target.providerID) else { return nil }
    let model = target.model(for: capture)
    // What `*` stands for may be nothing, and nothing is no model.
    guard !model.isEmpty else { return nil }
    let candidate = Candidate(provider: provider, model: model, tiers: tiers)
    return usable(candidate) ? candidate : nil
  }

  private mutating func usable(_ candidate: Candidate) -> Bool {
    guard candidate.provider.dialect == dialect else {
      otherDialect = otherDialect ?? candidate.provider
      return false
    }
    guard isAllowed(candidate) else { return false }
    guard fit(candidate.provider, candidate.model) != .none else {
      noteLack(candidate.provider, candidate.model)
      return false
    }
    return true
  }

  private mutating func noteLack(_ provider: Provider, _ model: String) {
    lacksKeys = true
    if provider.roster.fit(model, Tiers(upTo: .max)) != .none { hasKeysElsewhere = true }
  }

  /// How well a provider's keys serve a model; the key that a client brought may serve any, where
  /// one is taken: what costs its owner nothing must not go past the caller's budgets.
  private mutating func fit(_ provider: Provider, _ model: String) -> Roster.Fit {
    let fit = provider.roster.fit(model, tiers)
    guard bringsKey else { return fit }
    guard provider.profile.auth != .none else {
      takesNoKey = takesNoKey ?? provider
      return .none
    }
    return max(fit, .open)
  }

  /// A provider that names models with a slash of its own may list one that begins like another
  /// provider's name: who lists it in full serves it.
  private mutating func expand(_ model: String, naming provider: Provider, _ rest: String) {
    let candidate = Candidate(provider: provider, model: rest, tiers: tiers)
    if provider.dialect == dialect {
      if usable(candidate) {
        add(candidate)
      } else if provider.roster.couldServe(tiers) {
        lacksKeys = false
      }
      return
    }
    for other in snapshot.providers(of: dialect)
    where other.roster.fit(model, tiers) == .listed {
      let candidate = Candidate(provider: other, model: model, tiers: tiers)
      if isAllowed(candidate) { add(candidate) }
    }
    if candidates.isEmpty { otherDialect = provider }
  }

  /// The providers whose keys list the model, then those with keys that list none.
  private mutating func expandByLists(_ model: String) {
    let providers = snapshot.providers(of: dialect)
    var open: [Candidate] = []
    for provider in providers {
      let fit = fit(provider, model)
      guard fit != .none else { continue }
      let candidate = Candidate(provider: provider, model: model, tiers: tiers)
      guard isAllowed(candidate) else { continue }
      if fit == .listed { add(candidate) } else { open.append(candidate) }
    }
    if !bringsKey, !providers.isEmpty, !providers.contains(where: { $0.roster.couldServe(tiers) }) {
      for provider in providers { noteLack(provider, model) }
    }
    for candidate in open { add(candidate) }
  }

  /// The provider is named by the path and speaks its own dialect.
  private mutating func addForPassthrough(_ provider: Provider, model: String) {
    foundBy = .passthrough(provider.name)
    let candidate = Candidate(provider: provider, model: model, tiers: tiers)
    guard isAllowed(candidate) else { return }
    if fit(provider, model) == .none {
      noteLack(provider, model)
    } else {
      add(candidate)
    }
  }

  /// What the rules of models refuse leaves the plan.
  mutating func isAllowed(_ candidate: Candidate) -> Bool {
    guard !rules.isEmpty, !candidate.model.isEmpty, !rules.allow(candidate) else { return true }
    isRefused = true
    return false
  }

  /// Keeps the best level of all candidates, and those that have keys on it.
  mutating func stayOnOneLevel() {
    let homes = candidates.map { $0.provider.roster.home(of: $0.model, $0.tiers) }
    guard let home = homes.compactMap(\.self).max() else { return }
    candidates = candidates.compactMap { candidate in
      var only = candidate
      only.tiers = candidate.tiers.only(home)
      return candidate.provider.roster.fit(candidate.model, only.tiers) == .none ? nil : only
    }
  }

  private mutating func add(_ candidate: Candidate) {
    guard candidates.count < Plan.candidatesMax,
      !candidates.contains(where: {
        $0.provider === candidate.provider && $0.model == candidate.model
      })
    else { return }
    candidates.append(candidate)
  }

  /// Why there is no candidate.
  func refusal(_ model: String) -> Refusal {
    if let other = otherDialect, !lacksKeys, !isRefused {
      return .malformed(
        "The model '\(model)' is served by '\(other.name)', which speaks the "
          + "\(other.dialect.rawValue) dialect: send the request in that dialect.")
    }
    if let provider = takesNoKey, !isRefused {
      return .malformed(
        "The provider '\(provider.name)' takes no key. Send the request without x-upstream-key.")
    }
    if lacksKeys {
      return hasKeysElsewhere ? .noKeyOfLevel(model: model) : .noUsableKey(model: model)
    }
    return isRefused ? .modelNotAllowed(model: model) : .modelNotFound(model: model)
  }
}
