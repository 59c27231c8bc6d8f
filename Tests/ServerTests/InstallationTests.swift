import Vault
import Foundation
import Gateway
import JSON
import Testing

@testable import Server

@Suite("An opened data folder")
struct InstallationTests {
  static func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  /// Opens the folder for as long as `body` runs.
  static func with<Result>(
    _ folder: TestFolder, masterKeyFile: String = "", _ body: (OpenFolder) throws -> Result
  ) throws -> Result {
    let installation = try Installation(
      dataPath: folder.path + "/data", masterKeyFile: masterKeyFile)
    defer { installation.close() }
    return try body(OpenFolder(administration: Administration(installation: installation)))
  }

  /// Not a `TestDesk`, which would keep the lock as long as its folder.
  struct OpenFolder {
    let administration: Administration
    var installation: Installation { administration.installation }
  }

  @Test func anEmptyFolderIsFurnished() throws {
    let folder = try TestFolder()
    let data = folder.path + "/data"
    try Self.with(folder) { desk in
      #expect(desk.installation.problems.isEmpty)
      #expect(desk.installation.node != 0)
      try #expect(Self.mode(data) == 0o700)
      for name in ["master.key", "appliance.db", "appliance.lock"] {
        try #expect(Self.mode("\(data)/\(name)") == 0o600, "\(name)")
      }
    }
  }

  @Test func aSecondOpenerIsRefused() throws {
    let folder = try TestFolder()
    try Self.with(folder) { _ in
      let error = #expect(throws: OperationFailure.self) {
        _ = try Installation(dataPath: folder.path + "/data")
      }
      #expect(error?.code == "in_use")
      #expect(error?.message.contains("\(getpid())") == true)
    }
    try Self.with(folder) { _ in }
  }

  @Test func openingAgainFindsTheRecords() throws {
    let folder = try TestFolder()
    let (node, generation) = try Self.with(folder) { desk in
      _ = try desk.administration.perform(
        "import", try .init(parsing: #"{"document": \#(TestDesk.document)}"#))
      return (desk.installation.node, desk.installation.records.snapshot.records(.key).count)
    }
    #expect(generation == 2)
    try Self.with(folder) { desk in
      #expect(desk.installation.node == node)
      #expect(desk.installation.problems.isEmpty)
      let snapshot = desk.installation.records.snapshot
      let secrets = snapshot.provider(named: "open")?.keys.map { $0.secret.bytes }
      #expect(Set(secrets ?? []) == [Array("sk-open-first-00000001".utf8), Array("short".utf8)])
      let digest = desk.installation.keyring.digester.digest(Array("token-of-ada".utf8).span)
      let bytes = try #require(TokenDigestBytes(digest.bytes))
      #expect(snapshot.caller(digest: bytes)?.user.name == "ada")
      #expect(snapshot.models.exactNames.contains("best"))
      // What is written now beats what was written before.
      _ = try desk.administration.perform("user.set", ["name": "ada", "level": 5])
      #expect(desk.installation.records.snapshot.user(named: "ada")?.level == 5)
    }
    try Self.with(folder) { desk in
      #expect(desk.installation.records.snapshot.user(named: "ada")?.level == 5)
    }
  }

  /// Wrong, malformed, missing or readable by others: refused before a byte of the data changes.
  @Test(arguments: [
    ("wrong", String(repeating: "ab", count: 32) + "\n", 0o600),
    ("malformed", "not a key\n", 0o600), ("readable", "", 0o644), ("missing", "", 0),
  ])
  func aMasterKeyThatIsNotTheRightOneChangesNothing(
    _ name: String, text: String, permissions: Int
  ) throws {
    let folder = try TestFolder()
    try Self.with(folder) { desk in
      _ = try desk.administration.perform("user.add", ["name": "ada"])
    }
    let other = folder.path + "/other.key"
    if name == "readable" {
      try FileManager.default.copyItem(atPath: folder.path + "/data/master.key", toPath: other)
    } else if name != "missing" {
      try text.write(toFile: other, atomically: false, encoding: .utf8)
    }
    if name != "missing" {
      try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: other)
    }
    let before = try Self.state(folder)
    let error = #expect(throws: OperationFailure.self) {
      _ = try Installation(dataPath: folder.path + "/data", masterKeyFile: other)
    }
    #expect(error?.code == "master_key")
    #expect(error?.message.contains(name == "wrong" ? "master key" : other) == true)
    #expect(try Self.state(folder) == before)
    try Self.with(folder) { desk in
      #expect(desk.installation.records.snapshot.user(named: "ada") != nil)
    }
  }

  /// Bytes and times of every file but the lock, which says who has it.
  private static func state(_ folder: TestFolder) throws -> [String: [String]] {
    var state: [String: [String]] = [:]
    for (name, bytes) in try folder.bytes() where !name.hasSuffix("appliance.lock") {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(name)")
      let time = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
      state[name] = ["\(bytes.hashValue)", "\(bytes.count)", "\(time)"]
    }
    return state
  }
}
