import JSON
import Cluster
import Testing

@testable import Gateway

@Suite("Changing a snapshot")
struct SnapshotBuilderTests {
  static let document = """
    {'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'},
      {'name': 'b', 'dialect': 'openai', 'base_url': 'https://b.example'},
      {'name': 'c', 'dialect': 'anthropic', 'base_url': 'https://c.example'}],
     'keys': [{'provider': 'a', 'label': '1', 'secret': 'k1'}, {'provider': 'b', 'label': '1', 'secret': 'k2'}],
     'users': [{'name': 'ada'}, {'name': 'bob'}],
     'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't1'}, {'user': 'bob', 'label': 'l', 'secret': 't2'}],
     'models': [{'name': 'm', 'targets': [{'provider': 'a', 'model': 'x'}]}]}
    """

  func id(_ world: World, _ kind: Record.Kind, _ name: String, owner: String = "") throws -> String
  {
    try #require(world.snapshot.id(of: RecordName(kind: kind, ownerID: owner, name: name)))
  }

  @Test func onlyWhatChangedIsMadeAnew() throws {
    var world = try World(Self.document)
    let before = world.snapshot
    try world.load("{'keys': [{'provider': 'a', 'label': '1', 'weight': 5}]}")
    let after = world.snapshot
    #expect(after.generation == before.generation + 1)
    #expect(after.provider(named: "b") === before.provider(named: "b"))
    #expect(after.user(named: "ada") === before.user(named: "ada"))
    let (old, new) = (try #require(before.provider(named: "a")), try world.provider("a"))
    #expect(new !== old && new.state === old.state)
    #expect(new.keys[0].weight == 5 && old.keys[0].weight == 1)
    #expect(new.keys[0].incarnation == old.keys[0].incarnation)
  }

  @Test func aNewSecretIsANewIncarnation() throws {
    var world = try World(Self.document)
    let old = try world.provider("a").keys[0]
    try world.load("{'keys': [{'provider': 'a', 'label': '1', 'secret': 'other'}]}")
    let new = try world.provider("a").keys[0]
    #expect(new.id == old.id && new.incarnation > old.incarnation)
    #expect(new.secret == ClearSecret(Array("other".utf8)))
    // Sealed again under the same clear text it is the same key.
    let record = try #require(world.snapshot.record(.key, id: new.id))
    var value = try #require(record.value)
    let sealed = World.seal(.init(field: "secret", clear: new.secret), id: new.id)
    value["secret"] = SealedText.value(sealed + ",")
    try world.apply([Record(kind: .key, id: new.id, version: record.version, value: value)])
    #expect(try world.provider("a").keys[0].incarnation == new.incarnation)
  }

  @Test func aKeyMayMoveToAnotherProvider() throws {
    var world = try World(Self.document)
    let key = try world.provider("a").keys[0]
    var record = try #require(world.snapshot.record(.key, id: key.id))
    var value = try #require(record.value)
    value["provider"] = .string(try id(world, .provider, "b"))
    value["label"] = "moved"
    record = Record(kind: .key, id: key.id, version: record.version, value: value)
    try world.apply([record])
    #expect(try world.provider("a").keys.isEmpty)
    #expect(try world.provider("b").keys.count == 2)
    #expect(world.snapshot.shownName(.key, id: key.id) == "b/moved")
  }

  @Test func renamingFreesTheName() throws {
    var world = try World(Self.document)
    let ada = try id(world, .user, "ada")
    try world.apply([try world.record(.user, ada, "{'name': 'eve'}")])
    #expect(
      world.snapshot.user(named: "ada") == nil && world.snapshot.user(named: "eve")?.id == ada)
    try world.load("{'users': [{'name': 'ada'}]}")
    #expect(world.snapshot.user(named: "ada")?.id != ada)
    #expect(try world.caller("t1").user.name == "eve")
  }

  @Test func namesMayBeSwappedInOneChange() throws {
    var world = try World(Self.document)
    let (ada, bob) = (try id(world, .user, "ada"), try id(world, .user, "bob"))
    try world.apply([
      try world.record(.user, ada, "{'name': 'bob'}"),
      try world.record(.user, bob, "{'name': 'ada'}"),
    ])
    #expect(world.snapshot.user(named: "ada")?.id == bob)
  }

  /// Changes that do not stand; each leaves the snapshot as it was.
  @Test func refusals() throws {
    var world = try World(Self.document)
    let provider = try id(world, .provider, "a")
    let user = try id(world, .user, "ada")
    let other = try id(world, .provider, "b")
    let mapping = try id(world, .model, "m")
    let bobs = try #require(
      world.snapshot.token(
        id: try id(
          world, .token, "l", owner: try id(world, .user, "bob"))))
    let cases: [(Record.Kind, String, String?, String)] = [
      (.user, "new", "{'name': 'ada'}", "user 'ada': name is taken"),
      (
        .provider, "new", "{'name': 'a', 'dialect': 'openai', 'base_url': 'https://x.example'}",
        "name is taken"
      ),
      (
        .key, "new", "{'provider': '\(provider)', 'label': '1', 'secret': {'sealed': 'new:1'}}",
        "key 'a/1': label is taken"
      ),
      (
        .key, "new", "{'provider': 'gone', 'label': '1', 'secret': {'sealed': 'new:1'}}",
        "names a provider that does not exist"
      ),
      (
        .key, "new", "{'provider': '\(provider)', 'label': 'x', 'secret': {'sealed': 'else:65'}}",
        "does not open with this master key"
      ),
      (
        .key, "new",
        "{'provider': '\(provider)', 'label': 'x', 'secret': {'sealed': 'new:65,10,66'}}",
        "visible ASCII"
      ),
      (
        .key, "new", "{'provider': '\(provider)', 'label': 'x', 'secret': {'sealed': 'new:'}}",
        "visible ASCII"
      ),
      (.key, "new", "{'provider': '\(provider)', 'label': 'x'}", "secret is missing"),
      (
        .token, "new", "{'user': 'gone', 'label': 'x', 'digest': '\(RecordFieldsTests.digest)'}",
        "names a user that does not exist"
      ),
      (
        .token, "new", "{'user': '\(user)', 'label': 'x', 'digest': '\(bobs.digest.hex)'}",
        "that of another token"
      ),
      (.provider, provider, nil, "provider 'a': still has 1 keys"),
      (.user, user, nil, "user 'ada': still has tokens"),
      (
        .model, "new", "{'name': 'n', 'targets': [{'provider': 'gone', 'model': 'x'}]}",
        "provider does not exist, or is about to be removed"
      ),
      (
        .model, "new",
        "{'name': 'n', 'targets': [{'provider': '\(provider)', 'model': 'x'}, {'provider': '\(try id(world, .provider, "c"))', 'model': 'y'}]}",
        "must speak one dialect: 'a' speaks openai, 'c' speaks anthropic"
      ),
      (
        .model, "new", "{'name': 'm', 'targets': [{'provider': '\(other)', 'model': 'x'}]}",
        "name is taken"
      ),
    ]
    for (kind, id, value, words) in cases {
      let record = try world.record(kind, id, value)
      let before = world.snapshot
      let error = #expect(throws: RecordError.self) { try world.apply([record]) }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
      #expect(world.snapshot === before)
    }
    // A provider that a mapping still names cannot go, even with its keys.
    let key = try #require(world.snapshot.provider(named: "a")?.keys.first)
    let gone = [try world.record(.key, key.id, nil), try world.record(.provider, provider, nil)]
    let error = #expect(throws: RecordError.self) { try world.apply(gone) }
    #expect(error?.description.contains("model 'm'") == true)
    try world.apply(gone + [try world.record(.model, mapping, nil)])
    #expect(world.snapshot.provider(named: "a") == nil && world.snapshot.key(id: key.id) == nil)
  }

  @Test func aMappingMayNotComeToSpeakTwoDialects() throws {
    var world = try World(Self.document)
    try world.load(
      "{'models': [{'name': 'm', 'targets': [{'provider': 'a', 'model': 'x'}, {'provider': 'b', 'model': 'x'}]}]}"
    )
    let error = #expect(throws: ImportError.self) {
      try world.load("{'providers': [{'name': 'b', 'dialect': 'gemini'}]}")
    }
    #expect(error?.message.contains("one dialect") == true)
  }

  @Test func storedRecordsThatCannotStandAreLeftOut() throws {
    var world = try World(Self.document)
    var records = Record.Kind.allCases.flatMap { world.snapshot.records($0) }
    records.append(
      try world.record(
        .key, "orphan", "{'provider': 'gone', 'label': 'x', 'secret': {'sealed': 'orphan:65'}}"))
    records.append(try world.record(.user, "odd", "{'name': 'odd', 'colour': 'red'}"))
    records.append(try world.record(.user, "dead", nil))
    let (snapshot, problems) = Snapshot.loading(records, unseal: World.unseal)
    #expect(Set(problems.compactMap(\.id)) == ["orphan", "odd"])
    #expect(snapshot.provider(named: "a") != nil && snapshot.user(named: "bob") != nil)
    #expect(snapshot.user(named: "odd") == nil)
  }

  @Test func pricesLieOverTheBase() throws {
    let base = PriceTable(
      version: "base",
      entries: [try PriceImport.entry(model: "m", ["input_cost_per_token": .number("1e-06")])])
    var world = World()
    let record = try world.record(
      .price, "m", "{'name': 'm', 'price': {'input_cost_per_token': 2e-06}}")
    let (snapshot, problems) = Snapshot.loading([record], basePrices: base, unseal: World.unseal)
    #expect(problems.isEmpty)
    #expect(snapshot.prices.count == 1 && snapshot.prices.version.hasPrefix("base+"))
    let removed = try snapshot.applying([try world.record(.price, "m", nil)], unseal: World.unseal)
    #expect(removed.prices === base)
  }

  /// A version names what a table holds: rows that were priced by it can be told apart for ever.
  @Test func aPriceTablesVersionIsMadeOfItsPrices() throws {
    let base = PriceTable(version: "base", entries: [])
    var world = World()
    func price(_ name: String, _ text: String?) throws -> Record {
      try world.record(
        .price, name, text.map { "{'name': '\(name)', 'price': {'input_cost_per_token': \($0)}}" })
    }
    let records = [try price("a", "1e-06"), try price("b", "2e-06")]
    func version(_ records: [Record]) -> String {
      Snapshot.loading(records, basePrices: base, unseal: World.unseal).snapshot.prices.version
    }
    let both = version(records)
    #expect(both.utf8.count == "base+".utf8.count + 16)
    #expect(version(records.reversed()) == both)
    let later = [try price("b", "2e-06"), try price("a", "1e-06")]
    #expect(version(later) == both)
    let others = [
      version([records[0]]), version([records[1]]), version([records[0], try price("b", "3e-06")]),
      version([try price("a", "2e-06"), try price("b", "1e-06")]), version([]),
    ]
    #expect(Set(others + [both]).count == 6)
    // What was removed leaves no trace: after a start its tombstone is not seen.
    let (snapshot, _) = Snapshot.loading(
      records + [try price("c", "1")], basePrices: base, unseal: World.unseal)
    let removed = try snapshot.applying([try price("c", nil)], unseal: World.unseal)
    #expect(removed.prices.version == both)
  }

  /// With 10,000 users and 1,000 keys a change costs what it changes; the time is printed, and
  /// bounded with room for a slow machine.
  @Test func publishingCostsWhatTheChangeCosts() throws {
    let users = (0..<10_000).map { "{'name': 'user-\($0)'}" }.joined(separator: ",")
    let tokens = (0..<10_000).map {
      "{'user': 'user-\($0)', 'label': 'l', 'secret': 'token-\($0)'}"
    }
    .joined(separator: ",")
    let keys = (0..<1_000).map { "{'provider': 'a', 'label': '\($0)', 'secret': 'key-\($0)'}" }
      .joined(separator: ",")
    var world = World()
    try world.load(
      """
      {'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'}],
       'keys': [\(keys)], 'users': [\(users)], 'tokens': [\(tokens)]}
      """)
    let ids = try (0..<200).map { try id(world, .user, "user-\($0 * 37)") }
    let clock = ContinuousClock()
    var times: [Duration] = []
    for (number, id) in ids.enumerated() {
      let record = try world.record(.user, id, "{'name': 'renamed-\(number)', 'level': 3}")
      times.append(try clock.measure { try world.apply([record]) })
    }
    let key = try world.provider("a").keys[500]
    var value = try #require(world.snapshot.record(.key, id: key.id)?.value)
    value["weight"] = 7
    let record = Record(
      kind: .key, id: key.id, version: .init(wallMilliseconds: 1, logical: 1, node: 1), value: value
    )
    let keyTime = try clock.measure { try world.apply([record]) }
    print("publishing with 10,000 users: a user \(times.sorted()[100]), a key of 1,000 \(keyTime)")
    #expect(times.sorted()[100] < .milliseconds(20))
    #expect(try world.caller("token-9999").user.name == "user-9999")
  }
}
