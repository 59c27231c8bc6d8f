/// The caller's rules of models, as they hold for the candidates of a request.
///
/// A candidate must be on the list of each rule as `model` or `provider/model`. There is one
/// exception: a mapping stands for what the operator made it lead to. Where a rule allows the name
/// of a mapping and mentions nothing of what it leads to, all of that is allowed but what is denied.
/// So a user can be given a name without the models behind it, and a list that names some of them
/// keeps the others out. Where a mapping falls back to the name of another, that one goes by itself
/// if the rule allows its name, and else stands under what holds for the first.
struct CandidateRules {
  private let user: AccessRules?
  private let token: AccessRules?
  /// Whether a candidate must be on the list.
  private var userMustList = true
  private var tokenMustList = true

  init(_ caller: Caller) {
    user = caller.user.access
    token = caller.token.access
  }

  var isEmpty: Bool { user?.hasModels != true && token?.hasModels != true }

  func allow(_ candidate: Candidate) -> Bool {
    Self.allows(user?.models, candidate, mustList: userMustList)
      && Self.allows(token?.models, candidate, mustList: tokenMustList)
  }

  /// What comes next is what a mapping leads to.
  ///
  /// `fallback` is the name by which another mapping falls back to it; nil: it was asked for.
  mutating func enter(
    _ mapping: ModelMapping, capture: Substring, fallback: String?, _ snapshot: Snapshot
  ) {
    func isByItself(_ rule: NameRule?) -> Bool {
      fallback.map { name in rule?.verdict(on: name).isAllowed != false } ?? true
    }
    if isByItself(user?.models) {
      userMustList = Self.mentions(user?.models, mapping, capture, snapshot)
    }
    if isByItself(token?.models) {
      tokenMustList = Self.mentions(token?.models, mapping, capture, snapshot)
    }
  }

  private static func allows(_ rule: NameRule?, _ candidate: Candidate, mustList: Bool) -> Bool {
    guard let rule else { return true }
    switch rule.verdict(on: candidate.model, of: candidate.provider.name) {
    case .allowed: return true
    case .denied: return false
    case .notListed: return !mustList
    }
  }

  /// Mappings that lead to mappings are followed so far; beyond, everything must be on the list.
  private static let depthMax = 8

  /// Whether a rule names anything that the mapping leads to; the name of a mapping is a way there
  /// and nothing that serves.
  private static func mentions(
    _ rule: NameRule?, _ mapping: ModelMapping, _ capture: Substring, _ snapshot: Snapshot,
    depth: Int = 0
  ) -> Bool {
    guard let rule else { return false }
    for target in mapping.allTargets {
      guard let provider = snapshot.provider(id: target.providerID) else { continue }
      if rule.verdict(on: target.model(for: capture), of: provider.name).isAllowed {
        return true
      }
    }
    return mapping.definition.fallbacks.contains { fallback in
      guard case .name(let name) = fallback else { return false }
      let next = ModelDefinition.substitute(capture, in: name)
      if depth == depthMax { return true }
      if let (mapping, capture) = snapshot.models.mapping(for: next) {
        return mentions(rule, mapping, capture, snapshot, depth: depth + 1)
      }
      if rule.verdict(on: next).isAllowed { return true }
      guard let (provider, rest) = snapshot.providerNamed(in: next) else { return false }
      return rule.verdict(on: rest, of: provider.name).isAllowed
    }
  }
}
