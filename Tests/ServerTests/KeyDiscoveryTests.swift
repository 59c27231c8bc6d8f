import Gateway
import JSON
import Testing

@testable import Server

@Suite("Who may contribute a key")
struct KeyDiscoveryTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var discovery = "pending"
    var user = #""contribute_keys": true"#
    var keys = ""
    var secret = "sk-found"
    let mayJoin: Bool
    var testDescription: String { name }
  }

  static func keys(_ count: Int) -> String {
    (0..<count).map {
      #"""
      {"provider": "q", "label": "l\#($0)", "secret": "s\#($0)", "owner": "ada",
       "fingerprint": "f\#($0)", "status": "pending"}
      """#
    }.joined(separator: ",")
  }

  static let cases: [Case] = [
    Case(name: "both agree", mayJoin: true),
    Case(name: "as active", discovery: "active", mayJoin: true),
    Case(name: "the operator does not", discovery: "off", mayJoin: false),
    Case(name: "the user does not", user: #""contribute_keys": false"#, mayJoin: false),
    Case(name: "nobody said so", user: #""level": 1"#, mayJoin: false),
    Case(
      name: "a suspended user", user: #""contribute_keys": true, "status": "suspended""#,
      mayJoin: false),
    Case(
      name: "the operator has it", keys: #"{"provider":"p","label":"a","secret":"sk-found"}"#,
      mayJoin: false),
    Case(
      name: "withdrawn before",
      keys: #"""
        {"provider": "p", "label": "a", "owner": "ada", "fingerprint": "f", "status": "withdrawn"}
        """#, mayJoin: false),
    Case(
      name: "known at another provider",
      keys: #"""
        {"provider": "q", "label": "a", "owner": "ada", "fingerprint": "f", "status": "pending",
         "secret": "sk-found"}
        """#, mayJoin: true),
    Case(name: "one more", keys: keys(31), mayJoin: true),
    Case(name: "one too many", keys: keys(32), mayJoin: false),
  ]

  @Test(arguments: cases)
  func mayJoin(_ example: Case) throws {
    let desk = try TestDesk()
    try desk.perform(
      "import",
      #"""
      {"document": {"providers": [
        {"name": "p", "dialect": "openai", "base_url": "https://p.example"},
        {"name": "q", "dialect": "openai", "base_url": "https://q.example"}],
       "keys": [\#(example.keys)], "users": [{"name": "ada", \#(example.user)}],
       "settings": {"key_discovery": "\#(example.discovery)"}}}
      """#)
    let snapshot = desk.installation.records.snapshot
    let sighting = KeySighting(
      key: OwnKey(secret: ClearSecret(Array(example.secret.utf8)), fingerprint: "f"),
      providerID: try #require(snapshot.provider(named: "p")).id,
      userID: try #require(snapshot.user(named: "ada")).id)
    #expect(KeyDiscovery.mayJoin(sighting, snapshot) == example.mayJoin)
  }
}
