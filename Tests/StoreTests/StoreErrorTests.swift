import Glibc
import Testing

@testable import Store

@Suite("Errors of the store")
struct StoreErrorTests {
  @Test(arguments: [
    (StoreError.inUse(path: "./data", process: 7), "in use by process 7."),
    (.inUse(path: "./data", process: nil), "in use by another process."),
    (.schemaTooNew(path: "a.db", found: 9, known: 1), "schema 9, this one knows up to 1"),
    (.file(path: "a.db", call: "open", code: EACCES), "open: Permission denied"),
    (.directoryNotPrivate(path: "/srv", mode: 0o755), "chmod 700 /srv"),
    (.sqlite(code: 13, message: "database or disk is full"), "disk is full (code 13)"),
  ])
  func sayWhatToDo(error: StoreError, words: String) {
    #expect(error.message.contains(words))
  }

  @Test func blamesARowOnlyForItsValues() {
    #expect(StoreError.sqlite(code: 1299, message: "NOT NULL").rejectsRow)
    #expect(StoreError.sqlite(code: 20, message: "datatype mismatch").rejectsRow)
    for code: Int32 in [5, 10, 11, 13, 14, 778] {
      #expect(!StoreError.sqlite(code: code, message: "").rejectsRow)
    }
    #expect(!StoreError.closed.rejectsRow)
  }

  /// The values that were bound stay out of the words.
  @Test func showsNoValue() throws {
    try withDatabase { database throws in
      try database.execute("CREATE TABLE one (id TEXT UNIQUE, number INTEGER) STRICT")
      let insert = try database.prepare("INSERT INTO one VALUES (?1, ?2)")
      func put(_ id: String, _ number: String) throws {
        try insert.bind(1, id)
        try insert.bind(2, number)
        try insert.run()
      }
      try put("canary", "1")
      for number in ["1", "canary"] {
        let error = #expect(throws: StoreError.self) { try put("canary", number) }
        #expect(error?.message.contains("canary") == false)
        #expect(error?.rejectsRow == true)
      }
    }
  }
}
