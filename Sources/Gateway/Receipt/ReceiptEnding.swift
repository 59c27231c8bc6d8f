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
  /// The provider ended its answer with an error that the client has seen: after content, or for the
  /// client's own fault.
  case errorEvent = "error_event"

  /// Whether it says what became of the provider once nobody waited for it any more.
  private var isOfLeaving: Bool {
    switch self {
    case .clientLeft, .drained, .drainCapped, .providerBrokeOff, .revoked: true
    case .providerSilent, .errorEvent: false
    }
  }

  /// Whether such a word is among these anomalies.
  fileprivate static func saysLeaving(_ anomalies: [String]) -> Bool {
    anomalies.contains { ReceiptEnding(rawValue: $0)?.isOfLeaving == true }
  }
}

extension Receipt {
  /// Says what befell the answer; each ending is said once.
  package mutating func note(_ ending: ReceiptEnding) {
    if !anomalies.contains(ending.rawValue) { anomalies.append(ending.rawValue) }
  }

  /// Says `ending` of a request that was abandoned, unless it is said already how it was.
  package mutating func noteLeaving(_ ending: @autoclosure () -> ReceiptEnding) {
    guard outcome == .abandoned, !ReceiptEnding.saysLeaving(anomalies) else { return }
    note(ending())
  }
}
