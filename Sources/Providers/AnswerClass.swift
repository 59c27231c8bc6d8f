/// What an upstream answer means for failover; the class decides what happens next.
package enum AnswerClass: Equatable, Sendable {
  /// Relayed to the client.
  case success
  /// The client's fault: returned as it is, nothing is retried.
  case clientFault
  /// This key cannot do this model: the pair rests for a while; next key.
  case keyCannotServeModel
  /// (key, model) cools; next key at once. Nil: exponentially from 1 s.
  case rateLimited(retryAfter: Duration?)
  /// The key rests until a validation says otherwise; next key.
  case outOfMoney
  /// 401 and kin: next key; a background probe decides.
  case keySuspect
  /// 5xx, 529 and kin: next key; circuits per key and per provider.
  case providerFailing(retryAfter: Duration?)
}
