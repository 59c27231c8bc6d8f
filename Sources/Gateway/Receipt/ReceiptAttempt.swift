/// One candidate of a request's plan, as its receipt keeps it.
package struct ReceiptCandidate: Equatable, Sendable {
  package var provider: String
  /// The provider's name for the model; empty where the request names none.
  package var model: String
  /// The best level of keys there that the caller may use; nil: there is none.
  package var level: Int?

  package init(provider: String, model: String, level: Int?) {
    self.provider = provider
    self.model = model
    self.level = level
  }
}

/// One attempt of a request, as its receipt keeps it.
package struct ReceiptAttempt: Equatable, Sendable {
  /// Why it was left, or that it served.
  ///
  /// The raw values are stored: never reuse one.
  package enum End: UInt8, Sendable, CaseIterable {
    case served = 0
    case clientFault = 1
    case keyCannotServeModel = 2
    case rateLimited = 3
    case outOfMoney = 4
    case keySuspect = 5
    case providerFailing = 6
    case connectFailed = 7
    case tlsFailed = 8
    /// It may have been carried out and billed: it was not sent again.
    case timedOutBillable = 9
    case timedOut = 10
    case brokeOff = 11
    case cutAfterContent = 12
    case clientLeft = 13
  }

  package var provider: String
  /// The provider's name for the model; empty where the request names none.
  package var model: String
  /// The label of the key.
  package var key: String
  package var level: Int
  /// How long the request stood in line for a key before this attempt.
  package var waitMilliseconds: Int64
  /// From its beginning to the verdict: the first content of a good answer, or why it was left.
  package var durationMilliseconds: Int64 = 0
  /// The provider's HTTP status; 0: no head of an answer came.
  package var status: Int = 0
  package var end: End = .clientLeft
  /// The rest that the provider asked for, where it said one.
  package var retryAfterMilliseconds: Int64?
  /// An estimate of what the provider may bill for it though it has no part in the request's cost;
  /// nil: nothing, or nobody can tell.
  package var possibleCostNanoUSD: Int64?

  package init(
    provider: String, model: String, key: String, level: Int, waitMilliseconds: Int64
  ) {
    self.provider = provider
    self.model = model
    self.key = key
    self.level = level
    self.waitMilliseconds = waitMilliseconds
  }
}

extension ReceiptAttempt {
  /// Whether the provider may bill it though it has no answer to show for it.
  package var mayBeBilled: Bool {
    switch end {
    case .timedOutBillable, .timedOut, .brokeOff, .cutAfterContent, .clientLeft: true
    case .served, .clientFault, .keyCannotServeModel, .rateLimited, .outOfMoney, .keySuspect,
      .providerFailing, .connectFailed, .tlsFailed:
      false
    }
  }
}

extension ReceiptAttempt.End {
  /// A word for scripts.
  package var code: String {
    switch self {
    case .served: "served"
    case .clientFault: "client_fault"
    case .keyCannotServeModel: "key_cannot_serve_model"
    case .rateLimited: "rate_limited"
    case .outOfMoney: "out_of_money"
    case .keySuspect: "key_suspect"
    case .providerFailing: "provider_failing"
    case .connectFailed: "connect_failed"
    case .tlsFailed: "tls_failed"
    case .timedOutBillable: "timed_out_billable"
    case .timedOut: "timed_out"
    case .brokeOff: "broke_off"
    case .cutAfterContent: "cut_after_content"
    case .clientLeft: "client_left"
    }
  }

  /// What happened, for a person.
  package var text: String {
    switch self {
    case .served: "served"
    case .clientFault: "the provider refused it for the client's own fault"
    case .keyCannotServeModel: "this key cannot use this model"
    case .rateLimited: "the key's rate limit is reached"
    case .outOfMoney: "the key's account has no money left"
    case .keySuspect: "the provider did not accept the key"
    case .providerFailing: "the provider failed"
    case .connectFailed: "no connection"
    case .tlsFailed: "no secure connection"
    case .timedOutBillable: "no answer in time, and it may have been carried out"
    case .timedOut: "no answer in time"
    case .brokeOff: "the answer broke off before its first content"
    case .cutAfterContent: "the answer broke off after content had been sent"
    case .clientLeft: "the client left"
    }
  }
}
