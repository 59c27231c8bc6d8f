package import Providers

/// The phase that decides whether a caller may ask for this at all; every route passes it.
///
/// The user's rules and the token's must both allow: a token only narrows. A user without rules
/// costs two looks at nothing.
package enum AccessControl {
  /// A refusal and the rule that made it, in words for the operator: the client never sees those.
  package struct Denial: Equatable, Sendable {
    package let refusal: Refusal
    package let rule: String
  }

  /// Decides on the head alone: the user's status, the address and the endpoint.
  ///
  /// `address` is asked only where a rule needs it; nil is an address that nobody knows. `note` is
  /// told which entries allow it.
  package static func denial(
    _ caller: Caller, endpoint: Endpoint, noting note: (Decisions.Grant) -> Void = { _ in },
    address: () -> IPAddress?
  ) -> Denial? {
    guard caller.user.isActive else {
      return Denial(refusal: .userSuspended, rule: "\(Holder.user.word(caller)): suspended")
    }
    guard caller.user.access != nil || caller.token.access != nil else { return nil }
    if caller.user.access?.addresses != nil || caller.token.access?.addresses != nil {
      let address = address()
      for holder in Holder.allCases {
        guard let rule = holder.rules(caller)?.addresses else { continue }
        let verdict = rule.verdict(on: address)
        guard case .allowed(let entry) = verdict else {
          guard address != nil else {
            return Denial(
              refusal: .ipNotAllowed, rule: "\(holder.word(caller)) ips: no address is known")
          }
          return holder.denial(caller, .ipNotAllowed, .ips, verdict, of: address?.description)
        }
        note(holder.grant(.ips, entry))
      }
    }
    // What a user has given it may take back at any time.
    if endpoint == .ownKeys { return nil }
    for holder in Holder.allCases {
      guard let rules = holder.rules(caller) else { continue }
      // Passthrough reaches every path of a provider: any rule closes it until it is granted.
      guard let rule = rules.endpoints else {
        guard endpoint == .passthrough else { continue }
        return holder.denial(
          caller, .endpointNotAllowed(endpoint: endpoint.rawValue), .endpoints, .notListed)
      }
      let verdict = rule.verdict(on: endpoint)
      guard case .allowed(let entry) = verdict else {
        return holder.denial(
          caller, .endpointNotAllowed(endpoint: endpoint.rawValue), .endpoints, verdict)
      }
      note(holder.grant(.endpoints, entry))
    }
    return nil
  }

  /// Decides on the model asked for, once it has been read; its candidates are the router's.
  ///
  /// Nil is a model that nobody could read, which any rule refuses, except where the request only
  /// fetches or deletes what the user has made (`response`): there an empty list alone refuses.
  package static func denial(
    _ caller: Caller, model: String?, endpoint: Endpoint, passthroughProvider: String? = nil,
    snapshot: Snapshot, noting note: (Decisions.Grant) -> Void = { _ in }
  ) -> Denial? {
    guard caller.user.access?.hasModels == true || caller.token.access?.hasModels == true else {
      return nil
    }
    for holder in Holder.allCases {
      guard let rule = holder.rules(caller)?.models else { continue }
      guard let model else {
        if endpoint == .response, !rule.texts.isEmpty { continue }
        return holder.denial(caller, .modelNotAllowed(model: ""), .models, .notListed)
      }
      let verdict = verdict(of: rule, on: model, passthroughProvider, caller, snapshot)
      guard case .allowed(let entry) = verdict else {
        return holder.denial(caller, .modelNotAllowed(model: model), .models, verdict)
      }
      note(holder.grant(.models, entry))
    }
    return nil
  }

  /// A name that no mapping has and whose first segment names a provider is that provider's model.
  private static func verdict(
    of rule: NameRule, on model: String, _ passthroughProvider: String?, _ caller: Caller,
    _ snapshot: Snapshot
  ) -> RuleVerdict {
    if let provider = passthroughProvider { return rule.verdict(on: model, of: provider) }
    if caller.user.modelMap?.mapping(for: model) == nil,
      snapshot.models.mapping(for: model) == nil,
      let (provider, rest) = snapshot.providerNamed(in: model)
    {
      return rule.verdict(on: rest, of: provider.name)
    }
    return rule.verdict(on: model)
  }

  /// Whose rules, in the order in which they are asked.
  private enum Holder: CaseIterable {
    case user
    case token

    func rules(_ caller: Caller) -> AccessRules? {
      switch self {
      case .user: caller.user.access
      case .token: caller.token.access
      }
    }

    func word(_ caller: Caller) -> String {
      switch self {
      case .user: "user '\(caller.user.name)'"
      case .token: "token '\(caller.user.name)/\(caller.token.label)'"
      }
    }

    func denial(
      _ caller: Caller, _ refusal: Refusal, _ list: Decisions.Grant.List, _ verdict: RuleVerdict,
      of asked: String? = nil
    ) -> Denial {
      let why =
        switch verdict {
        case .denied(let entry): "denied by '\(entry)'"
        case .notListed, .allowed: "not in the list"
        }
      let what = asked.map { "'\($0)' " } ?? ""
      return Denial(refusal: refusal, rule: "\(word(caller)) \(list.rawValue): \(what)\(why)")
    }

    func grant(_ list: Decisions.Grant.List, _ entry: String?) -> Decisions.Grant {
      Decisions.Grant(list: list, isOfToken: self == .token, entry: entry)
    }
  }
}
