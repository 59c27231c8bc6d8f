import Store
import Gateway
import JSON
import Testing

@testable import Server

@Suite("The status")
struct StatusOperationTests {
  @Test func aloneItSaysWhatItHolds() throws {
    let desk = try TestDesk.furnished()
    let status = try desk.perform("status")
    #expect(
      status.object?.map(\.name) == [
        "version", "running", "listen", "data", "node", "providers", "keys", "users", "tokens",
        "models", "prices", "price_version", "requests_total",
      ])
    #expect(status["version"]?.string == productVersion)
    #expect(
      status["price_version"]?.string == desk.installation.records.snapshot.prices.version)
    #expect(status["running"] == false)
    #expect(status["data"]?.string == desk.folder.path + "/data")
    #expect(status["providers"] == 2)
    #expect(status["keys"] == 2)
    #expect(status["users"] == 2)
    #expect(status["tokens"] == 1)
    #expect(status["models"] == 1)
    #expect(status["prices"] == 1)
    #expect(status["requests_total"] == 0)
  }

  /// It cannot be used, whoever still has it on record.
  @Test func countsNoKeyThatIsWithdrawn() throws {
    let desk = try KeyOperationsTests.desk()
    #expect(try desk.perform("status")["keys"] == 3)
    try desk.perform("key.withdraw", KeyOperationsTests.found)
    #expect(try desk.perform("status")["keys"] == 2)
  }

  @Test func countsRequestsThatWereJustHandedOver() throws {
    let desk = try TestDesk()
    try desk.record(.init(requestID: "req_1", startedAtMilliseconds: 1))
    #expect(try desk.perform("status")["requests_total"] == 1)
  }

  /// The number is kept, not counted: rows that are gone are in it.
  @Test func countsRequestsWhoseRowsAreGone() throws {
    let desk = try TestDesk()
    for id in ["a", "b", "b"] {
      try desk.record(.init(requestID: id, startedAtMilliseconds: 1))
    }
    let gone = try desk.installation.writer.performAndWait { database throws(StoreError) in
      try Ledger.purge(finishedBefore: .max, rowsMax: 9, in: database)
    }
    #expect(gone == 2)
    #expect(try desk.perform("status")["requests_total"] == 2)
  }

  @Test func aRunningServerAddsItsOwn() throws {
    let desk = try TestDesk()
    let running = Administration(installation: desk.installation) { [.init("pid", 7)] }
    let status = try running.perform("status", .object([]))
    #expect(status["running"] == true)
    #expect(status["pid"] == 7)
    #expect(status["listen"] == nil)
  }
}
