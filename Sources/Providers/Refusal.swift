/// Why a request is answered by us and not by a provider.
///
/// Each case carries only what the client may see; status, code and wording are made in this
/// target alone, so that a refusal never differs between endpoints. DESIGN section 7, "Refusals".
package enum Refusal: Error, Equatable, Sendable {
  // 401
  case missingToken
  case unknownToken
  case tokenExpired
  /// The provider does not accept the key that the client brought.
  case upstreamKeyRefused
  // 403
  case userSuspended
  case ipNotAllowed
  case endpointNotAllowed(endpoint: String)
  case modelNotAllowed(model: String)
  // 402
  case budgetSpent(String)
  case costNotBounded(what: String)
  case modelNotPriced(model: String)
  /// The account of the key that the client brought has no money left.
  case upstreamKeySpent
  // 404, 405
  case modelNotFound(model: String)
  /// There are keys for it, and their provider does not have it, or not for them.
  case modelNotServed(model: String)
  case routeNotFound
  case resourceNotFound(id: String)
  case methodNotAllowed(allowed: String)
  // 400
  case malformed(String)
  // 413, 431
  case bodyTooLarge(limitBytes: Int)
  case headTooLarge(limitBytes: Int)
  // 408, 501, 505: the connection, not the request
  case requestTimeout
  case notImplemented(String)
  case versionNotSupported
  // 429
  case rateLimited(limit: String, retryAfterSeconds: Int)
  case aboveLimit(limit: String, amount: Int64)
  case allCooling(retryAfterSeconds: Int)
  /// The provider's limit of the key that the client brought.
  case upstreamKeyLimited(retryAfterSeconds: Int)
  // 502, 503, 504
  case upstreamExhausted
  case upstreamTimeout
  case noUsableKey(model: String)
  /// There are keys, but the levels of user, token or request leave none.
  case noKeyOfLevel(model: String)
  /// What was under way was broken off because the rules of its caller have changed.
  case rulesChanged
  case overloaded(String)
  case draining
}
