package import Providers

/// The endpoints that a user or a token may use: names as in the ledger, and patterns; `!` denies.
///
/// `chat/completions`, `audio/*`, `!embeddings`, `passthrough`; a path as clients write it, such as
/// `/v1/messages`, means the same. An empty list allows nothing; a list of denials alone allows
/// every other endpoint but passthrough, which has to be named.
package struct EndpointRule: Hashable, Sendable {
  /// As the record has them.
  package let texts: [String]
  /// With the first entry that says so.
  private let allowed: [Endpoint: String]
  private let denied: [Endpoint: String]
  private let allowsOthers: Bool

  /// Throws the first entry that means no endpoint.
  package init(_ texts: [String]) throws(RuleEntryError) {
    var (allowed, denied): ([Endpoint: String], [Endpoint: String]) = ([:], [:])
    for text in texts {
      let endpoints = Self.endpoints(of: text)
      guard !endpoints.isEmpty else { throw RuleEntryError(entry: text) }
      let entries = endpoints.map { ($0, text) }
      if text.hasPrefix("!") {
        denied.merge(entries) { first, _ in first }
      } else {
        allowed.merge(entries) { first, _ in first }
      }
    }
    self.texts = texts
    self.allowed = allowed
    self.denied = denied
    allowsOthers = allowed.isEmpty && !denied.isEmpty
  }

  package func verdict(on endpoint: Endpoint) -> RuleVerdict {
    if let entry = denied[endpoint] { return .denied(by: entry) }
    if let entry = allowed[endpoint] { return .allowed(by: entry) }
    return allowsOthers && endpoint != .passthrough ? .allowed(by: nil) : .notListed
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
