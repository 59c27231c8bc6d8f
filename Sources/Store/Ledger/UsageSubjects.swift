import Gateway
import Providers

/// What a cell of the roll-ups belongs to: one combination of names.
///
/// An empty text stands for none; no record has an empty name.
struct UsageSubject: Hashable {
  var user = ""
  var token = ""
  var model = ""
  var provider = ""
  var key = ""
  var endpoint = ""

  /// The columns in their order.
  static let columns = ["user", "token", "model", "provider", "key", "endpoint"]
  /// Stands for the models of further combinations once there are too many.
  static let otherModel = "(other)"

  init(_ receipt: Receipt) {
    user = clipped(receipt.user ?? "")
    token = clipped(receipt.token ?? "")
    model = clipped(receipt.model ?? "")
    provider = clipped(receipt.provider ?? "")
    key = clipped(receipt.key ?? "")
    endpoint = receipt.endpoint?.rawValue ?? ""
  }

  /// Of a row of the request table whose first columns are `columns`.
  init(_ row: borrowing Statement) {
    user = row.text(0)
    token = row.text(1)
    model = row.text(2)
    provider = row.text(3)
    key = row.text(4)
    endpoint = row.text(5)
  }
}

/// The combinations of names that have cells, each with a number; belongs to the owner's connection.
final class UsageSubjects {
  /// Combinations that keep their model apart.
  ///
  /// Models are what clients send: a client that makes names up must not fill the disk with them.
  private let countMax: Int64
  private static let cacheMax = 16_384

  private let database: Database
  private let find: Statement
  private let insert: Statement
  private var known: [UsageSubject: Int64] = [:]
  /// The rollbacks that `known` has seen: a number that was given in a transaction that was taken
  /// back is no number.
  private var rollbacks = 0
  private var last: Int64

  init(_ database: Database, countMax: Int64 = 100_000) throws(StoreError) {
    self.database = database
    self.countMax = countMax
    let columns = UsageSubject.columns
    let condition = columns.enumerated().map { "\($1) = ?\($0 + 1)" }
    find = try database.prepare(
      "SELECT id FROM usage_subject WHERE \(condition.joined(separator: " AND "))", isKept: true)
    insert = try database.prepare(
      """
      INSERT INTO usage_subject (\(columns.joined(separator: ", ")), id)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
      """, isKept: true)
    last = try database.integer("SELECT coalesce(max(id), 0) FROM usage_subject")
    rollbacks = database.rollbackCount
  }

  /// The number of a combination; a new one gets it in the caller's transaction.
  func number(of subject: UsageSubject) throws(StoreError) -> Int64 {
    if rollbacks != database.rollbackCount {
      known.removeAll(keepingCapacity: true)
      last = try database.integer("SELECT coalesce(max(id), 0) FROM usage_subject")
      rollbacks = database.rollbackCount
    }
    if let number = known[subject] { return number }
    if known.count >= Self.cacheMax { known.removeAll(keepingCapacity: true) }
    let number = try stored(subject)
    known[subject] = number
    return number
  }

  private func stored(_ subject: UsageSubject) throws(StoreError) -> Int64 {
    if let number = try found(subject) { return number }
    if last >= countMax, !subject.model.isEmpty, subject.model != UsageSubject.otherModel {
      var other = subject
      other.model = UsageSubject.otherModel
      return try stored(other)
    }
    try bind(subject, to: insert)
    try insert.bind(7, last + 1)
    try insert.run()
    last += 1
    return last
  }

  private func found(_ subject: UsageSubject) throws(StoreError) -> Int64? {
    try bind(subject, to: find)
    defer { find.reset() }
    return try find.step() ? find.int(0) : nil
  }

  private func bind(
    _ subject: UsageSubject, to statement: borrowing Statement
  ) throws(StoreError) {
    try statement.bind(1, subject.user)
    try statement.bind(2, subject.token)
    try statement.bind(3, subject.model)
    try statement.bind(4, subject.provider)
    try statement.bind(5, subject.key)
    try statement.bind(6, subject.endpoint)
  }
}
