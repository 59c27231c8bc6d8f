package import Providers

/// What a user may do; absent lists are no rules, empty lists allow nothing.
package struct AccessRules: Equatable, Sendable {
  /// Models that may be asked for.
  package var models: NameList?
  /// Endpoints by their names in the ledger (`chat/completions`, `passthrough`).
  package var endpoints: NameList?

  package init(models: NameList? = nil, endpoints: NameList? = nil) {
    self.models = models
    self.endpoints = endpoints
  }

  package var isEmpty: Bool { models == nil && endpoints == nil }
}

/// The phase that decides whether a caller may ask for this at all; every route passes it.
package enum AccessControl {
  /// On the head alone: the user's status and the endpoint.
  package static func authorize(_ caller: Caller, endpoint: Endpoint) throws(Refusal) {
    guard caller.user.isActive else { throw .userSuspended }
    let rules = caller.user.access
    // Passthrough reaches every path of a provider, so that any rule closes it until it is granted.
    let isOpen = endpoint == .passthrough ? rules.isEmpty : rules.endpoints == nil
    guard isOpen || rules.endpoints?.contains(endpoint.rawValue) == true else {
      throw .endpointNotAllowed(endpoint: endpoint.rawValue)
    }
  }

  /// Once the body is read: the model; nil, where none could be read, is refused by any rule.
  package static func authorize(_ caller: Caller, model: String?) throws(Refusal) {
    guard let models = caller.user.access.models else { return }
    guard let model, models.contains(model) else { throw .modelNotAllowed(model: model ?? "") }
  }
}
