import Testing

@testable import Store

@Suite("The schema")
struct SchemaTests {
  @Test func isStrictThroughout() throws {
    try withDatabase { database throws in
      let loose = try database.integer(
        """
        SELECT count(*) FROM pragma_table_list
        WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND NOT strict
        """)
      #expect(loose == 0)
      #expect(try database.integer("PRAGMA user_version") == Int64(Migration.all.count))
    }
  }

  /// The questions that are asked all the time are answered from an index.
  @Test(arguments: [
    ("SELECT id FROM request ORDER BY finished_at DESC, id DESC LIMIT 10", "request_by_finish"),
    (
      """
      SELECT id FROM request WHERE (finished_at, id) < (9, 9)
      ORDER BY finished_at DESC, id DESC LIMIT 10
      """, "request_by_finish"
    ),
    ("SELECT sum(status) FROM request WHERE finished_at >= 1 AND finished_at < 2", "_finish"),
    ("SELECT id FROM request WHERE request_id = 'a'", "autoindex_request_1"),
    ("SELECT key FROM owned_id WHERE id = 'a'", "PRIMARY KEY"),
    ("DELETE FROM record WHERE value IS NULL AND wall < 1", "record_gone"),
    ("SELECT id FROM owned_id WHERE expires_at < 1 ORDER BY expires_at", "owned_id_by_expiry"),
  ])
  func hasTheIndexFor(sql: String, index: String) throws {
    try withDatabase { database throws in
      let plan = try database.prepare("EXPLAIN QUERY PLAN \(sql)")
      var lines: [String] = []
      while try plan.step() { lines.append(plan.text(3)) }
      #expect(lines.joined(separator: "\n").contains(index))
      #expect(!lines.joined().contains("TEMP B-TREE"))
    }
  }
}
