package import Providers

/// What admission set aside for one request.
package struct Reservation: Sendable {
  package let userID: String
  package let tokenID: String
}

/// The phase that takes what a request will use before it is sent: all or nothing.
package enum Admission {
  /// Admits a request to the candidates of its plan, which loses those it may not be sent to.
  ///
  /// `isPriced` says whether a candidate's model has a price.
  package static func admit(
    _ plan: inout Plan, caller: Caller, settings: RuntimeSettings,
    isPriced: (Candidate) -> Bool
  ) throws(Refusal) -> Reservation {
    if settings.unpriced == .refuse {
      let priced = plan.candidates.filter(isPriced)
      guard !priced.isEmpty else { throw .modelNotPriced(model: plan.model ?? "") }
      plan.candidates = priced
    }
    return Reservation(userID: caller.user.id, tokenID: caller.token.id)
  }
}
