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
    package init(route: Route, model: String?, pinnedKeyID: String? = nil) {
      self.init(
        model: model, dialect: route.dialect, passthroughProvider: route.passthroughProvider,
        pinnedKeyID: pinnedKeyID)
    }
  }

  /// The plan of a request; `random` decides among weighted targets.
  package static func plan(
    _ question: Question, caller: Caller, snapshot: Snapshot, random: UInt64
  ) throws(Refusal) -> Plan {
    let affinity: UInt64? = caller.user.affinity == .user ? caller.user.stableHash : nil
    var search = Search(
      snapshot: snapshot, dialect: question.dialect, levelMax: caller.level,
      random: affinity ?? random)
    if let name = question.passthroughProvider {
      guard let provider = snapshot.provider(named: name) else {
        throw .resourceNotFound(id: name)
      }
      search.addForPassthrough(Candidate(provider: provider, model: question.model ?? ""))
    } else if let model = question.model, !model.isEmpty {
      search.expand(model)
    } else {
      search.expandByLists("")
    }
    if let keyID = question.pinnedKeyID {
      return try pinnedPlan(keyID, question, search.candidates, caller, snapshot)
    }
    guard !search.candidates.isEmpty else { throw search.refusal(question.model ?? "") }
    return Plan(
      model: question.model, candidates: search.candidates, levelMax: caller.level,
      affinity: affinity)
  }

  /// The plan for the one key on which an id lives, whatever its level.
  private static func pinnedPlan(
    _ keyID: String, _ question: Question, _ candidates: [Candidate], _ caller: Caller,
    _ snapshot: Snapshot
  ) throws(Refusal) -> Plan {
    guard let key = snapshot.key(id: keyID), key.status == .active,
      let provider = snapshot.provider(id: key.providerID)
    else { throw .noUsableKey(model: question.model ?? "") }
    let planned = candidates.first { $0.provider === provider }
    let candidate = planned ?? Candidate(provider: provider, model: question.model ?? "")
    return Plan(
      model: question.model, candidates: [candidate], levelMax: caller.level, pinned: key)
  }
}

/// The candidates of one name, gathered in order.
private struct Search {
  let snapshot: Snapshot
  let dialect: Dialect
  let levelMax: Int
  var random: UInt64
  var candidates: [Candidate] = []
  /// Mappings on the way: a fallback that leads back is not followed again.
  private var followed: [ModelMapping] = []
  /// Why candidates were left out.
  private var otherDialect: Provider?
  private var lacksKeys = false

  init(snapshot: Snapshot, dialect: Dialect, levelMax: Int, random: UInt64) {
    self.snapshot = snapshot
    self.dialect = dialect
    self.levelMax = levelMax
    self.random = random
  }

  mutating func expand(_ model: String) {
    if let (mapping, capture) = snapshot.models.mapping(for: model) {
      follow(mapping, capture: capture)
    } else if let (provider, rest) = namedProvider(model) {
      expand(model, naming: provider, rest)
    } else {
      expandByLists(model)
    }
  }

  private mutating func follow(_ mapping: ModelMapping, capture: Substring) {
    guard !followed.contains(where: { $0 === mapping }) else { return }
    if !mapping.definition.fallbacks.isEmpty { followed.append(mapping) }
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
      case .name(let name): expand(ModelDefinition.substitute(capture, in: name))
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

  /// A place by weight; all weights zero: the first.
  private mutating func draw(_ weights: [Int]) -> Int? {
    guard weights.count > 1 else { return weights.isEmpty ? nil : 0 }
    let total = weights.reduce(0, +)
    guard total > 0 else { return 0 }
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
    let candidate = Candidate(provider: provider, model: target.model(for: capture))
    return usable(candidate) ? candidate : nil
  }

  private mutating func usable(_ candidate: Candidate) -> Bool {
    guard candidate.provider.dialect == dialect else {
      otherDialect = otherDialect ?? candidate.provider
      return false
    }
    guard candidate.provider.roster.fit(candidate.model, levelMax: levelMax) != .none else {
      lacksKeys = true
      return false
    }
    return true
  }

  /// The provider that the first segment of `provider/model` names.
  private func namedProvider(_ model: String) -> (Provider, String)? {
    guard let slash = model.utf8.firstIndex(of: UInt8(ascii: "/")),
      let provider = snapshot.provider(named: String(model[..<slash]))
    else { return nil }
    let rest = String(model[model.utf8.index(after: slash)...])
    return rest.isEmpty ? nil : (provider, rest)
  }

  /// A provider that names models with a slash of its own may list one that begins like another
  /// provider's name: who lists it in full serves it.
  private mutating func expand(_ model: String, naming provider: Provider, _ rest: String) {
    let candidate = Candidate(provider: provider, model: rest)
    if provider.dialect == dialect {
      if usable(candidate) {
        add(candidate)
      } else if provider.roster.couldServe(levelMax: levelMax) {
        lacksKeys = false
      }
      return
    }
    for other in snapshot.providers(of: dialect)
    where other.roster.fit(model, levelMax: levelMax) == .listed {
      add(Candidate(provider: other, model: model))
    }
    if candidates.isEmpty { otherDialect = provider }
  }

  /// The providers whose keys list the model, then those with keys that list none.
  mutating func expandByLists(_ model: String) {
    let providers = snapshot.providers(of: dialect)
    var open: [Candidate] = []
    for provider in providers {
      let candidate = Candidate(provider: provider, model: model)
      switch provider.roster.fit(model, levelMax: levelMax) {
      case .listed: add(candidate)
      case .open: open.append(candidate)
      case .none: break
      }
    }
    if !providers.isEmpty, !providers.contains(where: { $0.roster.couldServe(levelMax: levelMax) })
    {
      lacksKeys = true
    }
    for candidate in open { add(candidate) }
  }

  /// The provider is named by the path and speaks its own dialect.
  mutating func addForPassthrough(_ candidate: Candidate) {
    if candidate.provider.roster.fit(candidate.model, levelMax: levelMax) == .none {
      lacksKeys = true
    } else {
      add(candidate)
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
    if let other = otherDialect, !lacksKeys {
      return .malformed(
        "The model '\(model)' is served by '\(other.name)', which speaks the "
          + "\(other.dialect.rawValue) dialect: send the request in that dialect.")
    }
    return lacksKeys ? .noUsableKey(model: model) : .modelNotFound(model: model)
  }
}
