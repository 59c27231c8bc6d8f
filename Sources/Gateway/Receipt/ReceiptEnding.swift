/// What befell an answer that did not go its whole way, as a fixed code among a receipt's
/// anomalies.
///
/// The receipt's outcome says that it was cut or abandoned; this says how.
package enum ReceiptEnding: String, Sendable, CaseIterable {
  /// The client left, and the provider was left at once.
  case clientLeft = "client_left"
  /// The client left; the provider was heard to its end.
  case drained = "client_left_drained"
  /// The client left; the provider was heard, but did not end within the cap.
  case drainCapped = "client_left_drain_capped"
  /// The provider closed or broke its connection.
  case providerBrokeOff = "provider_broke_off"
  /// The provider said nothing for too long.
  case providerSilent = "provider_silent"
  /// The operator has broken it off: the token was revoked or the user suspended.
  case revoked = "cut_by_operator"
  /// The provider ended its answer with an error after content, which the client has seen.
  case errorEvent = "error_event"
}
