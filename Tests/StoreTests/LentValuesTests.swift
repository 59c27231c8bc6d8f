import Testing

@testable import Store

@Suite("Lent values")
struct LentValuesTests {
  @Test func comeToTheRowAndLeaveNothingBound() throws {
    try withDatabase { database throws in
      try database.execute("CREATE TABLE one (a TEXT, b BLOB, c TEXT, d INTEGER) STRICT")
      let insert = try database.prepare("INSERT INTO one VALUES (?1, ?2, ?3, ?4)", isKept: true)
      var values = LentValues()
      values.add(1, "é\u{0}😀", bytesMax: 512)
      values.add(2) { $0.append(contentsOf: [0, 255, 1]) }
      values.add(3, nil, bytesMax: 512)
      try insert.bind(4, 7)
      try insert.run(lending: values)
      values.removeAll()
      values.add(1, "", bytesMax: 512)
      values.add(2, blob: [UInt8]())
      try insert.run(lending: values)
      values.removeAll()
      try insert.run(lending: values)

      let row = try database.prepare("SELECT a, b, c, d, typeof(a), typeof(b) FROM one")
      #expect(try row.step())
      #expect(row.text(0) == "é\u{0}😀")
      #expect(row.bytes(1) == [0, 255, 1])
      #expect(row.optionalText(2) == nil)
      #expect(row.int(3) == 7)
      #expect(try row.step())
      // What was lent or bound for the first row is not in the second.
      #expect(row.text(4) == "text")
      #expect(row.text(0) == "")
      #expect(row.text(5) == "blob")
      #expect(row.bytes(1) == [])
      #expect(row.optionalInt(3) == nil)
      #expect(try row.step())
      for column in 0..<4 { #expect(row.optionalText(column) == nil) }
    }
  }

  @Test(arguments: [
    ("abc", 3, "abc"), ("abcd", 3, "abc"), ("aé", 2, "a"), ("aé", 3, "aé"), ("😀", 3, ""),
    ("a😀b", 5, "a😀"), ("", 0, ""), ("é", 0, ""),
  ])
  func areCutBetweenCharacters(_ text: String, _ bytesMax: Int, _ expected: String) {
    var values = LentValues()
    values.add(1, "before", bytesMax: 512)
    values.add(2, text, bytesMax: bytesMax)
    #expect(
      values.places.last.map { String(decoding: values.bytes[$0.range], as: UTF8.self) }
        == expected)
    #expect(String(decoding: values.bytes, as: UTF8.self) == "before" + expected)
  }

  /// A position that is none, then a row that SQLite refuses: both leave the statement usable.
  @Test func anErrorUnbindsThemToo() throws {
    try withDatabase { database throws in
      try database.execute("CREATE TABLE one (a TEXT NOT NULL) STRICT")
      let insert = try database.prepare("INSERT INTO one VALUES (?1)", isKept: true)
      var values = LentValues()
      values.add(1, "kept", bytesMax: 512)
      values.add(2, "nowhere", bytesMax: 512)
      #expect(throws: StoreError.self) { try insert.run(lending: values) }
      values.removeAll()
      #expect(throws: StoreError.self) { try insert.run(lending: values) }
      values.add(1, "in", bytesMax: 512)
      try insert.run(lending: values)
      #expect(try database.integer("SELECT count(*) FROM one WHERE a = 'in'") == 1)
    }
  }
}
