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

/// Starts a program that says nothing but what it writes to `output`.
///
/// Foundation's `Process` leaks, which the address sanitizer does not let pass.
func spawn(_ path: String, _ arguments: [String], output: Int32? = nil) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  for descriptor in Int32(0)...2 {
    posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
  }
  if let output { posix_spawn_file_actions_adddup2(&actions, output, 1) }
  var vector = ([path] + arguments).map { strdup($0) } + [nil]
  defer { for argument in vector { free(argument) } }
  var process = pid_t()
  try #require(posix_spawn(&process, path, &actions, nil, &vector, environ) == 0)
  return process
}

/// Waits for a program.
@discardableResult
func end(of process: pid_t) -> Int32 {
  var status: Int32 = 0
  while waitpid(process, &status, 0) < 0 && errno == EINTR {}
  return status
}

/// Runs a program to its end; 0 is success.
func run(_ path: String, _ arguments: String...) throws -> Int32 {
  guard FileManager.default.isExecutableFile(atPath: path) else { return -1 }
  return end(of: try spawn(path, arguments))
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
        let journaled = try Journaled(path)
        let writer = journaled.writer
        let found = try writer.performAndWait { database throws(StoreError) in
          try KeyStore.put(
            [StoredKey(id: "k", purpose: "seal", wrapped: "w1", createdAtMilliseconds: 1)],
            in: database)
          return try RecordStore.nodeID(in: database)
        }
        if start == 1 { node = found }
        #expect(found == node && node > 0)
        journaled.record(receipt("request \(start)"))
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
