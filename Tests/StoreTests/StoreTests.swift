import Foundation
import Gateway
import Providers
import Testing

@testable import Store

/// A folder of its own for one test, gone afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("store-\(UUID().uuidString)")
  try FileManager.default.createDirectory(
    at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// A new database with the schema, on the owner's connection.
func withDatabase<Result>(_ body: (Database) throws -> Result) throws -> Result {
  try withFolder { folder throws in
    let database = try Database(path: "\(folder)/appliance.db", .owner)
    try Migration.apply(to: database)
    return try body(database)
  }
}

/// A receipt that differs from others in its id and what is set.
func receipt(_ id: String, at milliseconds: Int64 = 1_000) -> Receipt {
  var receipt = Receipt(requestID: id, startedAtMilliseconds: milliseconds)
  receipt.user = "ada"
  receipt.token = "laptop"
  receipt.dialect = .openai
  receipt.endpoint = .chatCompletions
  receipt.model = "gpt-4o"
  receipt.upstreamModel = "gpt-4o-2024-08-06"
  receipt.provider = "openai"
  receipt.key = "main"
  receipt.level = 1
  receipt.attempts = 1
  receipt.status = 200
  receipt.outcome = .served
  receipt.usage.inputTokens = 100
  receipt.usage.outputTokens = 20
  receipt.usageSource = .reported
  receipt.costNanoUSD = 450_000
  receipt.timeToFirstTokenMilliseconds = 30
  receipt.durationMilliseconds = 50
  return receipt
}

/// Every column of the table as text, to compare two receipts by.
func facts(_ receipt: Receipt) -> [String] {
  Mirror(reflecting: receipt).children.map { "\($0.label ?? ""): \($0.value)" }
}

func mode(_ path: String) throws -> Int {
  let attributes = try FileManager.default.attributesOfItem(atPath: path)
  return try #require(attributes[.posixPermissions] as? Int)
}

@Suite("What outlives the process")
struct StoreTests {
  /// A first start, then a second with the same directory.
  @Test func keepsEverythingThroughARestart() throws {
    try withFolder { folder throws in
      let path = "\(folder)/data"
      var node: UInt64 = 0
      for start in 1...2 {
        let directory = try DataDirectory(path)
        let keys = try KeyStore.peek(path: directory.databasePath)
        #expect(keys.count == start - 1)
        let writer = try Writer(path: directory.databasePath)
        let found = try writer.performAndWait { database throws(StoreError) in
          try KeyStore.put(
            [StoredKey(id: "k", purpose: "seal", wrapped: "w1", createdAtMilliseconds: 1)],
            in: database)
          return try RecordStore.nodeID(in: database)
        }
        if start == 1 { node = found }
        #expect(found == node && node > 0)
        #expect(writer.record(receipt("request \(start)")))
        #expect(writer.close() == 0)
        var seen: [String] = []
        try LedgerReader(path: directory.databasePath).newest(limit: 10) {
          seen.append($0.requestID)
          return true
        }
        #expect(seen.count == start)
        #expect(try mode(path) == 0o700)
        #expect(try mode(directory.databasePath) == 0o600)
      }
    }
  }
}
