package import Gateway
import Providers

/// The table of spend: what each user and token has used in each quarter of an hour.
///
/// Written where rows of requests are, in their transaction, so that spend is what the rows are.
/// Charges of a batch are summed first: a busy user costs one update a batch. Places of sums outlive
/// the batch: most rows are of subjects that had some before. Belongs to the owner's connection.
package final class SpendCells {
  private let put: Statement
  /// Where the sums of a cell are in `entries`.
  private var places: [Key: Int] = [:]
  private var entries: [Entry] = []
  /// Those that this batch has added to.
  private var touched: [Int] = []
  /// Changes when places are given up: one of before is none.
  private var generation = 1
  private var stored: [StoredCharge] = []

  private struct Key: Hashable {
    let subject: String
    let quarter: Int64
  }

  private struct Entry {
    let key: Key
    var sums = Sums()
    var noted: Noted?
  }

  /// Without requests there is nothing in it.
  private struct Sums {
    var requests: Int64 = 0
    var inputTokens: Int64 = 0
    var outputTokens: Int64 = 0
    var nanoUSD: Int64 = 0
  }

  /// The charge that a token's next one of its kind is added to.
  private struct Noted {
    let place: Int
    /// What two charges of one token may differ in beside the amount.
    let marks: Int64
    let run: Int64
  }

  /// Places that are kept from one batch to the next; one takes about 200 bytes.
  private static let keptMax = 4_096
  /// No cell holds more, so that no sum leaves 64 bits, whatever a provider states.
  private static let amountMax: Int64 = 1 << 61

  package init(_ database: Database) throws(StoreError) {
    let max = Self.amountMax
    put = try database.prepare(
      """
      INSERT INTO spend_cell (subject, quarter, requests, input_tokens, output_tokens, nano_usd)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6)
      ON CONFLICT (subject, quarter) DO UPDATE SET
        requests = requests + excluded.requests,
        input_tokens = min(\(max), input_tokens + excluded.input_tokens),
        output_tokens = min(\(max), output_tokens + excluded.output_tokens),
        nano_usd = min(\(max), nano_usd + excluded.nano_usd)
      """, isKept: true)
  }

  /// Where the sums of a combination of names were found last, so that most rows need not look.
  struct Found {
    fileprivate var quarter: Int64 = -1
    fileprivate var generation = 0
    fileprivate var user = 0
    fileprivate var token = 0
    fileprivate var model: Int?
    /// Ids of the charge; texts of most rows, made once.
    fileprivate var userID = ""
    fileprivate var tokenID = ""
  }

  /// Takes note of a row that is new; `write` must follow in the same transaction.
  ///
  /// What was `found` must be of a row of the same user, token and model.
  func add(_ row: RequestInsert.Row, _ found: inout Found) {
    let account = row.account
    guard account.chargedUser.isThere else { return }
    let quarter = SpendQuarter.number(at: account.finishedAtMilliseconds)
    if found.generation != generation || found.quarter != quarter { find(row, quarter, &found) }
    add(account, to: found.user)
    add(account, to: found.token)
    if let model = found.model { add(account, to: model) }
    if account.chargeNanoUSD > 0 { note(account, quarter, found) }
  }

  /// Adds to what will be told of the token when the batch is on disk.
  private func note(_ account: ReceiptRow, _ quarter: Int64, _ found: Found) {
    let (marks, run) = (account.chargeMarks, account.chargeRun)
    if let noted = entries[found.token].noted, noted.marks == marks, noted.run == run,
      stored[noted.place].add(account.chargeNanoUSD, userID: found.userID)
    {
      return
    }
    entries[found.token].noted = Noted(place: stored.count, marks: marks, run: run)
    let charge = account.charge(userID: found.userID, tokenID: found.tokenID)
    stored.append(StoredCharge(charge: charge, quarter: quarter))
  }

  private func find(_ row: RequestInsert.Row, _ quarter: Int64, _ found: inout Found) {
    func name(_ text: ReceiptRow.Text) -> String {
      String(decoding: row.text(text), as: UTF8.self)
    }
    let account = row.account
    if found.generation == 0 {
      found.userID = name(account.chargedUser)
      found.tokenID = name(account.chargedToken)
    }
    found.user = place(of: Key(subject: found.userID, quarter: quarter))
    found.token = place(of: Key(subject: found.tokenID, quarter: quarter))
    found.model = nil
    if account.chargeCountsModel, account.model.isThere {
      let subject = Self.subject(found.userID, name(account.model))
      found.model = place(of: Key(subject: subject, quarter: quarter))
    }
    found.quarter = quarter
    found.generation = generation
  }

  private func place(of key: Key) -> Int {
    if let place = places[key] { return place }
    entries.append(Entry(key: key))
    places[key] = entries.count - 1
    return entries.count - 1
  }

  private func add(_ row: ReceiptRow, to place: Int) {
    func sum(_ one: Int64, _ other: Int64) -> Int64 {
      min(Self.amountMax, one + min(max(0, other), Self.amountMax))
    }
    var sums = entries[place].sums
    if sums.requests == 0 { touched.append(place) }
    sums.requests += 1
    sums.inputTokens = sum(sums.inputTokens, row.usage.inputTokens)
    sums.outputTokens = sum(sums.outputTokens, row.usage.outputTokens)
    sums.nanoUSD = sum(sums.nanoUSD, row.chargeNanoUSD)
    entries[place].sums = sums
  }

  /// Writes what was taken note of; in the caller's transaction.
  package func write() throws(StoreError) {
    for place in touched {
      let (key, sums) = (entries[place].key, entries[place].sums)
      try put.bind(1, key.subject)
      try put.bind(2, key.quarter)
      try put.bind(3, sums.requests)
      try put.bind(4, sums.inputTokens)
      try put.bind(5, sums.outputTokens)
      try put.bind(6, sums.nanoUSD)
      try put.run()
    }
  }

  /// Forgets what was taken note of, written or not.
  package func clear() {
    for place in touched { (entries[place].sums, entries[place].noted) = (Sums(), nil) }
    touched.removeAll(keepingCapacity: true)
    guard entries.count > Self.keptMax else { return }
    (places, entries) = ([:], [])
    generation += 1
  }

  /// The charges of the rows since the last time, those of a token and quarter in one; for when they
  /// are on disk.
  package func takeCharges() -> [StoredCharge] {
    defer {
      stored.removeAll(keepingCapacity: true)
      for place in touched { entries[place].noted = nil }
    }
    return stored
  }

  /// The subject of a user's requests for a model, for limits by the day.
  private static func subject(_ userID: String, _ model: String) -> String {
    "\(userID) \(clipped(model))"
  }

  // MARK: reading

  /// What the database holds of a subject.
  ///
  /// - Parameters:
  ///   - subject: The id of a user or token.
  ///   - spendFrom: The first quarter whose spend is wanted; nil: none.
  ///   - daysFrom: The first quarter whose requests and tokens are wanted; nil: none.
  ///   - modelsToo: Whether those of a user's models are wanted too.
  ///   - database: Any connection.
  /// - Returns: Cells in the order of quarters.
  /// - Throws: `StoreError`.
  package static func known(
    _ subject: String, spendFrom: Int64?, daysFrom: Int64?, modelsToo: Bool,
    in database: Database
  ) throws(StoreError) -> KnownUse {
    var known = KnownUse()
    if let spendFrom {
      let rows = try database.prepare(
        """
        SELECT quarter, nano_usd FROM spend_cell WHERE subject = ?1 AND quarter >= ?2
        ORDER BY quarter
        """)
      try rows.bind(1, subject)
      try rows.bind(2, spendFrom)
      while try rows.step() {
        known.cells.append(SpendCell(quarter: rows.int(0), nanoUSD: rows.int(1)))
      }
    }
    guard let daysFrom else { return known }
    // A space is what parts user and model, and the exclamation mark what comes next.
    let rows = try database.prepare(
      """
      SELECT subject, quarter, requests, input_tokens, output_tokens FROM spend_cell
      WHERE subject >= ?1 AND subject < ?2 AND quarter >= ?3 ORDER BY quarter
      """)
    try rows.bind(1, subject)
    try rows.bind(2, modelsToo ? subject + "!" : subject + " ")
    try rows.bind(3, daysFrom)
    let prefix = subject + " "
    while try rows.step() {
      let name = rows.text(0)
      guard name == subject || name.hasPrefix(prefix) else { continue }
      known.days.append(
        KnownUse.Day(
          quarter: rows.int(1), model: name == subject ? nil : String(name.dropFirst(prefix.count)),
          requests: rows.int(2), inputTokens: rows.int(3), outputTokens: rows.int(4)))
    }
    return known
  }

  // MARK: growing old

  /// The quarter in which all that is older than any period stands together.
  private static let allBefore: Int64 = -1
  /// Sixty-two days: longer than every period but that of all time.
  package static let keptQuarters: Int64 = 62 * 96

  /// Puts a few cells that no period can see by themselves together, so that the table stays small.
  ///
  /// - Parameters:
  ///   - quarter: Cells before this one.
  ///   - rowsMax: How many at most: a step must not hold the writer up.
  ///   - database: The owner's; in the caller's transaction.
  /// - Returns: How many went.
  /// - Throws: `StoreError.sqlite`.
  package static func fold(
    before quarter: Int64, rowsMax: Int, in database: Database
  ) throws(StoreError) -> Int {
    let old = """
      SELECT subject, quarter FROM spend_cell WHERE quarter BETWEEN 0 AND ?1
      ORDER BY quarter LIMIT ?2
      """
    let sums = try database.prepare(
      """
      INSERT INTO spend_cell (subject, quarter, requests, input_tokens, output_tokens, nano_usd)
      SELECT subject, \(allBefore), sum(requests), 0, 0, min(\(amountMax), sum(nano_usd))
      FROM spend_cell WHERE (subject, quarter) IN (\(old)) AND instr(subject, ' ') = 0
      GROUP BY subject
      ON CONFLICT (subject, quarter) DO UPDATE SET
        requests = requests + excluded.requests,
        nano_usd = min(\(amountMax), nano_usd + excluded.nano_usd)
      """)
    try sums.bind(1, quarter - 1)
    try sums.bind(2, Int64(rowsMax))
    try sums.run()
    let rows = try database.prepare(
      "DELETE FROM spend_cell WHERE (subject, quarter) IN (\(old))")
    try rows.bind(1, quarter - 1)
    try rows.bind(2, Int64(rowsMax))
    try rows.run()
    return database.changeCount
  }
}
