package import Providers

/// The full account of one finished request, refused and failed ones included.
///
/// Made once, at the end of an exchange; the ledger keeps a row of it.
package struct Receipt: Sendable {
  /// How the request ended.
  package enum Outcome: String, Sendable, CaseIterable {
    /// A provider's whole answer reached the client.
    case served
    /// A provider refused it for the client's own fault; its answer was passed on.
    case rejected
    /// Refused by us before any attempt.
    case refused
    /// Nothing could serve it.
    case failed
    /// The client left before the end.
    case abandoned
    /// The provider broke off after content had been relayed.
    case cut
  }

  /// Where the usage comes from.
  package enum UsageSource: String, Sendable, CaseIterable {
    case reported
    case estimated
    case none
  }

  package var requestID: String
  /// Unix time, milliseconds.
  package var startedAtMilliseconds: Int64
  package var user: String?
  package var token: String?
  package var dialect: Dialect?
  /// `Endpoint.rawValue`, or nil for an unknown route.
  package var endpoint: Endpoint?
  /// As the client asked for it.
  package var model: String?
  package var upstreamModel: String?
  package var provider: String?
  /// The label of the key that served or was last tried.
  package var key: String?
  package var level: Int?
  package var attempts: Int = 0
  /// The HTTP status that the client got; 0 if it got none.
  package var status: Int = 0
  package var isStream = false
  package var outcome: Outcome = .refused
  package var usage = Usage()
  package var usageSource: UsageSource = .none
  /// In nano-dollars; nil: unknown or unpriced, and `anomalies` says why.
  package var costNanoUSD: Int64?
  package var anomalies: [String] = []
  /// Milliseconds to the first byte of content; nil if none came.
  package var timeToFirstTokenMilliseconds: Int64?
  package var durationMilliseconds: Int64 = 0

  package init(requestID: String, startedAtMilliseconds: Int64) {
    self.requestID = requestID
    self.startedAtMilliseconds = startedAtMilliseconds
  }
}
