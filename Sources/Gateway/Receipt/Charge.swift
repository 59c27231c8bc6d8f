/// What an admitted request adds to the spend of its user and of its token.
///
/// The ledger adds it, with the row's usage, to the cells of both in the transaction that stores
/// the row: spend is what the rows are, after a crash too.
package struct Charge: Equatable, Sendable {
  /// Ids of records: names may change.
  package var userID: String
  package var tokenID: String
  /// The cost that budgets count; 0 where nothing is known to have been spent.
  package var nanoUSD: Int64
  /// Whether the user has limits by the day for models, which count the model asked for.
  package var countsModel: Bool
  /// Whether it is paid with the client's own key, and so no budget's affair, after a crash either.
  package var isOwners = false
  /// The run of the appliance whose budgets have counted it before the ledger holds it; 0: none.
  ///
  /// Goes through the journal, which a later run may find: it has not counted it.
  package var countedInRun: UInt64 = 0
  package var isUserCounted = false
  package var isTokenCounted = false

  package init(userID: String, tokenID: String, nanoUSD: Int64 = 0, countsModel: Bool = false) {
    self.userID = userID
    self.tokenID = tokenID
    self.nanoUSD = nanoUSD
    self.countsModel = countsModel
  }
}

/// A charge that the ledger holds now, and the quarter that it is in.
package struct StoredCharge: Equatable, Sendable {
  package let charge: Charge
  package let quarter: Int64

  package init(charge: Charge, quarter: Int64) {
    self.charge = charge
    self.quarter = quarter
  }
}
