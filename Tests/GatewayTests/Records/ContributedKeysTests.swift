import JSON
import Testing

@testable import Gateway

@Suite("Keys of users who no longer contribute")
struct ContributedKeysTests {
  static let document = """
    {'providers': [{'name': 'p', 'dialect': 'openai', 'base_url': 'https://p.example/v1'}],
     'users': [{'name': 'ada', 'contribute_keys': true}, {'name': 'bob', 'contribute_keys': true},
       {'name': 'eve'}],
     'keys': [
       {'provider': 'p', 'label': 'ours', 'secret': 'k1'},
       {'provider': 'p', 'label': 'of-ada', 'secret': 'k2', 'owner': 'ada', 'fingerprint': 'f2',
        'level': 7},
       {'provider': 'p', 'label': 'of-ada-2', 'secret': 'k3', 'owner': 'ada', 'fingerprint': 'f3',
        'status': 'pending'},
       {'provider': 'p', 'label': 'of-bob', 'secret': 'k4', 'owner': 'bob', 'fingerprint': 'f4'},
       {'provider': 'p', 'label': 'of-eve', 'secret': 'k5', 'owner': 'eve', 'fingerprint': 'f5'}]}
    """

  private func statuses(_ world: World) throws -> [String: KeyDefinition.Status] {
    Dictionary(
      uniqueKeysWithValues: try world.provider("p").keys.map { ($0.label, $0.status) })
  }

  @Test(arguments: ["'contribute_keys': false", "'contribute_keys': null"])
  func areWithdrawn(change: String) throws {
    var world = try World(Self.document)
    let plan = try world.load("{'users': [{'name': 'ada', \(change)}]}")
    #expect(plan.writes.map(\.name) == ["ada", "p/of-ada", "p/of-ada-2"])
    #expect(plan.writes.allSatisfy { $0.change == .changed })
    #expect(
      try statuses(world) == [
        "ours": .active, "of-ada": .withdrawn, "of-ada-2": .withdrawn, "of-bob": .active,
        "of-eve": .active,
      ])
    let key = try #require(try world.provider("p").keys.first { $0.label == "of-ada" })
    #expect(key.secret.bytes.isEmpty && key.fingerprint == "f2" && key.level == 7)
    #expect(try world.provider("p").roster.keys.map(\.label).contains("of-ada") == false)
    // Said once more it changes nothing, and consent does not bring them back.
    #expect(try world.load("{'users': [{'name': 'ada', \(change)}]}").writes.isEmpty)
    let again = try world.load("{'users': [{'name': 'ada', 'contribute_keys': true}]}")
    #expect(again.writes.map(\.name) == ["ada"])
    #expect(try statuses(world)["of-ada"] == .withdrawn)
  }

  @Test func stayWhereNothingIsTakenBack() throws {
    var world = try World(Self.document)
    for change in [
      "{'name': 'ada', 'level': 3}", "{'name': 'ada', 'status': 'suspended'}",
      "{'name': 'eve', 'contribute_keys': false}", "{'name': 'ada', 'contribute_keys': true}",
    ] {
      let plan = try world.load("{'users': [\(change)]}")
      #expect(!plan.writes.contains { $0.kind == .key }, "\(change)")
    }
    #expect(try statuses(world).values.allSatisfy { $0 != .withdrawn })
  }

  /// A document that takes the consent and writes the key does both, and the key is out of use.
  @Test func areWithdrawnByADocumentThatWritesThemToo() throws {
    var world = try World(Self.document)
    let plan = try world.load(
      """
      {'users': [{'name': 'ada', 'contribute_keys': false}],
       'keys': [{'provider': 'p', 'label': 'of-ada', 'secret': 'new', 'level': 9}]}
      """)
    #expect(plan.writes.count { $0.kind == .key && $0.name == "p/of-ada" } == 1)
    let key = try #require(try world.provider("p").keys.first { $0.label == "of-ada" })
    #expect(key.status == .withdrawn && key.secret.bytes.isEmpty && key.level == 9)
  }

  @Test func areWithdrawnByAReplacementThatIsSilent() throws {
    var world = try World(Self.document)
    try world.load(
      "{'users': [{'name': 'ada'}, {'name': 'bob', 'contribute_keys': true},"
        + " {'name': 'eve'}]}", replacing: true)
    #expect(try statuses(world)["of-ada"] == .withdrawn && statuses(world)["of-bob"] == .active)
  }
}
