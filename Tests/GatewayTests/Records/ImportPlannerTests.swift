import Providers
import Cluster
import JSON
import Testing

@testable import Gateway

@Suite("Planning an import")
struct ImportPlannerTests {
  static let full = """
    {'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example', 'headers': {'x-team': 'b'}},
      {'name': 'local', 'dialect': 'openai', 'base_url': 'http://127.0.0.1:1', 'auth': 'none'}],
     'keys': [{'provider': 'a', 'label': '1', 'secret': 'k1', 'level': 5, 'models': []},
      {'provider': 'a', 'label': '2', 'secret': 'k2'}],
     'users': [{'name': 'ada', 'level': 5}, {'name': 'bob'}],
     'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't1', 'expires_at': '2027-01-31T01:00:00+01:00'},
      {'user': 'bob', 'label': 'l', 'digest': '0A\(RecordFieldsTests.digest.dropFirst(2))'}],
     'models': [{'name': 'm', 'targets': [{'provider': 'a', 'model': 'x', 'weight': 2}],
       'fallbacks': ['n', {'provider': 'local', 'model': 'y'}]}],
     'prices': {'m': {'input_cost_per_token': 1e-06}},
     'settings': {'queue_wait': '5s', 'unpriced': 'free'}}
    """

  @Test(arguments: [false, true])
  func importingTwiceChangesNothing(replacing: Bool) throws {
    var world = World()
    let first = try world.load(Self.full, replacing: replacing)
    #expect(first.writes.count == 12 && first.count(.created) == 12)
    let before = world.snapshot
    let second = try world.plan(Self.full, replacing: replacing)
    #expect(second.writes.isEmpty && second.unchangedCount == 12)
    #expect(world.snapshot === before)
  }

  @Test func secretsWaitToBeSealed() throws {
    let plan = try World().plan(Self.full)
    let keys = plan.writes.filter { $0.kind == .key }
    #expect(keys.map(\.name) == ["a/1", "a/2"])
    #expect(
      keys.map(\.secrets) == [
        [SecretWrite(field: "secret", clear: ClearSecret(Array("k1".utf8)))],
        [SecretWrite(field: "secret", clear: ClearSecret(Array("k2".utf8)))],
      ])
    for write in plan.writes {
      let record = write.record(version: .init(wallMilliseconds: 1, logical: 0, node: 1)) { _ in
        "SEALED"
      }
      let text = record.value?.text ?? ""
      #expect(!text.contains("k1") && !text.contains("t1"), "\(text)")
      #expect(text.contains("SEALED") == (write.kind == .key))
    }
  }

  @Test func whatIsNotGivenStays() throws {
    var world = try World(Self.full)
    let plan = try world.load(
      "{'keys': [{'provider': 'a', 'label': '1', 'weight': 9}], 'users': [{'name': 'ada', 'status': 'suspended'}]}"
    )
    #expect(plan.count(.changed) == 2 && plan.writes.count == 2)
    let key = try #require(world.provider("a").keys.first { $0.label == "1" })
    #expect(key.weight == 9 && key.level == 5 && key.models?.isEmpty == true)
    #expect(key.secret == ClearSecret(Array("k1".utf8)))
    #expect(world.snapshot.user(named: "ada")?.level == 5)
    #expect(world.snapshot.user(named: "bob") != nil)
  }

  @Test func nullReturnsAFieldToItsDefault() throws {
    var world = try World(Self.full)
    try world.load(
      "{'users': [{'name': 'ada', 'level': null}], 'keys': [{'provider': 'a', 'label': '1', 'models': null}]}"
    )
    #expect(world.snapshot.user(named: "ada")?.level == 1)
    #expect(try world.provider("a").keys.first { $0.label == "1" }?.models == nil)
  }

  @Test func replacingRemovesWhatIsNotNamed() throws {
    var world = try World(Self.full)
    let plan = try world.load(
      """
      {'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'}],
       'keys': [{'provider': 'a', 'label': '1'}], 'users': [{'name': 'ada'}], 'models': [],
       'settings': {'unpriced': 'free'}}
      """, replacing: true)
    #expect(
      plan.writes.filter { $0.change == .removed }.map(\.name).sorted() == [
        "a/2", "bob", "bob/l", "local", "m", "queue_wait",
      ])
    #expect(try world.provider("a").profile.headers.isEmpty, "fields return to their defaults")
    let key = try #require(try world.provider("a").keys.first)
    #expect(key.level == 1 && key.models == nil)
    #expect(key.secret == ClearSecret(Array("k1".utf8)), "a secret that is not given stays")
    #expect(try world.caller("t1").user.level == 1, "an absent section is left alone")
    #expect(world.snapshot.records(.price).count == 1)
    #expect(world.snapshot.settings.queueWait == .seconds(10))
  }

  /// What the document names is never removed, least of all without a word.
  @Test(arguments: [
    ("'users': [], 'tokens': [{'user': 'ada', 'label': 'l'}]", "tokens[0].user", "user 'ada'"),
    (
      "'users': [{'name': 'bob'}], 'tokens': [{'user': 'bob', 'label': 'l'},"
        + " {'user': 'ada', 'label': 'e', 'secret': 'x'}]", "tokens[1].user", "user 'ada'"
    ),
    (
      "'providers': [], 'models': [], 'keys': [{'provider': 'a', 'label': '1'}]",
      "keys[0].provider", "provider 'a'"
    ),
    (
      "'users': [], 'keys': [{'provider': 'a', 'label': '1', 'owner': 'ada'}]", "keys[0].owner",
      "user 'ada'"
    ),
    (
      "'providers': [], 'models': [{'name': 'm', 'targets': [{'provider': 'a', 'model': 'x'}]}]",
      "models[0].targets", "provider 'a'"
    ),
    (
      "'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'}],"
        + " 'models': [{'name': 'm', 'targets': [{'provider': 'a', 'model': 'x'}],"
        + " 'fallbacks': [{'provider': 'local', 'model': 'y'}]}]",
      "models[0].fallbacks", "provider 'local'"
    ),
    (
      "'providers': [], 'users': [{'name': 'ada', 'model_map': {'n':"
        + " {'provider': 'a', 'model': 'x'}}}]", "users[0].model_map", "provider 'a'"
    ),
  ])
  func replacingRefusesANameThatItWouldRemove(
    document: String, path: String, name: String
  ) throws {
    let world = try World(Self.full)
    let error = #expect(throws: ImportError.self) {
      try world.plan("{\(document)}", replacing: true)
    }
    let kind = name.prefix { $0 != " " }
    #expect(
      error?.description
        == "\(path): it names the \(name), which is not in this document; with --replace everything "
        + "that it does not name is removed: add the \(kind), or import without --replace")
  }

  /// Without `--replace`, or where the section is absent, the same names are those of the system.
  @Test(arguments: [
    ("{'users': [], 'tokens': [{'user': 'ada', 'label': 'e', 'secret': 'x'}]}", false),
    ("{'tokens': [{'user': 'ada', 'label': 'e', 'secret': 'x'}]}", true),
    (
      "{'users': [{'name': 'ada'}], 'tokens': [{'user': 'ada', 'label': 'e', 'secret': 'x'}]}", true
    ),
  ])
  func namesOfWhatStaysAreKnown(document: String, replacing: Bool) throws {
    var world = try World(Self.full)
    try world.load(document, replacing: replacing)
    #expect(try world.caller("x").user.name == "ada")
  }

  @Test func removingAProviderTakesItsKeys() throws {
    var world = try World(Self.full)
    let error = #expect(throws: ImportError.self) {
      try world.plan("{'providers': []}", replacing: true)
    }
    #expect(error?.message.contains("model 'm'") == true, "the mapping must go first")
    try world.load("{'providers': [], 'models': []}", replacing: true)
    #expect(world.snapshot.allProviders.isEmpty && world.snapshot.records(.key).isEmpty)
  }

  /// A key keeps its owner where the document is silent, and goes when that one goes.
  @Test func aContributedKeyThatIsNamedDoesNotGoWithItsOwner() throws {
    var world = try World(Self.full)
    try world.load("{'keys': [{'provider': 'a', 'label': '1', 'owner': 'ada'}]}")
    func document(_ members: String) -> String {
      "{'users': [{'name': 'bob'}], 'keys': [{'provider': 'a', 'label': '1'\(members)}]}"
    }
    let error = #expect(throws: ImportError.self) {
      try world.plan(document(""), replacing: true)
    }
    #expect(
      error?.description.hasPrefix("keys[0]: it belongs to the user 'ada', which is not in") == true
    )
    for members in [", 'owner': 'bob'", ", 'owner': null"] {
      var other = world
      let plan = try other.load(document(members), replacing: true)
      #expect(
        plan.writes.filter { $0.change == .removed }.map(\.name).sorted() == [
          "a/2", "ada", "ada/l",
        ])
      #expect(try other.provider("a").keys.map(\.label) == ["1"])
    }
    let plan = try world.plan("{'users': [{'name': 'bob'}]}", replacing: true)
    #expect(plan.writes.contains { $0.name == "a/1" && $0.change == .removed }, "it is not named")
  }

  @Test func aSecretOfAnyFormKeepsItsDigest() throws {
    var world = try World(Self.full)
    let digest = World.digest(Array("t1".utf8)).hex
    let same = try world.plan(
      "{'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't1', 'digest': '\(digest)'}]}")
    #expect(same.writes.isEmpty)
    try world.load("{'tokens': [{'user': 'ada', 'label': 'l', 'secret': 'our old one'}]}")
    #expect(try world.caller("our old one").user.name == "ada")
    #expect(throws: (any Error).self) { try world.caller("t1") }
    #expect(try world.caller("our old one").token.expiresAtMilliseconds == 1_801_353_600_000)
  }

  @Test(arguments: ["Bearer k", "k\\n", "k\\u007f", "kä"])
  func aSecretThatNoHeaderCanHoldIsRefused(_ secret: String) throws {
    let world = try World(Self.full)
    let error = #expect(throws: ImportError.self) {
      try world.plan("{'keys': [{'provider': 'a', 'label': '3', 'secret': '\(secret)'}]}")
    }
    #expect(error?.message.contains("secret may not hold") == true)
  }

  @Test func namesOfTheSameDocumentAreKnown() throws {
    var world = World()
    try world.load(
      """
      {'models': [{'name': 'm', 'targets': [{'provider': 'a', 'model': 'x'}]}],
       'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}],
       'users': [{'name': 'ada'}], 'keys': [{'provider': 'a', 'label': '1', 'secret': 'k'}],
       'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'}]}
      """)
    #expect(try world.plan(model: "m").candidates.count == 1)
  }

  @Test func keysOfAPoolKeepTheOrderOfTheDocument() throws {
    let keys = (0..<30).map { "{'provider': 'a', 'label': 'k\(29 - $0)', 'secret': 's\($0)'}" }
    let world = try World(
      "{'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'}], 'keys': [\(keys.joined(separator: ","))]}"
    )
    #expect(try world.provider("a").roster.keys.map(\.label) == (0..<30).map { "k\(29 - $0)" })
  }
}
