import Gateway
import JSON
import Testing

@testable import Store

@Suite("The audit")
struct AuditLogTests {
  static func entry(_ number: Int64, kind: Record.Kind = .user, name: String = "ada") -> AuditEntry
  {
    AuditEntry(
      atMilliseconds: number,
      actor: AuditActor(origin: .socket, userID: .max, processID: 7, name: "root"),
      operation: "user.set", kind: kind, recordID: "id-\(number)", name: name, change: .changed,
      before: number == 1 ? nil : ["name": "ada", "level": 1], after: ["name": "é\"'"])
  }

  @Test func bringsEveryFieldBack() throws {
    try withDatabase { database throws in
      var nobody = Self.entry(2, kind: .key)
      nobody.actor = AuditActor(
        origin: .client, userID: nil, processID: nil, name: nil, address: "2001:db8::1")
      nobody.after = nil
      nobody.change = .refused
      try AuditLog.add([Self.entry(1), nobody], to: database)
      #expect(try AuditLog.newest(limit: 9, in: database) == [nobody, Self.entry(1)])
      #expect(try AuditLog.newest(limit: 1, in: database) == [nobody])
      #expect(try AuditLog.newest(limit: 0, in: database).isEmpty)
    }
  }

  @Test func findsWhatIsAskedFor() throws {
    try withDatabase { database throws in
      try AuditLog.add(
        [Self.entry(1), Self.entry(2, kind: .key), Self.entry(3, name: "bob")], to: database)
      func found(_ change: (inout AuditLog.Filter) -> Void) throws -> [Int64] {
        var filter = AuditLog.Filter()
        change(&filter)
        return try AuditLog.newest(limit: 9, matching: filter, in: database).map(\.atMilliseconds)
      }
      #expect(try found { $0.kind = .user } == [3, 1])
      #expect(try found { $0.name = "ada" } == [2, 1])
      #expect(try found { $0.sinceMilliseconds = 2 } == [3, 2])
      #expect(
        try found {
          $0.kind = .key
          $0.name = "bob"
        }.isEmpty)
    }
  }

  @Test func theOldestGo() throws {
    try withDatabase { database throws in
      for number in 1...20 {
        try AuditLog.add([Self.entry(Int64(number))], to: database, rowsMax: 5)
      }
      let left = try AuditLog.newest(limit: 100, in: database).map(\.atMilliseconds)
      #expect(left == [20, 19, 18, 17, 16])
      try AuditLog.add([], to: database, rowsMax: 5)
      #expect(try AuditLog.newest(limit: 100, in: database).count == 5)
    }
  }
}
