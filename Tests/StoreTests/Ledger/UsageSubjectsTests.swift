import Gateway
import Testing

@testable import Store

@Suite("Combinations of names that have cells")
struct UsageSubjectsTests {
  private static func subject(_ model: String, user: String = "ada") -> UsageSubject {
    var row = receipt("r")
    row.model = model
    row.user = user
    return UsageSubject(row)
  }

  @Test func aCombinationKeepsItsNumber() throws {
    try withDatabase { database throws in
      let first = try UsageSubjects(database)
      let a = try first.number(of: Self.subject("a"))
      let b = try first.number(of: Self.subject("b"))
      #expect(a != b)
      #expect(try first.number(of: Self.subject("a")) == a)
      let second = try UsageSubjects(database)
      #expect(try second.number(of: Self.subject("b")) == b)
      #expect(try second.number(of: Self.subject("c")) > max(a, b))
    }
  }

  @Test func emptyNamesAreNone() throws {
    try withDatabase { database throws in
      let subjects = try UsageSubjects(database)
      let none = UsageSubject(Receipt(requestID: "r", startedAtMilliseconds: 0))
      #expect(try subjects.number(of: none) == subjects.number(of: none))
      #expect(try database.integer("SELECT count(*) FROM usage_subject WHERE model = ''") == 1)
    }
  }

  /// A client that makes models up fills no disk; users and keys stay apart all the same.
  @Test func tooManyModelsBecomeOthers() throws {
    try withDatabase { database throws in
      let subjects = try UsageSubjects(database, countMax: 10)
      for number in 0..<1_000 { _ = try subjects.number(of: Self.subject("made-up-\(number)")) }
      _ = try subjects.number(of: Self.subject("made-up", user: "bob"))
      #expect(try database.integer("SELECT count(*) FROM usage_subject") == 12)
      #expect(
        try database.integer("SELECT count(*) FROM usage_subject WHERE model = '(other)'") == 2)
      // Those that are there already stay apart.
      #expect(try subjects.number(of: Self.subject("made-up-3")) == 4)
    }
  }

  @Test func aNumberGivenInVainIsForgotten() throws {
    try withDatabase { database throws in
      let subjects = try UsageSubjects(database)
      #expect(throws: StoreError.closed) {
        try database.transaction { () throws(StoreError) in
          _ = try subjects.number(of: Self.subject("a"))
          throw .closed
        }
      }
      let b = try subjects.number(of: Self.subject("b"))
      #expect(try subjects.number(of: Self.subject("a")) != b)
      #expect(throws: StoreError.closed) {
        try database.transaction { () throws(StoreError) in
          try? database.savepoint { () throws(StoreError) in
            _ = try subjects.number(of: Self.subject("c"))
            throw .closed
          }
          #expect(try subjects.number(of: Self.subject("d")) == b + 2)
          throw .closed
        }
      }
    }
  }
}
