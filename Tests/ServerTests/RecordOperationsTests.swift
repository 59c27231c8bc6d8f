import Vault
import Foundation
import Gateway
import JSON
import Testing

@testable import Server

@Suite("Operations on records")
struct RecordOperationsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let operation: String
    let arguments: String
    /// The result as JSON, or the code of the failure.
    let outcome: String
    var testDescription: String { "\(operation) \(arguments)" }

    init(_ operation: String, _ arguments: String, _ outcome: String) {
      self.operation = operation
      self.arguments = arguments
      self.outcome = outcome
    }
  }

  static let cases: [Case] = [
    // providers
    Case(
      "provider.add", #"{"name":"g","dialect":"gemini","base_url":"https://g.example"}"#,
      #"""
      {"provider":{"name":"g","dialect":"gemini","base_url":"https://g.example",
      "auth":"x-goog-api-key","allow_private":false,"stream_usage":"ask","keys":0}}
      """#),
    Case(
      "provider.add", #"{"name":"open","dialect":"openai","base_url":"https://x.example"}"#,
      "already_exists"),
    Case("provider.add", #"{"name":"x","dialect":"cobol","base_url":"https://x"}"#, "invalid"),
    Case("provider.add", #"{"name":"x","dialect":"openai","base_url":"ftp://x"}"#, "invalid"),
    Case("provider.add", #"{"name":"x","dialect":"openai"}"#, "invalid"),
    Case(
      "provider.add", #"{"name":"x","dialect":"openai","base_url":"https://x","colour":"red"}"#,
      "invalid"),
    Case("provider.add", "{}", "invalid"),
    Case(
      "provider.set", #"{"name":"open","auth":"query:k","stream_usage":"never"}"#,
      #"""
      {"provider":{"name":"open","dialect":"openai","base_url":"https://open.example/v1",
      "auth":"query:k","stream_usage":"never","allow_private":false,"keys":2}}
      """#),
    Case("provider.set", #"{"name":"gone","auth":"none"}"#, "not_found"),
    Case("provider.set", #"{"name":"open","dialect":null}"#, "invalid"),
    Case("provider.show", #"{"name":"gone"}"#, "not_found"),
    Case("provider.remove", #"{"name":"gone"}"#, "not_found"),
    Case("provider.remove", #"{"name":"open"}"#, "conflict"),
    // A mapping leads to it: not even by force.
    Case("provider.remove", #"{"name":"open","force":true}"#, "conflict"),
    Case("provider.remove", #"{"name":"clod"}"#, #"{"removed":"clod","keys":0}"#),
    // keys
    Case(
      "key.add", #"{"provider":"clod","label":"k","secret":"sk-ant-0000000001234"}"#,
      #"""
      {"key":{"provider":"clod","label":"k","level":1,"weight":1,"models":null,"status":"active",
      "state":"unknown","secret_hint":"1234"}}
      """#),
    Case("key.add", #"{"provider":"open","label":"first","secret":"s"}"#, "already_exists"),
    Case("key.add", #"{"provider":"gone","label":"k","secret":"s"}"#, "not_found"),
    Case("key.add", #"{"provider":"open","label":"k"}"#, "invalid"),
    Case("key.add", #"{"provider":"open","secret":"s"}"#, "invalid"),
    Case("key.add", #"{"provider":"open","label":"k","secret":7}"#, "invalid"),
    Case("key.add", #"{"provider":"open","label":"k","secret":"s","status":"lost"}"#, "invalid"),
    Case(
      "key.set", #"{"provider":"open","label":"first","level":4,"weight":7,"status":"disabled"}"#,
      #"""
      {"key":{"provider":"open","label":"first","level":4,"weight":7,"status":"disabled",
      "models":null,"state":"disabled","secret_hint":"0001"}}
      """#),
    Case(
      "key.set", #"{"provider":"open","label":"second","models":[]}"#,
      #"""
      {"key":{"provider":"open","label":"second","level":2,"models":[],"weight":1,
      "status":"active","state":"unknown","secret_hint":""}}
      """#),
    Case(
      "key.set", #"{"provider":"open","label":"second","models":null}"#,
      #"""
      {"key":{"provider":"open","label":"second","level":2,"weight":1,"models":null,
      "status":"active","state":"unknown","secret_hint":""}}
      """#),
    Case("key.set", #"{"provider":"open","label":"gone","level":4}"#, "not_found"),
    Case("key.set", #"{"provider":"gone","label":"first","level":4}"#, "not_found"),
    Case("key.set", #"{"provider":"open","label":"first","level":-4}"#, "invalid"),
    Case("key.remove", #"{"provider":"open","label":"second"}"#, #"{"removed":"second"}"#),
    Case("key.remove", #"{"provider":"open","label":"gone"}"#, "not_found"),
    Case("key.list", #"{"provider":"gone"}"#, "not_found"),
    Case("key.list", #"{"provider":"clod"}"#, #"{"keys":[]}"#),
    Case("key.list", #"{"provider":7}"#, "invalid"),
    // users
    Case(
      "user.add", #"{"name":"eve","affinity":"user"}"#,
      #"{"user":{"name":"eve","affinity":"user","status":"active","level":1,"tokens":0}}"#),
    Case("user.add", #"{"name":"ada"}"#, "already_exists"),
    Case("user.add", #"{"name":"eve","level":"high"}"#, "invalid"),
    Case(
      "user.set", #"{"name":"bob","status":null,"level":null}"#,
      #"{"user":{"name":"bob","status":"active","level":1,"affinity":"none","tokens":0}}"#),
    Case("user.set", #"{"name":"eve"}"#, "not_found"),
    Case("user.show", #"{"name":"eve"}"#, "not_found"),
    Case(
      "user.show", #"{"name":"bob"}"#,
      #"""
      {"user":{"name":"bob","status":"suspended","level":3,"affinity":"none","tokens":0}}
      """#),
    Case("token.show", #"{"user":"ada","label":"gone"}"#, "not_found"),
    Case(
      "token.show", #"{"user":"ada","label":"laptop"}"#,
      #"{"token":{"user":"ada","label":"laptop","status":"active"}}"#),
    Case("user.remove", #"{"name":"ada"}"#, #"{"removed":"ada","tokens":1}"#),
    Case("user.remove", #"{"name":"eve"}"#, "not_found"),
    // tokens
    Case(
      "token.add",
      #"{"user":"ada","label":"phone","secret":"given","expires_at_ms":4102444800000}"#,
      #"""
      {"token":{"user":"ada","label":"phone","expires_at":"2100-01-01T00:00:00Z",
      "status":"active"},"secret":"given"}
      """#),
    Case("token.add", #"{"user":"ada","label":"laptop"}"#, "already_exists"),
    Case("token.add", #"{"user":"gone"}"#, "not_found"),
    Case("token.add", #"{"user":"ada","secret":"token-of-ada"}"#, "invalid"),
    Case("token.add", #"{"user":"ada","expires_at_ms":"soon"}"#, "invalid"),
    Case("token.add", #"{"user":"ada","expires_at_ms":1000000000000}"#, "invalid"),
    Case("token.add", "{}", "invalid"),
    Case("token.remove", #"{"user":"ada","label":"laptop"}"#, #"{"removed":"laptop"}"#),
    Case("token.remove", #"{"user":"ada","label":"gone"}"#, "not_found"),
    Case("token.list", #"{"user":"gone"}"#, "not_found"),
    Case("token.list", #"{"user":"bob"}"#, #"{"tokens":[]}"#),
    Case("token.list", "{}", #"{"tokens":[{"user":"ada","label":"laptop","status":"active"}]}"#),
    Case(
      "token.set", #"{"user":"ada","label":"laptop","models":["m"],"status":"suspended"}"#,
      #"{"token":{"user":"ada","label":"laptop","models":["m"],"status":"suspended"}}"#),
    Case("token.set", #"{"user":"ada","label":"gone"}"#, "not_found"),
    Case(
      "user.set", #"{"name":"ada","map":{"a":"b","c":"d"}}"#,
      #"""
      {"user":{"name":"ada","model_map":{"a":"b","c":"d"},"status":"active","level":1,
      "affinity":"none","tokens":1}}
      """#),
    // models
    Case(
      "model.add", #"{"name":"fast-*","targets":[{"provider":"open","model":"*","weight":3}]}"#,
      #"{"model":{"name":"fast-*","targets":[{"provider":"open","model":"*","weight":3}]}}"#),
    Case(
      "model.add", #"{"name":"best","targets":[{"provider":"open","model":"x"}]}"#, "already_exists"
    ),
    Case("model.add", #"{"name":"x","targets":[{"provider":"gone","model":"x"}]}"#, "invalid"),
    Case("model.add", #"{"name":"x","targets":[]}"#, "invalid"),
    Case(
      "model.set", #"{"name":"best","fallbacks":["m-2"]}"#,
      #"{"model":{"name":"best","targets":[{"provider":"open","model":"m-1"}],"fallbacks":["m-2"]}}"#
    ),
    Case("model.set", #"{"name":"gone","fallbacks":[]}"#, "not_found"),
    Case("model.remove", #"{"name":"best"}"#, #"{"removed":"best"}"#),
    Case("model.remove", #"{"name":"gone"}"#, "not_found"),
  ]

  /// The result as it should be, or the failure's code; a failure changes nothing.
  @Test(arguments: cases)
  func operation(_ example: Case) throws {
    let desk = try TestDesk.furnished()
    let before = try desk.perform("export")
    guard example.outcome.hasPrefix("{") else {
      #expect(try desk.code(example.operation, example.arguments) == example.outcome)
      #expect(try desk.perform("export") == before)
      return
    }
    let result = try desk.perform(example.operation, example.arguments)
    let expected = try JSONValue(parsing: example.outcome)
    #expect(result == expected, "\(result.text)")
  }

  @Test func aProviderGoesByForceWithItsKeys() throws {
    let desk = try TestDesk.furnished()
    try desk.perform("model.remove", #"{"name":"best"}"#)
    let result = try desk.perform("provider.remove", #"{"name":"open","force":true}"#)
    #expect(result.text == #"{"removed":"open","keys":2}"#)
    #expect(try desk.perform("key.list").text == #"{"keys":[]}"#)
  }

  /// A name that another leads to would be asked of providers as a model of theirs.
  @Test(arguments: [
    ("model.set", #"{"name":"outer","fallbacks":["best"]}"#),
    ("user.set", #"{"name":"ada","map":{"mine":"best"}}"#),
  ])
  func aNameThatIsLedToGoesByForce(operation: String, arguments: String) throws {
    let desk = try TestDesk.furnished()
    try desk.perform(
      "model.add", #"{"name":"outer","targets":[{"provider":"open","model":"x"}]}"#)
    try desk.perform(operation, arguments)
    #expect(try desk.code("model.remove", #"{"name":"best"}"#) == "conflict")
    let result = try desk.perform("model.remove", #"{"name":"best","force":true}"#)
    #expect(result.text == #"{"removed":"best"}"#)
  }

  @Test func tokensThatWeMakeAreShownOnceAndTakeTheFirstFreeLabel() throws {
    let desk = try TestDesk.furnished()
    var secrets: Set<String> = []
    for label in ["default", "default-2", "default-3"] {
      let made = try desk.perform("token.add", #"{"user":"ada"}"#)
      #expect(made.at("token.label")?.string == label)
      let secret = try #require(made["secret"]?.string)
      secrets.insert(secret)
      #expect(secret.hasPrefix("sk-ap-"))
      let publicID = try #require(made.at("token.public_id")?.string)
      #expect(secret.hasPrefix("sk-ap-\(publicID)-"))
    }
    #expect(secrets.count == 3)
    let list = try desk.perform("token.list").text + desk.perform("export").text
    for secret in secrets { #expect(!list.contains(secret.suffix(40))) }
    try desk.perform("token.remove", #"{"user":"ada","label":"default-2"}"#)
    let again = try desk.perform("token.add", #"{"user":"ada"}"#)
    #expect(again.at("token.label")?.string == "default-2")
  }

  /// Two operators at once: one name is given once, and every token that was shown is good.
  @Test func operationsAtTheSameTimeDoNotOverwriteEachOther() async throws {
    let desk = try TestDesk.furnished()
    let administration = desk.administration
    let results = await withTaskGroup(of: (String?, Bool).self) { group in
      for _ in 0..<12 {
        group.addTask {
          let made = try? administration.perform("token.add", ["user": "ada"])
          let isNew = (try? administration.perform("user.add", ["name": "eve"])) != nil
          return (made?["secret"]?.string, isNew)
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.count { $0.1 } == 1)
    let digester = desk.installation.keyring.digester
    let snapshot = desk.installation.records.snapshot
    for (secret, _) in results {
      let digest = digester.digest(Array(try #require(secret).utf8).span)
      let bytes = try #require(TokenDigestBytes(digest.bytes))
      #expect(snapshot.caller(digest: bytes)?.user.name == "ada")
    }
  }

  @Test func aSecretIsNotAskedForAgain() throws {
    let desk = try TestDesk.furnished()
    try desk.perform("key.set", #"{"provider":"open","label":"first","weight":2}"#)
    let keys = desk.installation.records.snapshot.provider(named: "open")?.keys
    #expect(keys?.contains { $0.secret.bytes == Array("sk-open-first-00000001".utf8) } == true)
  }

  // MARK: documents

  @Test func anImportCountsWhatItDoesAndTwiceChangesNothing() throws {
    let desk = try TestDesk()
    let arguments = #"{"document": \#(TestDesk.document), "replace": false}"#
    let first = try desk.perform("import", arguments)
    #expect(first.text == #"{"created":9,"changed":0,"unchanged":0,"removed":0}"#)
    let second = try desk.perform("import", arguments)
    #expect(second.text == #"{"created":0,"changed":0,"unchanged":9,"removed":0}"#)
    let third = try desk.perform(
      "import", #"{"document":{"users":[{"name":"ada","level":2}]},"replace":true}"#)
    #expect(third.text == #"{"created":0,"changed":1,"unchanged":0,"removed":1}"#)
  }

  @Test(arguments: [
    "{}", #"{"document":7}"#, #"{"document":{"clouds":[]}}"#,
    #"{"document":{"users":[{"name":"eve"},{"name":""}]}}"#,
    #"{"document":{"users":[{"name":"eve"}],"keys":[{"provider":"gone","label":"a","secret":"b"}]}}"#,
  ])
  func anImportIsAllOrNothing(_ arguments: String) throws {
    let desk = try TestDesk.furnished()
    let before = try desk.perform("export")
    #expect(try desk.code("import", arguments) == "invalid")
    #expect(try desk.perform("export") == before)
  }

  @Test(arguments: [false, true])
  func anExportImportsElsewhere(_ isClear: Bool) throws {
    let desk = try TestDesk.furnished()
    let export = try desk.perform("export", #"{"clear_secrets": \#(isClear)}"#)
    #expect(export.text.contains("sk-open-first-00000001") == isClear)
    #expect(!export.text.contains("token-of-ada"))
    let document = try #require(export["document"])
    let again = try desk.administration.perform("import", ["document": document])
    #expect(again["unchanged"] == 9)
    // Sealed secrets open only under their own master key.
    let other = try TestDesk()
    if isClear {
      try #expect(other.administration.perform("import", ["document": document])["created"] == 9)
    } else {
      let error = #expect(throws: OperationFailure.self) {
        try other.administration.perform("import", ["document": document])
      }
      #expect(error?.message.contains("another master key") == true)
    }
  }
}
