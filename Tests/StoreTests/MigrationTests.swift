import Testing

@testable import Store

@Suite("Steps of the schema")
struct MigrationTests {
  static let steps = [
    Migration(name: "one", sql: "CREATE TABLE one (id INTEGER) STRICT"),
    Migration(
      name: "two", sql: "CREATE TABLE two (id INTEGER) STRICT; INSERT INTO one VALUES (1)"),
  ]

  func tables(_ database: Database) throws -> Int64 {
    try database.integer("SELECT count(*) FROM sqlite_schema WHERE type = 'table'")
  }

  @Test func areAppliedOnceAndInOrder() throws {
    try withFolder { folder throws in
      let database = try Database(path: "\(folder)/a.db", .owner)
      try Migration.apply(to: database, steps: Array(Self.steps.prefix(1)))
      #expect(try tables(database) == 1)
      for _ in 1...2 {
        try Migration.apply(to: database, steps: Self.steps)
        #expect(try tables(database) == 2)
        #expect(try database.integer("SELECT count(*) FROM one") == 1)
        #expect(try database.integer("PRAGMA user_version") == 2)
      }
    }
  }

  @Test func aStepThatFailsLeavesNothing() throws {
    try withFolder { folder throws in
      let database = try Database(path: "\(folder)/a.db", .owner)
      let bad = Migration(name: "bad", sql: "CREATE TABLE three (id INTEGER) STRICT; SELEC 1")
      #expect(throws: StoreError.self) {
        try Migration.apply(to: database, steps: [Self.steps[0], bad])
      }
      #expect(try tables(database) == 1)
      #expect(try database.integer("PRAGMA user_version") == 1)
    }
  }

  @Test func aLaterSchemaIsRefusedAndLeftAlone() throws {
    try withFolder { folder throws in
      let path = "\(folder)/a.db"
      let database = try Database(path: path, .owner)
      try Migration.apply(to: database, steps: Self.steps)
      let error = #expect(throws: StoreError.schemaTooNew(path: path, found: 2, known: 1)) {
        try Migration.apply(to: database, steps: Array(Self.steps.prefix(1)))
      }
      #expect(error?.message.contains("later version") == true)
      try database.execute("PRAGMA user_version = -1")
      #expect(throws: StoreError.schemaTooNew(path: path, found: -1, known: 2)) {
        try Migration.apply(to: database, steps: Self.steps)
      }
    }
  }

  @Test func theDatabaseOfAnotherProgramIsLeftAlone() throws {
    try withFolder { folder throws in
      let path = "\(folder)/a.db"
      let database = try Database(path: path, .owner)
      try database.execute("CREATE TABLE theirs (id INTEGER) STRICT")
      #expect(throws: StoreError.notOurs(path: path)) { try Migration.apply(to: database) }
      #expect(try tables(database) == 1)
      #expect(throws: StoreError.notOurs(path: path)) { try Writer(path: path) }
    }
  }
}
