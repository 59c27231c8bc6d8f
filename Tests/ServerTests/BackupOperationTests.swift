import Gateway
import JSON
import Store
import Testing

@testable import Server

@Suite("The backup")
struct BackupOperationTests {
  @Test func holdsRecordsAndRowsAndIsADatabaseOfItsOwn() throws {
    let desk = try TestDesk.furnished()
    try desk.record(.init(requestID: "req_1", startedAtMilliseconds: 1))
    let path = desk.folder.path + "/copy.db"
    let result = try desk.perform("backup", #"{"path": "\#(path)"}"#)
    #expect(result["path"]?.string == path)
    let bytes = try desk.folder.bytes()
    #expect(result["bytes"]?.int == bytes["copy.db"].map { Int64($0.count) })
    #expect(bytes["copy.db-wal"] == nil)
    let copy = try Database(path: path, .reader)
    #expect(try copy.integer("SELECT count(*) FROM record") > 0)
    #expect(try copy.integer("SELECT count(*) FROM request") == 1)
  }

  @Test func overwritesNothing() throws {
    let desk = try TestDesk()
    let path = desk.folder.path + "/data/appliance.db"
    let before = try desk.folder.bytes()["data/appliance.db"]
    #expect(throws: OperationFailure.self) {
      try desk.perform("backup", #"{"path": "\#(path)"}"#)
    }
    #expect(try desk.folder.bytes()["data/appliance.db"] == before)
  }

  @Test(arguments: ["", "copy.db", "../copy.db"])
  func wantsAWholePath(_ path: String) throws {
    let desk = try TestDesk()
    #expect(throws: OperationFailure.self) {
      try desk.perform("backup", #"{"path": "\#(path)"}"#)
    }
  }
}
