package import Providers

/// How one attempt ended; the shell reports exactly one for each, as soon as it is known.
///
/// `served` is reported when content begins to flow; a break after that is reported on top of it
/// as `cutAfterContent`.
package enum AttemptEnd: Equatable, Sendable {
  /// The answer is good and on its way to the client.
  case served
  /// The provider answered; the dialect's table says what it means.
  case answered(AnswerClass)
  /// No connection: refused, unreachable, no such host, or not within the time.
  case connectFailed
  case tlsFailed
  /// No answer within the time.
  ///
  /// - Parameter billable: It may have been carried out and billed, so it is not sent again.
  case timedOut(billable: Bool)
  /// The connection ended, or the answer was garbage, before content was relayed.
  case brokeOff
  /// The same after content was relayed.
  case cutAfterContent
  /// The client left: nothing was learned of the provider.
  case clientLeft

  /// Whether the provider failed as a provider, and with a timeout.
  package var isProviderFailure: Bool {
    switch self {
    case .answered(.providerFailing), .connectFailed, .tlsFailed, .timedOut, .brokeOff,
      .cutAfterContent:
      true
    case .served, .answered, .clientLeft: false
    }
  }

  package var isTimeout: Bool {
    if case .timedOut = self { true } else { false }
  }

  /// Whether the request has its answer, or nobody waits for one any more.
  package var isFinal: Bool {
    switch self {
    case .served, .answered(.success), .answered(.clientFault), .cutAfterContent, .clientLeft:
      true
    case .timedOut(let billable): billable
    case .answered, .connectFailed, .tlsFailed, .brokeOff: false
    }
  }
}
