/// One step of the schema.
///
/// Steps are only ever appended: a shipped step never changes.
package struct Migration: Sendable {
  package let name: String
  package let sql: String

  /// In the header of every database of ours, for `file` and against mistakes: "Apln".
  static let applicationID: Int64 = 0x4170_6C6E

  /// Brings a database to the newest schema, each step a transaction of its own.
  ///
  /// - Parameters:
  ///   - database: Of the owner; an empty file will do.
  ///   - steps: All steps in order; `PRAGMA user_version` holds how many have been applied.
  /// - Throws: `StoreError.schemaTooNew`, `.notOurs`, or what SQLite says; nothing is half applied.
  package static func apply(
    to database: Database, steps: [Migration] = Migration.all
  ) throws(StoreError) {
    let applied = try check(database, stepCount: steps.count)
    for (index, step) in steps.enumerated().dropFirst(applied) {
      try database.transaction { () throws(StoreError) in
        try database.execute(step.sql)
        try database.execute("PRAGMA application_id = \(applicationID)")
        try database.execute("PRAGMA user_version = \(index + 1)")
      }
    }
  }

  /// Looks whether this version of the appliance can use a database.
  ///
  /// - Parameters:
  ///   - database: Any connection to it; nothing is written.
  ///   - stepCount: How many steps are known.
  /// - Returns: How many steps it has already.
  /// - Throws: As `apply`.
  static func check(
    _ database: Database, stepCount: Int = Migration.all.count
  ) throws(StoreError) -> Int {
    let version = try database.integer("PRAGMA user_version")
    let isEmpty = try database.integer("SELECT count(*) FROM sqlite_schema") == 0
    let isOurs = try database.integer("PRAGMA application_id") == applicationID
    guard isOurs || (isEmpty && version == 0) else { throw .notOurs(path: database.path) }
    guard let applied = Int(exactly: version), (0...stepCount).contains(applied) else {
      throw .schemaTooNew(path: database.path, found: version, known: Int64(stepCount))
    }
    return applied
  }
}
