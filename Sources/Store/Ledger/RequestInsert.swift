import Gateway
import Providers

/// Puts rows into the request table, several with one run of a statement; belongs to the owner's
/// connection.
///
/// What a run costs beside its rows, to open and close the table and its indexes, is a third of what
/// it costs with one row. Texts and blobs are lent: SQLite reads them where they are while it runs,
/// and what stays bound after that is bound anew before the next run. A number or word that the row
/// before had at the same place is bound still. A request that is there already is the same request
/// and stays as it is.
final class RequestInsert {
  /// More would spare little and make more rows go alone that are no full eight.
  static let rowsAtOnce = 8

  /// A row, and where its texts are: they must stay there until it is stored.
  struct Row {
    let account: ReceiptRow
    let bytes: UnsafeRawBufferPointer
    /// A JSON array; nil: none.
    var anomalies: UnsafeRawBufferPointer?
    /// A `ReceiptDetail`; nil: that of a receipt without any of it.
    var detail: UnsafeRawBufferPointer?

    init(_ account: ReceiptRow, _ bytes: UnsafeRawBufferPointer) {
      self.account = account
      self.bytes = bytes
      if account.detail.isThere { detail = text(account.detail) }
    }

    /// The bytes of one of its texts.
    func text(_ text: ReceiptRow.Text) -> UnsafeRawBufferPointer {
      UnsafeRawBufferPointer(
        start: bytes.baseAddress.map { $0 + text.range.lowerBound }, count: Int(text.count))
    }
  }

  private let database: Database
  private let one: Run
  private let several: Run
  private let find: Statement

  init(_ database: Database) throws(StoreError) {
    self.database = database
    let words = Words()
    one = try Run(database, rows: 1, words)
    several = try Run(database, rows: Self.rowsAtOnce, words)
    find = try database.prepare("SELECT id FROM request WHERE request_id = ?1", isKept: true)
  }

  /// Stores one row; false where it was there already.
  func store(_ row: Row) throws(StoreError) -> Bool {
    try one.bind(row, at: 0)
    try one.run()
    return database.changeCount > 0
  }

  /// Stores `rowsAtOnce` rows; says which are new, nil standing for all.
  func storeTogether(_ rows: [Row]) throws(StoreError) -> [Bool]? {
    for (place, row) in rows.enumerated() { try several.bind(row, at: place) }
    try several.run()
    let added = database.changeCount
    guard added < rows.count else { return nil }
    // A run numbers its rows one after the other.
    let last = database.lastRow
    var seen: Set<Int64> = []
    var areNew: [Bool] = []
    for row in rows {
      let id = try number(of: row)
      areNew.append(added > 0 && id > last - Int64(added) && seen.insert(id).inserted)
    }
    return areNew
  }

  private func number(of row: Row) throws(StoreError) -> Int64 {
    try find.bind(1, String(decoding: row.text(row.account.requestID), as: UTF8.self))
    defer { find.reset() }
    return try find.step() ? find.int(0) : 0
  }

  /// A statement for so many rows, and what is bound to it.
  private final class Run {
    private let statement: Statement
    private let words: Words
    /// The numbers that are bound, and the codes of the words; nil: NULL, as at the beginning.
    private var bound: [Int64?]
    private var position = 0

    private static let columns = LedgerColumns.inTable.count
    /// In place of a code: what is bound is no word of ours.
    private static let noWord: Int64 = -1

    init(_ database: Database, rows: Int, _ words: Words) throws(StoreError) {
      let columns = Array(LedgerColumns.inTable)
      // In the order of the table, its own number first: SQLite then takes the values as they lie.
      let values = (0..<rows).map { row in
        "(NULL, \(columns.indices.map { "?\(row * columns.count + $0 + 1)" }.joined(separator: ", ")))"
      }
      // `OR IGNORE` forgives more than a number that is taken, but nothing else can be wrong with
      // these values; and only with it SQLite need not keep the pages as they were before the run.
      statement = try database.prepare(
        """
        INSERT OR IGNORE INTO request (id, \(columns.joined(separator: ", ")))
        VALUES \(values.joined(separator: ", "))
        """, isKept: true)
      self.words = words
      bound = [Int64?](repeating: nil, count: rows * columns.count)
    }

    func run() throws(StoreError) { try statement.run() }

    /// In the order of `LedgerColumns.inTable`; the round trip of a test holds the two together.
    func bind(_ row: Row, at place: Int) throws(StoreError) {
      position = place * Self.columns
      let account = row.account
      try text(account.requestID, of: row)
      try number(account.startedAtMilliseconds)
      try number(account.finishedAtMilliseconds)
      try text(account.user, of: row)
      try text(account.token, of: row)
      try word(words.dialects, account.dialectCode)
      try word(words.endpoints, account.endpointCode)
      try text(account.model, of: row)
      try text(account.upstreamModel, of: row)
      try text(account.provider, of: row)
      try text(account.key, of: row)
      try number(account.level)
      try number(account.attempts)
      try number(account.status)
      try number(account.isStream ? 1 : 0)
      try word(words.outcomes, account.outcome.journalCode)
      try word(words.sources, account.usageSource.journalCode)
      try LedgerColumns.forEach(account.usage) { value throws(StoreError) in try number(value) }
      try number(account.costNanoUSD)
      if let anomalies = row.anomalies {
        try lend(anomalies)
      } else {
        try word(words.noAnomalies, 0)
      }
      try number(account.timeToFirstTokenMilliseconds)
      try number(account.durationMilliseconds)
      try text(account.priceVersion, of: row)
      position += 1
      try statement.bind(position, lentBlob: row.detail ?? words.noDetail)
    }

    @inline(__always)
    private func number(_ value: Int64?) throws(StoreError) {
      position += 1
      guard bound[position - 1] != value else { return }
      try statement.bind(position, value)
      bound[position - 1] = value
    }

    @inline(__always)
    private func text(_ text: ReceiptRow.Text, of row: Row) throws(StoreError) {
      guard text.isThere else { return try number(nil) }
      try lend(row.text(text))
    }

    private func lend(_ text: UnsafeRawBufferPointer) throws(StoreError) {
      position += 1
      bound[position - 1] = Self.noWord
      try statement.bind(position, lentText: text)
    }

    /// A word stays where it is: it need not be bound again.
    private func word(_ words: [UnsafeRawBufferPointer?], _ code: UInt8) throws(StoreError) {
      guard Int(code) < words.count, let word = words[Int(code)] else { return try number(nil) }
      position += 1
      guard bound[position - 1] != Int64(code) else { return }
      try statement.bind(position, lentText: word)
      bound[position - 1] = Int64(code)
    }
  }

  /// What columns hold that are one of a few words, by their codes, in memory that stays.
  private final class Words {
    let dialects: [UnsafeRawBufferPointer?]
    let endpoints: [UnsafeRawBufferPointer?]
    let outcomes: [UnsafeRawBufferPointer?]
    let sources: [UnsafeRawBufferPointer?]
    let noAnomalies: [UnsafeRawBufferPointer?]
    let noDetail: UnsafeRawBufferPointer

    init() {
      dialects = Self.table(Dialect.allCases.map { ($0.journalCode, $0.rawValue) })
      endpoints = Self.table(Endpoint.allCases.map { ($0.journalCode, $0.rawValue) })
      outcomes = Self.table(Receipt.Outcome.allCases.map { ($0.journalCode, $0.rawValue) })
      sources = Self.table(Receipt.UsageSource.allCases.map { ($0.journalCode, $0.rawValue) })
      noAnomalies = [Self.copy(Array("[]".utf8))]
      var detail: [UInt8] = []
      ReceiptDetail.append(Receipt(requestID: "", startedAtMilliseconds: 0), to: &detail)
      noDetail = Self.copy(detail)
    }

    deinit {
      for word in dialects + endpoints + outcomes + sources + noAnomalies { word?.deallocate() }
      noDetail.deallocate()
    }

    private static func table(_ words: [(code: UInt8, word: String)]) -> [UnsafeRawBufferPointer?] {
      var table = [UnsafeRawBufferPointer?](
        repeating: nil, count: 1 + Int(words.map(\.code).max() ?? 0))
      for (code, word) in words { table[Int(code)] = copy(Array(word.utf8)) }
      return table
    }

    private static func copy(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
      let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
      copy.copyBytes(from: bytes)
      return UnsafeRawBufferPointer(copy)
    }
  }
}
