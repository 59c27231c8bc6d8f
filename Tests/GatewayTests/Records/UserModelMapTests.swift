import JSON
import Providers
import Testing

@testable import Gateway

@Suite("Names of models of a user's own")
struct UserModelMapTests {
  static let document = """
    {'providers': [
      {'name': 'oa', 'dialect': 'openai', 'base_url': 'https://oa.example/v1'},
      {'name': 'or', 'dialect': 'openai', 'base_url': 'https://or.example/v1'},
      {'name': 'an', 'dialect': 'anthropic', 'base_url': 'https://an.example'}],
     'keys': [
      {'provider': 'oa', 'label': '1', 'secret': 'k1', 'models': ['a', 'b', 'gpt-4o']},
      {'provider': 'oa', 'label': '9', 'secret': 'k9', 'models': ['a'], 'level': 9},
      {'provider': 'or', 'label': '1', 'secret': 'k2', 'models': ['a', 'c']}],
     'users': [
      {'name': 'ada', 'model_map': {
        'gpt-4-best': 'oa/a', 'best': 'system', 'many': ['or/c', 'oa/b'], 'gpt-4o': 'gpt-4o',
        'one': {'provider': 'or', 'model': 'a', 'level': 1}, 'my-*': 'oa/*', 'my-long-*': 'or/*',
        'whole': {'targets': [{'provider': 'oa', 'model': 'a'}], 'fallbacks': ['oa/b'], 'level': 9}}},
      {'name': 'bob'}],
     'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}, {'user': 'bob', 'label': 'l', 'secret': 'u'}],
     'models': [
      {'name': 'gpt-4-best', 'targets': [{'provider': 'oa', 'model': 'b'}]},
      {'name': 'system', 'targets': [{'provider': 'or', 'model': 'c'}]}]}
    """

  static let cases: [(model: String, ada: [String], bob: [String])] = [
    ("gpt-4-best", ["oa a"], ["oa b"]),
    ("best", ["or c"], []),
    ("many", ["or c", "oa b"], []),
    ("one", ["or a"], []),
    ("my-b", ["oa b"], []),
    ("my-long-c", ["or c"], []),
    ("whole", ["oa a", "oa b"], []),
    // A name may lead to itself as the system has it.
    ("gpt-4o", ["oa gpt-4o"], ["oa gpt-4o"]),
    ("system", ["or c"], ["or c"]),
  ]

  @Test(arguments: cases)
  func goBeforeTheSystems(model: String, ada: [String], bob: [String]) throws {
    let world = try World(Self.document)
    func plan(_ token: String) throws -> [String] {
      do {
        return try world.plan(model: model, token: token).candidates.map {
          "\($0.provider.name) \($0.model)"
        }
      } catch let refusal as Refusal {
        #expect(refusal == .modelNotFound(model: model))
        return []
      }
    }
    #expect(try plan("t") == ada)
    #expect(try plan("u") == bob)
  }

  /// What `*` stands for may be nothing, and nothing is no model, even to keys that take any.
  @Test func nothingIsNoModel() throws {
    let world = try World(
      """
      {'providers': [{'name': 'p', 'dialect': 'openai', 'base_url': 'https://p.example/v1'}],
       'keys': [{'provider': 'p', 'label': '1', 'secret': 'k'}],
       'users': [{'name': 'ada', 'model_map': {'x*': 'p/*', 'y*': ['p/*', 'p/spare'], 'z*': 'p/m'}}],
       'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}]}
      """)
    func plan(_ model: String) throws -> [String] {
      try world.plan(model: model).candidates.map(\.model)
    }
    #expect(throws: Refusal.modelNotFound(model: "x")) { try plan("x") }
    #expect(try plan("x1") == ["1"] && plan("y") == ["spare"] && plan("y1") == ["1", "spare"])
    #expect(try plan("z") == ["m"])
  }

  @Test func aMappingSendsToALevel() throws {
    let world = try World(Self.document)
    #expect(try world.plan(model: "whole").candidates.map(\.tiers.start) == [9, 9])
    #expect(try world.plan(model: "one").candidates.map(\.tiers.start) == [1])
    #expect(try world.plan(model: "a").candidates.map(\.tiers.start) == [1, 1])
  }

  @Test func areListed() throws {
    let world = try World(Self.document)
    func names(_ token: String) throws -> [String] {
      ModelListing.models(
        for: try world.caller(token), dialect: .openai, snapshot: world.snapshot
      ).map(\.model)
    }
    let ada = try names("t")
    #expect(ada.contains("best") && ada.contains("whole") && !ada.contains("my-*"))
    #expect(try names("u") == ["a", "b", "c", "gpt-4-best", "gpt-4o", "system"])
  }

  @Test func changeWithTheRecord() throws {
    var world = try World(Self.document)
    try world.load("{'users': [{'name': 'ada', 'model_map': {'gpt-4-best': 'or/c'}}]}")
    #expect(try world.plan(model: "gpt-4-best").candidates.map(\.model) == ["c"])
    try world.load("{'users': [{'name': 'ada', 'model_map': null}]}")
    #expect(try world.plan(model: "gpt-4-best").candidates.map(\.model) == ["b"])
  }

  /// Providers are named in documents and known by id in records.
  @Test func areExportedAsTheyWereImported() throws {
    var world = try World(Self.document)
    let id = try #require(world.snapshot.user(named: "ada")?.id)
    let stored = world.snapshot.record(.user, id: id)
    #expect(
      stored?.value?["model_map"]?["one"]?["provider"]?.string?.hasPrefix("provider_") == true)
    let document = ExportDocument.document(world.snapshot, secrets: .sealed)
    #expect(document["users"]?[0]?["model_map"]?["one"]?["provider"] == "or")
    let again = try world.load(document.text)
    #expect(again.writes.isEmpty)
  }

  @Test(arguments: [
    ("{'a': 1}", "must lead to"), ("{'a': []}", "must lead to"),
    ("{'a': ['x', 1]}", "must lead to"),
    ("{'a*b*': 'x'}", "one '*'"), ("{'': 'x'}", "one '*'"),
    ("{'a': 'x-*'}", "the name 'a' has none"),
    ("{'a': {'model': 'x'}}", "has no field 'model'"), ("{'a': {'provider': 'oa'}}", "must hold"),
    ("{'a': {}}", "targets is missing"),
    ("{'a': {'provider': 'gone', 'model': 'x'}}", "there is no provider 'gone'"),
    (
      "{'a': {'targets': [{'provider': 'oa', 'model': 'x'}, {'provider': 'an', 'model': 'y'}]}}",
      "all targets must speak one dialect"
    ),
    ("'x'", "must be an object"),
  ])
  func refuse(map: String, message: String) throws {
    let world = try World(Self.document)
    let error = #expect(throws: ImportError.self) {
      try world.plan("{'users': [{'name': 'bob', 'model_map': \(map)}]}")
    }
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    #expect(error?.path.hasPrefix("users[0]") == true)
  }

  @Test func aProviderThatAMapNeedsStays() throws {
    let world = try World(Self.document)
    let id = try #require(world.snapshot.provider(named: "or")?.id)
    let error = #expect(throws: RecordError.self) {
      try ImportPlan.removing(.provider, id: id, from: world.snapshot)
    }
    #expect(error?.kind == .model || error?.kind == .user)
  }
}
