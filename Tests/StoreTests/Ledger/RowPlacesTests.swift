import Gateway
import Providers
import Testing

@testable import Store

@Suite("Where the sums of a row go")
struct RowPlacesTests {
  private static func subject(
    _ places: RowPlaces, _ change: (inout Receipt) -> Void
  ) throws -> (index: Int, subject: Int64) {
    var row = receipt("r")
    change(&row)
    let entries = RequestInsertTests.Entries()
    try entries.add(row)
    let index = try places.index(of: entries.rows[0])
    return (index, places.entries[index].subject)
  }

  @Test func everyNameMakesAnotherPlace() throws {
    try withDatabase { database throws in
      let places = RowPlaces(database, try UsageSubjects(database))
      let plain = try Self.subject(places) { _ in }
      #expect(try Self.subject(places) { $0.requestID = "other" } == plain)
      let changes: [(inout Receipt) -> Void] = [
        { $0.user = "x" }, { $0.user = nil }, { $0.token = "x" }, { $0.model = "x" },
        { $0.provider = "x" }, { $0.key = "x" }, { $0.endpoint = .embeddings },
        { $0.endpoint = nil }, { ($0.user, $0.token) = ("ad", "alaptop") },
      ]
      var subjects: Set<Int64> = [plain.subject]
      for change in changes { subjects.insert(try Self.subject(places, change).subject) }
      #expect(subjects.count == changes.count + 1)
    }
  }

  /// More combinations than there are places for, in turn: each has its own number each time.
  @Test func manyCombinationsKeepTheirNumbers() throws {
    try withDatabase { database throws in
      let subjects = try UsageSubjects(database)
      let places = RowPlaces(database, subjects)
      for _ in 0..<2 {
        for number in 0..<6_000 {
          var row = receipt("r")
          row.model = "m\(number)"
          let wanted = try subjects.number(of: UsageSubject(row))
          #expect(try Self.subject(places) { $0.model = row.model }.subject == wanted)
        }
      }
    }
  }

  @Test func aNumberThatWasTakenBackIsForgotten() throws {
    try withDatabase { database throws in
      let places = RowPlaces(database, try UsageSubjects(database))
      try? database.transaction { () throws(StoreError) in
        _ = try? Self.subject(places) { $0.model = "lost" }
        throw .damaged("test")
      }
      _ = try Self.subject(places) { $0.model = "first" }
      let lost = try Self.subject(places) { $0.model = "lost" }.subject
      #expect(
        try database.integer("SELECT id FROM usage_subject WHERE model = 'lost'") == lost)
    }
  }
}
