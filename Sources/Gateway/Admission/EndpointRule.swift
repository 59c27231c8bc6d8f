package import Providers

/// The endpoints that a user or a token may use: names as in the ledger, and patterns; `!` denies.
///
/// `chat/completions`, `audio/*`, `!embeddings`, `passthrough`; a path as clients write it, such as
/// `/v1/messages`, means the same. An empty list allows nothing; a list of denials alone allows
/// every other endpoint but passthrough, which has to be named.
package struct EndpointRule: Hashable, Sendable {
  /// As the record has them.
  package let texts: [String]
  private let allowed: Set<Endpoint>
  private let denied: Set<Endpoint>

  /// Throws the first entry that means no endpoint.
  package init(_ texts: [String]) throws(RuleEntryError) {
    var (allowed, denied): (Set<Endpoint>, Set<Endpoint>) = ([], [])
    for text in texts {
      let endpoints = Self.endpoints(of: text)
      guard !endpoints.isEmpty else { throw RuleEntryError(entry: text) }
      if text.hasPrefix("!") { denied.formUnion(endpoints) } else { allowed.formUnion(endpoints) }
    }
    if allowed.isEmpty, !denied.isEmpty {
      allowed = Set(Endpoint.allCases).subtracting([.passthrough])
    }
    self.texts = texts
    self.allowed = allowed
    self.denied = denied
  }

  package func verdict(on endpoint: Endpoint) -> RuleVerdict {
    if denied.contains(endpoint) {
      let entry = texts.first { $0.hasPrefix("!") && Self.endpoints(of: $0).contains(endpoint) }
      return .denied(by: entry ?? "!")
    }
    return allowed.contains(endpoint) ? .allowed : .notListed
  }

  /// The endpoint that a name or a path means; nil for a pattern and for what is unknown.
  package static func endpoint(named name: String) -> Endpoint? {
    let found = name.hasPrefix("!") ? [] : endpoints(of: name)
    return found.count == 1 ? found.first : nil
  }

  /// The endpoints that an entry means, its `!` aside.
  private static func endpoints(of entry: String) -> [Endpoint] {
    var name = entry.hasPrefix("!") ? entry.dropFirst() : entry[...]
    for prefix in ["/v1/", "/v1beta/", "/"] where name.hasPrefix(prefix) {
      name = name.dropFirst(prefix.utf8.count)
      break
    }
    guard let pattern = NamePattern(String(name)) else { return [] }
    return Endpoint.allCases.filter { pattern.matches($0.rawValue) }
  }
}
