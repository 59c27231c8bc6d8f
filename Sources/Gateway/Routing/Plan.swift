/// One way to serve a request: a provider and its name for the model.
package struct Candidate: Sendable {
  package let provider: Provider
  /// Empty where the request names no model.
  package let model: String
  /// The levels of keys that may serve it.
  package internal(set) var tiers: Tiers

  package init(provider: Provider, model: String, tiers: Tiers) {
    self.provider = provider
    self.model = model
    self.tiers = tiers
  }
}

/// What a request may try, in order; within a candidate, the levels of its keys as `tiers` says.
package struct Plan: Sendable {
  /// More than this no request tries: its receipt lists them all.
  package static let candidatesMax = Receipt.planMax

  /// As the client asked for it.
  package let model: String?
  package var candidates: [Candidate]
  /// The user's hash where its requests stay on one key.
  package let affinity: UInt64?
  /// The only key that may serve: the request names an id that lives on it.
  package let pinned: Key?
  package let foundBy: Decisions.FoundBy
  /// The order of a mapping's targets was drawn by weight: another request may have another.
  package let isDrawn: Bool
  /// The client brought it: it serves at the first candidate, once, and no key of a pool does.
  package private(set) var own: Key?

  package init(
    model: String?, candidates: [Candidate], affinity: UInt64? = nil, pinned: Key? = nil,
    foundBy: Decisions.FoundBy = .keyLists, isDrawn: Bool = false
  ) {
    self.foundBy = foundBy
    self.isDrawn = isDrawn
    self.model = model
    self.candidates = candidates
    self.affinity = affinity
    self.pinned = pinned
  }

  /// The same request with a key that its client brought: at the route's provider alone.
  package func served(by key: OwnKey) -> Plan {
    var plan = self
    plan.candidates = Array(candidates.prefix(1))
    plan.own = candidates.first.map { Key(own: key, at: $0.provider) }
    return plan
  }
}
