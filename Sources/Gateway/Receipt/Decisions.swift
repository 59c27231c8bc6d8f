package import Providers

/// Which rule decided each phase of a request; the receipt and `explain` show it.
///
/// Made on the way without making a text: that is for whoever reads it.
package struct Decisions: Equatable, Sendable {
  /// What access control had to look at.
  package enum Access: String, Sendable, CaseIterable {
    /// Neither the user nor the token has rules.
    case noRules = "no_rules"
    /// Rules there are, and they allow it, unless `refusedBy` says otherwise.
    case rules
  }

  /// How the name that the client asked for was found.
  package enum FoundBy: Equatable, Sendable {
    /// A name of the user's own.
    case userMap(String)
    case mapping(String)
    /// `provider/model`.
    case provider(String)
    /// The keys that list the model, or that list none.
    case keyLists
    case passthrough(String)
    /// An id that the request names lives on this key.
    case namedID(key: String)

    package var text: String {
      switch self {
      case .userMap(let name): "the user's own name '\(name)'"
      case .mapping(let name): "mapping '\(name)'"
      case .provider(let name): "provider '\(name)' named by the model"
      case .keyLists: "models that keys list"
      case .passthrough(let name): "provider '\(name)' named by the path"
      case .namedID(let key): "an id that lives on key '\(key)'"
      }
    }
  }

  /// Nil: the request did not get so far.
  package var access: Access?
  /// The rule that refused it, in words for the operator; nil: none did.
  package var refusedBy: String?
  package var foundBy: FoundBy?

  package init() {}

  /// Takes note of a refusal that no single rule has made: the router's, when all that a name leads
  /// to is refused.
  package mutating func note(_ refusal: Refusal) {
    guard refusedBy == nil, case .modelNotAllowed(let model) = refusal else { return }
    refusedBy = "models: nothing that '\(model)' leads to is allowed"
  }

  /// Phase and rule, in the order of the phases.
  package var list: [(phase: String, rule: String)] {
    var list: [(phase: String, rule: String)] = []
    if let refusedBy {
      list.append(("authorize", refusedBy))
    } else if let access {
      list.append(
        ("authorize", access == .noRules ? "no rules" : "allowed by the rules of user and token"))
    }
    if let foundBy { list.append(("route", foundBy.text)) }
    return list
  }
}
