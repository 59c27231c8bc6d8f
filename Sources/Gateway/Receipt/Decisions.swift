package import Providers

/// Which rule decided each phase of a request; the receipt and `explain` show it.
///
/// Made on the way without making a text: that is for whoever reads it, or for who is refused.
package struct Decisions: Equatable, Sendable {
  /// What access control had to look at.
  package enum Access: String, Sendable, CaseIterable {
    /// Neither the user nor the token has rules.
    case noRules = "no_rules"
    /// Rules there are, and they allow it, unless `refusedBy` says otherwise.
    case rules
  }

  /// An entry by which access control has allowed the request.
  package struct Grant: Equatable, Sendable {
    /// A list of the record's, by its field.
    package enum List: String, Sendable, CaseIterable { case ips, endpoints, models }

    package let list: List
    /// Whose list: the token's, or the user's.
    package let isOfToken: Bool
    /// As it is written; nil: the list holds denials alone, and none applies.
    package let entry: String?

    package init(list: List, isOfToken: Bool, entry: String?) {
      self.list = list
      self.isOfToken = isOfToken
      self.entry = entry
    }

    package var text: String {
      let list = "\(isOfToken ? "token" : "user") \(list.rawValue)"
      return entry.map { "\(list) '\($0)'" } ?? "\(list), none of which denies it"
    }
  }

  /// Each list of user and token is asked once.
  package static let grantsMax = 2 * Grant.List.allCases.count

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

  /// Which level of keys serves, and who said so: of what the router has found first.
  package enum Level: Equatable, Sendable {
    case user(Int)
    /// The mapping's, where that is not the user's.
    case mapping(Int)
    case token(Int)
    /// The header `x-appliance-level`.
    case header(Int)

    package var text: String {
      switch self {
      case .user(let level): "level \(level) of the user"
      case .mapping(let level): "level \(level) of the mapping"
      case .token(let level): "lowered to level \(level) by the token"
      case .header(let level): "lowered to level \(level) by x-appliance-level"
      }
    }
  }

  /// What the limits and budgets of user and token have said.
  package enum Admission: Equatable, Sendable {
    /// None counts the request.
    case unlimited
    case allowed
    /// The rule, in words for the operator.
    case refusedBy(String)

    package var text: String {
      switch self {
      case .unlimited: "no limits and no budgets"
      case .allowed: "allowed by the limits and budgets of user and token"
      case .refusedBy(let rule): rule
      }
    }
  }

  /// Nil: the request did not get so far.
  package var access: Access?
  /// By which entries user and token allow it, in the order in which they were asked.
  package var grants: [Grant] = []
  /// The rule that refused it, in words for the operator; nil: none did.
  package var refusedBy: String?
  package var foundBy: FoundBy?
  /// Nil: it did not get so far, or its key is not chosen by level.
  package var level: Level?
  package var admission: Admission?

  package init() {}

  /// Takes note of a refusal that no single rule has made: the router's, when all that a name leads
  /// to is refused.
  package mutating func note(_ refusal: Refusal) {
    switch refusal {
    case .modelNotAllowed(let model):
      if refusedBy == nil { refusedBy = "models: nothing that '\(model)' leads to is allowed" }
    case .modelNotPriced:
      if admission == nil { admission = .refusedBy("setting 'unpriced': refuse") }
    default: break
    }
  }

  /// Takes note of a refusal that a caller's token or levels have made; others are not noted.
  package mutating func note(_ refusal: Refusal, of caller: Caller) {
    let (user, token) = (caller.user, caller.token)
    switch refusal {
    case .unknownToken: refusedBy = "token '\(user.name)/\(token.label)': suspended"
    case .tokenExpired:
      let end = token.expiresAtMilliseconds.map { " at \(Timestamp.text($0))" } ?? ""
      refusedBy = "token '\(user.name)/\(token.label)': expired\(end)"
    case .noKeyOfLevel(let model):
      refusedBy =
        "levels: no key for '\(model)' is on one that the request may use \(Self.levels(of: caller))"
    default: break
    }
  }

  /// Takes note of a refusal that the router has made.
  ///
  /// Whoever asks for a model that only keys of other levels serve is told that there is none; the
  /// operator is told which they are.
  package mutating func note(
    _ refusal: Refusal, of caller: Caller, to question: Router.Question, _ snapshot: Snapshot
  ) {
    guard case .modelNotFound = refusal else { return note(refusal, of: caller) }
    guard
      let (provider, key, model) = Router.keyOfAnotherLevel(
        question, caller: caller, snapshot: snapshot)
    else { return }
    let serves = key.models == nil ? "serves any model" : "serves '\(model)'"
    refusedBy =
      "levels: key '\(provider.name)/\(key.label)' \(serves) and is on level \(key.level), "
      + "which the request may not use \(Self.levels(of: caller))"
  }

  /// All that says which levels a caller may use.
  private static func levels(of caller: Caller) -> String {
    let user = caller.user
    var parts = ["user level \(user.level)", "failover \(user.failover.rawValue)"]
    if let levels = user.allowedLevels {
      let list = levels.map(String.init).joined(separator: " ")
      parts.append("allow_levels \(list.isEmpty ? "none" : list)")
    }
    if let level = caller.token.level { parts.append("token level \(level)") }
    if let level = caller.requestedLevel { parts.append("x-appliance-level \(level)") }
    return "(\(parts.joined(separator: ", ")))"
  }

  /// The rule that refused it, whichever phase that was in; nil: none did.
  package var refusal: String? {
    if case .refusedBy(let rule) = admission { return rule }
    return refusedBy
  }

  private var allowance: String {
    guard !grants.isEmpty else { return "allowed by the rules of user and token" }
    return "allowed by \(grants.map(\.text).joined(separator: ", "))"
  }

  /// Phase and rule, in the order of the phases.
  package var list: [(phase: String, rule: String)] {
    var list: [(phase: String, rule: String)] = []
    if let refusedBy {
      list.append(("authorize", refusedBy))
    } else if let access {
      list.append(("authorize", access == .noRules ? "no rules" : allowance))
    }
    if let foundBy { list.append(("route", foundBy.text)) }
    if let level { list.append(("level", level.text)) }
    if let admission { list.append(("admit", admission.text)) }
    return list
  }
}
