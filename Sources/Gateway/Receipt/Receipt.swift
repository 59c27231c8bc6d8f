package import Providers

/// The full account of one finished request, refused and failed ones included.
///
/// Made once, at the end of an exchange; the ledger keeps a row of it.
///
/// What is bounded, and how: `plan` has at most `planMax` candidates; `trail` lists
/// `trailMax` attempts, the first ones and the last, while `attempts` counts all; `bill` has at most
/// `ReceiptBill.linesMax` lines, the last of which stands for all further ones. Names are those of
/// records; a model's name is what a client sent, at most `RequestFacts.modelBytesMax` bytes.
/// `anomalies` are short codes and sentences of ours; the ledger keeps the first 32.
package struct Receipt: Equatable, Sendable {
  /// How many candidates a plan may have, so that all are listed.
  package static let planMax = 32
  /// How many attempts are listed; further ones are counted.
  package static let trailMax = 64

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
    /// The appliance itself died while the request was under way; what it used is an estimate.
    case crashed
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
  /// The client brought the key, and whoever owns it pays: `key` is `user:` and a part of its
  /// fingerprint, and no budget of ours is charged.
  package var usesOwnKey = false
  package var level: Int?
  /// Which rule decided each phase.
  package var decisions = Decisions()
  /// How the limits and budgets that count it stood, before and after.
  package var readings = AccountReadings()
  /// How many attempts there were, listed or not.
  package var attempts: Int = 0
  /// What it might have tried, in order; empty for what never had a plan.
  package var plan: [ReceiptCandidate] = []
  /// The attempts in their order; see `append`.
  package private(set) var trail: [ReceiptAttempt] = []
  /// How long it stood in line for keys that cooled, all waits together.
  package var waitMilliseconds: Int64 = 0
  /// The HTTP status that the client got; 0 if it got none.
  package var status: Int = 0
  package var isStream = false
  package var outcome: Outcome = .refused
  package var usage = Usage()
  package var usageSource: UsageSource = .none
  /// In nano-dollars; nil: unknown or unpriced, and `anomalies` says why.
  package var costNanoUSD: Int64?
  /// The price table in force when the request began, by which its answer is priced.
  package var priceVersion: String?
  /// What a whole answer that states no usage would cost by the estimate of it: budgets count that.
  ///
  /// Known at its end alone, and not stored.
  package var unstatedCostNanoUSD: Int64?
  /// The arithmetic behind `costNanoUSD`; nil where nothing was priced.
  package var bill: ReceiptBill?
  package var anomalies: [String] = []
  /// What it adds to the spend of its user and token; nil if it was not admitted.
  ///
  /// Goes into the journal with the admission, then as an estimate, and with the end.
  package var charge: Charge?
  /// Milliseconds to the first byte of content; nil if none came.
  package var timeToFirstTokenMilliseconds: Int64?
  package var durationMilliseconds: Int64 = 0

  package init(requestID: String, startedAtMilliseconds: Int64) {
    self.requestID = requestID
    self.startedAtMilliseconds = startedAtMilliseconds
  }

  /// Lists an attempt; does not count it.
  ///
  /// From the 65th on only the last one stays, for it is the one that served or that gave up.
  package mutating func append(_ attempt: ReceiptAttempt) {
    if trail.count >= Self.trailMax { trail.removeLast() }
    trail.append(attempt)
  }

  /// The attempt under way, or the one that ended the request; setting it changes nothing where
  /// there is none.
  package var lastAttempt: ReceiptAttempt? {
    get { trail.last }
    set {
      guard let newValue, !trail.isEmpty else { return }
      trail[trail.count - 1] = newValue
    }
  }

  /// What all attempts together that were left may have cost beyond `costNanoUSD`.
  package var possibleCostNanoUSD: Int64 {
    trail.reduce(0) { sum, attempt in
      let (next, overflow) = sum.addingReportingOverflow(attempt.possibleCostNanoUSD ?? 0)
      return overflow ? .max : next
    }
  }
}
