package import Providers

/// The phase that finds out who asks, from the digest of the token in the request's head.
package enum Authentication {
  /// Who sent the token of this keyed digest, at a wall time in Unix milliseconds.
  ///
  /// The digest is compared in constant time.
  package static func authenticate(
    digest: TokenDigestBytes, snapshot: Snapshot, nowMilliseconds: Int64
  ) throws(Refusal) -> Caller {
    guard let caller = snapshot.caller(digest: digest) else { throw .unknownToken }
    try check(caller.token, nowMilliseconds: nowMilliseconds)
    return caller
  }

  /// Whether a token of ours is still good.
  ///
  /// One that is revoked is refused as an unknown one is: a stranger learns nothing.
  package static func check(_ token: Token, nowMilliseconds: Int64) throws(Refusal) {
    guard token.isActive else { throw .unknownToken }
    if let end = token.expiresAtMilliseconds, end <= nowMilliseconds { throw .tokenExpired }
  }
}
