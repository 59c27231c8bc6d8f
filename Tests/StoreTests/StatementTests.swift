import Testing

@testable import Store

@Suite("A statement")
struct StatementTests {
  @Test(arguments: [
    "", "a", "é😀", "a\u{0}b", "' OR 1=1 --", String(repeating: "long ", count: 10_000),
  ])
  func bringsTextBack(_ text: String) throws {
    try withDatabase { database throws in
      let row = try database.prepare("SELECT ?1, length(cast(?1 AS BLOB)), typeof(?1)")
      try row.bind(1, text)
      #expect(try row.step())
      #expect(row.text(0) == text)
      #expect(row.int(1) == Int64(text.utf8.count))
      #expect(row.text(2) == "text")
      #expect(row.bytes(0) == Array(text.utf8))
      #expect(try !row.step())
    }
  }

  @Test(arguments: [Int64.min, -1, 0, 1, .max])
  func bringsIntegersBack(_ value: Int64) throws {
    try withDatabase { database throws in
      let row = try database.prepare("SELECT ?1")
      try row.bind(1, value)
      #expect(try row.step())
      #expect(row.int(0) == value)
      #expect(row.optionalInt(0) == value)
    }
  }

  @Test func bringsBytesAndNothingBack() throws {
    try withDatabase { database throws in
      let row = try database.prepare("SELECT ?1, ?2, ?3, ?4, typeof(?2)")
      try row.bind(1, [UInt8]([0, 255, 0]))
      try row.bind(2, [UInt8]())
      try row.bind(3, String?.none)
      try row.bind(4, Int64?.none)
      #expect(try row.step())
      #expect(row.bytes(0) == [0, 255, 0])
      #expect(row.bytes(1) == [])
      #expect(row.optionalText(2) == nil)
      #expect(row.optionalInt(3) == nil)
      #expect(row.isNull(2) && row.isNull(3) && !row.isNull(1))
      #expect(row.text(4) == "blob")
    }
  }

  @Test func readsWhatIsLentWhereItIs() throws {
    try withDatabase { database throws in
      let row = try database.prepare("SELECT ?1, ?2, typeof(?1), typeof(?2)")
      try Array("é\u{0}😀".utf8).withUnsafeBytes { bytes in
        try row.bind(1, lentText: bytes)
        try row.bind(2, lentBlob: UnsafeRawBufferPointer(rebasing: bytes[..<3]))
        #expect(try row.step())
        #expect(row.text(0) == "é\u{0}😀")
        #expect(row.bytes(1) == [0xC3, 0xA9, 0])
        #expect(row.text(2) == "text" && row.text(3) == "blob")
        #expect(row.columnCount == 4)
        row.reset()
        try row.bind(1, lentText: UnsafeRawBufferPointer(start: nil, count: 0))
        try row.bind(2, lentBlob: UnsafeRawBufferPointer(start: nil, count: 0))
        #expect(try row.step())
        #expect(row.text(2) == "text" && row.text(3) == "blob", "empty, and not NULL")
        row.reset()
      }
    }
  }

  @Test func canBeRunAgainAfterAnError() throws {
    try withDatabase { database throws in
      try database.execute("CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT")
      let insert = try database.prepare("INSERT INTO one VALUES (?1)", isKept: true)
      for (value, isNew) in [(Int64(1), true), (1, false), (2, true)] {
        try insert.bind(1, value)
        if isNew {
          try insert.run()
        } else {
          #expect(throws: StoreError.self) { try insert.run() }
        }
      }
      #expect(try database.integer("SELECT count(*) FROM one") == 2)
    }
  }

  @Test func refusesWhatIsNoStatement() throws {
    try withDatabase { database throws in
      #expect(throws: StoreError.self) { _ = try database.prepare("SELEC 1") }
      #expect(throws: StoreError.self) { _ = try database.prepare("") }
      #expect(throws: StoreError.self) { try database.prepare("SELECT ?1").bind(2, Int64(1)) }
    }
  }
}
