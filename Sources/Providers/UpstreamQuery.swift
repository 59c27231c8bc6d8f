import HTTP

/// The query of a request to a provider: the client's, without credentials, and what we add.
enum UpstreamQuery {
  /// Appends `?…`, or nothing where nothing remains.
  ///
  /// `query` is the client's without its `?`; `keySecret` our key, for a provider that takes it in
  /// the query.
  static func append(
    _ query: Span<UInt8>?, route: Route, profile: ProviderProfile, keySecret: [UInt8],
    to out: inout [UInt8]
  ) {
    var joint = UInt8(ascii: "?")
    var hasVersion = false
    if let query {
      var parameters = QueryParameters()
      while let parameter = parameters.next(in: query) {
        let name = query.extracting(parameter.name)
        if isCredential(name, profile) { continue }
        if name.equals("api-version") {
          guard keepsVersion(query.extracting(parameter.value), route, profile) else { continue }
          hasVersion = true
        }
        out.append(joint)
        out.append(query.extracting(parameter.whole))
        joint = UInt8(ascii: "&")
      }
    }
    if let version = profile.apiVersion, !hasVersion, profile.dialect == .openai {
      out.append(joint)
      out.append("api-version=")
      out.append(ascii: version)
      joint = UInt8(ascii: "&")
    }
    if case .query(let name) = profile.auth {
      out.append(joint)
      out.append(ascii: name)
      out.append(UInt8(ascii: "="))
      PathCoding.appendSegment(keySecret, to: &out)
    }
  }

  /// The names under which services take a credential in a query: none of the client's goes up.
  private static func isCredential(_ name: Span<UInt8>, _ profile: ProviderProfile) -> Bool {
    if case .query(let ours) = profile.auth, PathCoding.decodesTo(ours, name) { return true }
    // What is longer cannot be one of them, even with every byte escaped.
    guard name.count <= 48 else { return false }
    for credential in credentials where PathCoding.decodesTo(credential, name) { return true }
    return false
  }

  private static let credentials = [
    "key", "$key", "api_key", "api-key", "apikey", "apiKey", "x-api-key", "x-goog-api-key",
    "access_token", "$access_token", "oauth_token", "bearer_token", "authorization",
    "subscription-key",
  ]

  /// Whether the client's `api-version` goes up.
  ///
  /// A date does, to a provider whose paths are versioned by date. A passthrough keeps what it has.
  private static func keepsVersion(
    _ version: Span<UInt8>, _ route: Route, _ profile: ProviderProfile
  ) -> Bool {
    if route.endpoint == .passthrough { return true }
    return profile.pathForm == .azureDeployments && version.hasBytes("20", at: 0)
  }
}
