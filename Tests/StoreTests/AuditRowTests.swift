import Gateway
import JSON
import Testing

@testable import Store

@Suite("Rows of the audit")
struct AuditRowTests {
  static func price(
    _ name: String, change: AuditEntry.Change = .created, at: Int64 = 1, note: String = ""
  ) -> AuditEntry {
    let value = JSONValue.object([
      .init("name", .string(name)), .init("price", .object([.init("note", .string(note))])),
    ])
    let nothing = JSONValue?.none
    return AuditEntry(
      atMilliseconds: at, actor: AuditActor(origin: .socket, userID: 0, processID: 7, name: "root"),
      operation: "price.import", kind: .price, recordID: name, name: name, change: change,
      before: change == .created ? nothing : value, after: change == .removed ? nothing : value)
  }

  /// What is packed comes out as it was, the newest first, whatever the names are.
  @Test(arguments: AuditEntry.Change.allCases)
  func nothingIsLost(change: AuditEntry.Change) throws {
    let entries = (0..<500).map { number in
      Self.price("m\(number)\"é\\/", change: change, note: String(repeating: "x", count: number))
    }
    try withDatabase { database throws in
      try AuditLog.add(entries, to: database)
      #expect(try AuditLog.newest(limit: 1_000, in: database) == entries.reversed())
      #expect(try AuditLog.newest(limit: 3, in: database) == Array(entries.reversed().prefix(3)))
      let rows = try database.integer("SELECT count(*) FROM audit")
      #expect((2..<50).contains(rows))
      let longest = try database.integer(
        "SELECT max(coalesce(length(CAST(before AS BLOB)), 0)"
          + " + coalesce(length(CAST(after AS BLOB)), 0)) FROM audit")
      #expect(longest < 20_000)
    }
  }

  @Test func oneAmongManyIsFoundByItsName() throws {
    try withDatabase { database throws in
      // The name of one stands in the value of the other.
      try AuditLog.add([Self.price("a", note: "b"), Self.price("b")], to: database)
      try AuditLog.add([Self.price("b", change: .changed, at: 2)], to: database)
      var filter = AuditLog.Filter()
      filter.name = "b"
      let found = try AuditLog.newest(limit: 9, matching: filter, in: database)
      #expect(found == [Self.price("b", change: .changed, at: 2), Self.price("b")])
      #expect(try AuditLog.newest(limit: 1, matching: filter, in: database).count == 1)
      filter.name = "note"
      #expect(try AuditLog.newest(limit: 9, matching: filter, in: database).isEmpty)
      filter.name = ""
      #expect(try AuditLog.newest(limit: 9, matching: filter, in: database).isEmpty)
    }
  }

  /// Only what differs in nothing but the record shares a row.
  @Test func entriesThatDifferHaveRowsOfTheirOwn() {
    let one = Self.price("a")
    var others = [
      Self.price("b", change: .changed), Self.price("b", change: .removed), Self.price("b", at: 2),
    ]
    var other = Self.price("b")
    other.kind = .setting
    others.append(other)
    other = Self.price("b")
    other.operation = "import"
    others.append(other)
    other = Self.price("b")
    other.actor = AuditActor(origin: .command, userID: nil, processID: nil, name: nil)
    others.append(other)
    other = Self.price("b")
    other.recordID = "id"
    others.append(other)
    other = Self.price("b")
    other.after = nil
    others.append(other)
    for other in others { #expect(AuditRow.rows(of: [one, other]).count == 2, "\(other)") }
    #expect(AuditRow.rows(of: [one, Self.price("b")]).count == 1)
    #expect(AuditRow.rows(of: [other, other]).count == 2)
    #expect(AuditRow.rows(of: []).isEmpty)
  }

  @Test func aDamagedRowIsSaidToBeOne() throws {
    var row = Self.price("")
    for after: JSONValue? in [nil, "text", ["a", "b"]] {
      row.after = after
      #expect(throws: StoreError.self) { try AuditRow.entries(of: row) }
    }
    row = Self.price("", change: .changed)
    (row.before, row.after) = (["a": 1], ["b": 1])
    #expect(throws: StoreError.self) { try AuditRow.entries(of: row) }
    row.before = "text"
    #expect(throws: StoreError.self) { try AuditRow.entries(of: row) }
    row.before = ["b": 0]
    #expect(try AuditRow.entries(of: row).map(\.name) == ["b"])
  }
}
