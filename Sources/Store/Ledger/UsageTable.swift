/// A table of the roll-ups, hours or days, to add to its cells.
///
/// Sums that fit are added by a plain `UPDATE`, at half of what the statement costs that can also
/// make a cell and keep a sum at its end. Belongs to the owner's connection.
final class UsageTable {
  private let database: Database
  private let update: Statement
  private let upsert: Statement

  init(_ name: String, _ database: Database) throws(StoreError) {
    self.database = database
    let amounts = UsageCells.amounts
    let sums = amounts.enumerated().map { "\($1) = \($1) + ?\($0 + 3)" }
    // A sum beyond 64 bits becomes a float, which a strict table refuses.
    update = try database.prepare(
      """
      UPDATE \(name) SET \(sums.joined(separator: ", ")) WHERE start = ?1 AND subject = ?2
      """, isKept: true)
    let values = (1...amounts.count + 2).map { "?\($0)" }
    let ends = amounts.map {
      "\($0) = max(0, \($0) + min(excluded.\($0), 9223372036854775807 - \($0)))"
    }
    upsert = try database.prepare(
      """
      INSERT INTO \(name) (start, subject, \(amounts.joined(separator: ", ")))
      VALUES (\(values.joined(separator: ", ")))
      ON CONFLICT (start, subject) DO UPDATE SET \(ends.joined(separator: ", "))
      """, isKept: true)
  }

  /// Adds to a cell, which is made if there is none; a sum stays between 0 and what 64 bits hold.
  ///
  /// - Parameters:
  ///   - amounts: In the order of `UsageCells.amounts`; what is taken out is negative.
  ///   - start: Of its hour or day, Unix time in milliseconds.
  ///   - subject: The number of its combination of names.
  /// - Throws: `StoreError`.
  func add(
    _ amounts: [Int64], start: Int64, subject: Int64
  ) throws(StoreError) {
    if amounts.allSatisfy({ $0 >= 0 }), try addPlainly(amounts, start: start, subject: subject) {
      return
    }
    try run(upsert, amounts, start: start, subject: subject)
  }

  /// False if there is no such cell, or a sum does not fit.
  private func addPlainly(
    _ amounts: [Int64], start: Int64, subject: Int64
  ) throws(StoreError) -> Bool {
    do throws(StoreError) {
      try run(update, amounts, start: start, subject: subject)
      return database.changeCount > 0
    } catch {
      guard error.rejectsRow else { throw error }
      return false
    }
  }

  private func run(
    _ statement: borrowing Statement, _ amounts: [Int64], start: Int64, subject: Int64
  ) throws(StoreError) {
    try statement.bind(1, start)
    try statement.bind(2, subject)
    for (index, amount) in amounts.enumerated() { try statement.bind(index + 3, amount) }
    try statement.run()
  }
}
