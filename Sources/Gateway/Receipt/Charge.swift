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

/// What the ledger holds now of charges that differ in the amount alone, and the quarter that they
/// are in.
package struct StoredCharge: Equatable, Sendable {
  package private(set) var charge: Charge
  package let quarter: Int64

  package init(charge: Charge, quarter: Int64) {
    self.charge = charge
    self.quarter = quarter
  }

  /// Adds one more of the same token, quarter, run and kind; false if it is another user's, or the
  /// sum would leave 64 bits: then it must stand by itself.
  package mutating func add(_ nanoUSD: Int64, userID: String) -> Bool {
    let (sum, overflow) = charge.nanoUSD.addingReportingOverflow(nanoUSD)
    guard !overflow, charge.userID == userID else { return false }
    charge.nanoUSD = sum
    return true
  }
}
