import Gateway
import JSON
import Testing

@testable import Server

@Suite("What can be done with keys")
struct KeyOperationsTests {
  static let found = #"{"provider": "open", "label": "found-01"}"#

  /// A desk with a key that ada has contributed.
  static func desk(status: String = "active") throws -> TestDesk {
    let desk = try TestDesk.furnished()
    try desk.perform(
      "import",
      #"""
      {"document": {"users": [{"name": "ada", "contribute_keys": true}],
       "keys": [{"provider": "open", "label": "found-01", "secret": "sk-contributed-canary",
        "status": "\#(status)", "owner": "ada", "fingerprint": "00ff"}]}}
      """#)
    return desk
  }

  static func key(_ desk: TestDesk) -> Key? {
    let provider = desk.installation.records.snapshot.provider(named: "open")
    return provider?.keys.first { $0.label == "found-01" }
  }

  @Test func aContributedKeyShowsItsOwner() throws {
    let desk = try Self.desk()
    let shown = try desk.perform("key.show", Self.found)
    #expect(shown.at("key.owner")?.string == "ada")
    #expect(!shown.text.contains("00ff") && !shown.text.contains("canary"))
    #expect(try desk.code("key.show", #"{"provider": "open", "label": "none"}"#) == "not_found")
  }

  /// The secret goes, what it is known by stays; removing once more forgets that, too.
  @Test(arguments: ["key.withdraw", "key.remove"])
  func aContributedKeyIsWithdrawn(_ operation: String) throws {
    let desk = try Self.desk()
    #expect(try desk.perform(operation, Self.found)["withdrawn"]?.string == "found-01")
    let key = try #require(Self.key(desk))
    #expect(key.status == .withdrawn && key.secret.bytes.isEmpty && key.fingerprint == "00ff")
    #expect(try desk.perform("provider.show", #"{"name":"open"}"#).at("provider.keys") == .int(2))
    let list = try desk.perform("key.list", #"{"provider": "open"}"#)
    #expect(list.text.contains(#""state":"withdrawn""#))
    #expect(
      try desk.code("key.set", #"{"provider":"open","label":"found-01","status":"active"}"#) != nil)
    #expect(try desk.perform("key.remove", Self.found)["removed"]?.string == "found-01")
    #expect(Self.key(desk) == nil)
  }

  @Test func anOperatorsKeyCannotBeWithdrawn() throws {
    let desk = try Self.desk()
    let first = #"{"provider": "open", "label": "first"}"#
    #expect(try desk.code("key.withdraw", first) == "conflict")
    #expect(try desk.perform("key.remove", first)["removed"]?.string == "first")
  }

  @Test func aCheckNeedsARunningAppliance() throws {
    let desk = try Self.desk()
    #expect(try desk.code("key.check", Self.found) == "unreachable")
  }

  /// Who goes takes its keys along.
  @Test func theKeysOfAUserGoWithIt() throws {
    let desk = try Self.desk()
    #expect(try desk.perform("user.remove", #"{"name": "ada"}"#)["tokens"]?.int == 1)
    #expect(Self.key(desk) == nil)
  }

  @Test func anExportHoldsOwnersAndCanBeImported() throws {
    let desk = try Self.desk()
    let document = try desk.perform("export", #"{"clear_secrets": true}"#)["document"] ?? .null
    let again = try desk.perform("import", #"{"document": \#(document.text)}"#)
    #expect(again["changed"]?.int == 0 && again["created"]?.int == 0)
    let fresh = try TestDesk()
    try fresh.perform("import", #"{"document": \#(document.text)}"#)
    #expect(try fresh.perform("key.show", Self.found).at("key.owner")?.string == "ada")
  }
}
