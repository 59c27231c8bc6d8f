import Providers
import Testing

@testable import Gateway

@Suite("Router: model names (DESIGN section 7)")
struct RouterTests {
  static let document = """
    {'providers': [
      {'name': 'oa', 'dialect': 'openai', 'base_url': 'https://oa.example/v1'},
      {'name': 'or', 'dialect': 'openai', 'base_url': 'https://or.example/v1'},
      {'name': 'bare', 'dialect': 'openai', 'base_url': 'https://bare.example/v1'},
      {'name': 'an', 'dialect': 'anthropic', 'base_url': 'https://an.example'},
      {'name': 'ge', 'dialect': 'gemini', 'base_url': 'https://ge.example'}],
     'keys': [
      {'provider': 'oa', 'label': '1', 'secret': 'k1', 'models': ['gpt-4o', 'gpt-4o-mini', 'o1-*']},
      {'provider': 'or', 'label': '1', 'secret': 'k2', 'models': ['an/claude', 'gpt-4o']},
      {'provider': 'or', 'label': '2', 'secret': 'k3', 'models': ['gpt-high'], 'level': 9},
      {'provider': 'an', 'label': '1', 'secret': 'k4'}],
     'users': [{'name': 'ada'}, {'name': 'top', 'level': 9}],
     'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}, {'user': 'top', 'label': 'l', 'secret': 't9'}],
     'models': [
      {'name': 'best', 'targets': [{'provider': 'oa', 'model': 'gpt-4o'}, {'provider': 'or', 'model': 'gpt-4o', 'weight': 0}],
       'fallbacks': ['o1-x', {'provider': 'oa', 'model': 'gpt-4o-mini'}]},
      {'name': 'my-*', 'targets': [{'provider': 'oa', 'model': '*'}]},
      {'name': 'my-long-*', 'targets': [{'provider': 'or', 'model': '*'}]},
      {'name': '*-suffix', 'targets': [{'provider': 'oa', 'model': 'o1-*'}]},
      {'name': 'loop-a', 'targets': [{'provider': 'oa', 'model': 'gpt-4o'}], 'fallbacks': ['loop-b']},
      {'name': 'loop-b', 'targets': [{'provider': 'or', 'model': 'gpt-4o'}], 'fallbacks': ['loop-a']},
      {'name': 'keyless', 'targets': [{'provider': 'bare', 'model': 'x'}]},
      {'name': 'high', 'targets': [{'provider': 'or', 'model': 'gpt-high'}]},
      {'name': 'unlisted', 'targets': [{'provider': 'oa', 'model': 'gpt-9'}]},
      {'name': 'claude-map', 'targets': [{'provider': 'an', 'model': 'claude-x'}]},
      {'name': 'passes-*', 'targets': [{'provider': 'oa', 'model': 'nope-*'}], 'fallbacks': ['my-*']}]}
    """

  struct Case: Sendable, CustomTestStringConvertible {
    let model: String?
    var dialect = Dialect.openai
    var token = "t"
    var plan: [String] = []
    var refusal: Refusal?
    var why: String
    var testDescription: String { why }
  }

  static let cases: [Case] = [
    Case(
      model: "best", plan: ["oa gpt-4o", "or gpt-4o", "oa o1-x", "oa gpt-4o-mini"],
      why: "exact mapping: a target, the other targets, then the fallbacks"),
    Case(model: "my-gpt-4o", plan: ["oa gpt-4o"], why: "a pattern's star goes into the target"),
    Case(model: "my-long-gpt-4o", plan: ["or gpt-4o"], why: "the longest pattern wins"),
    Case(model: "x-suffix", plan: ["oa o1-x"], why: "a star at the front"),
    Case(model: "loop-a", plan: ["oa gpt-4o", "or gpt-4o"], why: "a loop of fallbacks ends"),
    Case(
      model: "passes-gpt-4o", plan: ["oa gpt-4o"], why: "the star goes into a fallback's name, too"),
    Case(model: "oa/gpt-4o", plan: ["oa gpt-4o"], why: "provider/model"),
    Case(model: "oa/o1-mini", plan: ["oa o1-mini"], why: "provider/model by a key's pattern"),
    Case(
      model: "oa/gpt-9", refusal: .modelNotFound(model: "oa/gpt-9"),
      why: "provider/model that no key lists"),
    Case(
      model: "bare/x", refusal: .noUsableKey(model: "bare/x"),
      why: "provider/model of a provider without keys"),
    Case(
      model: "an/claude", plan: ["or an/claude"], why: "another dialect's name, but listed in full"),
    Case(
      model: "an/other",
      refusal: .malformed(
        "The model 'an/other' is served by 'an', which speaks the anthropic dialect: send the "
          + "request in that dialect."),
      why: "provider/model in another dialect"),
    Case(model: "gpt-4o", plan: ["oa gpt-4o", "or gpt-4o"], why: "by the keys' lists"),
    Case(model: "o1-pro", plan: ["oa o1-pro"], why: "by a pattern in a key's list"),
    Case(model: "gpt-high", refusal: .modelNotFound(model: "gpt-high"), why: "a level too high"),
    Case(model: "gpt-high", token: "t9", plan: ["or gpt-high"], why: "a level that may be used"),
    Case(model: "anything", dialect: .anthropic, plan: ["an anything"], why: "keys without a list"),
    Case(
      model: "anything", dialect: .gemini, refusal: .noUsableKey(model: "anything"),
      why: "a dialect whose providers have no key"),
    Case(model: "keyless", refusal: .noUsableKey(model: "keyless"), why: "a mapping without keys"),
    Case(
      model: "unlisted", refusal: .noUsableKey(model: "unlisted"), why: "a mapping no key lists"),
    Case(
      model: "high", refusal: .noKeyOfLevel(model: "high"),
      why: "a mapping whose only key is of a level too high"),
    Case(model: "high", token: "t9", plan: ["or gpt-high"], why: "and of a level that may be used"),
    Case(
      model: "claude-map",
      refusal: .malformed(
        "The model 'claude-map' is served by 'an', which speaks the anthropic dialect: send the "
          + "request in that dialect."),
      why: "a mapping to another dialect"),
    Case(model: "claude-map", dialect: .anthropic, plan: ["an claude-x"], why: "its own dialect"),
    Case(model: nil, dialect: .anthropic, plan: ["an "], why: "no model: any key"),
    Case(model: "", plan: ["oa ", "or "], why: "an empty model: any key of the dialect"),
  ]

  @Test(arguments: cases)
  func plans(_ example: Case) throws {
    let world = try World(Self.document)
    do {
      let plan = try world.plan(
        model: example.model, dialect: example.dialect, token: example.token)
      #expect(plan.candidates.map { "\($0.provider.name) \($0.model)" } == example.plan)
      #expect(example.refusal == nil)
      #expect(plan.model == example.model)
    } catch let refusal as Refusal {
      #expect(refusal == example.refusal)
    }
  }

  @Test func anUnknownModelIsNotFound() throws {
    let world = try World(
      """
      {'providers': [{'name': 'oa', 'dialect': 'openai', 'base_url': 'https://oa.example/v1'}],
       'keys': [{'provider': 'oa', 'label': '1', 'secret': 'k', 'models': ['a']},
        {'provider': 'oa', 'label': '2', 'secret': 'l', 'models': []}],
       'users': [{'name': 'ada'}], 'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}]}
      """)
    #expect(throws: Refusal.modelNotFound(model: "b")) { try world.plan(model: "b") }
    #expect(throws: Refusal.modelNotFound(model: "b")) {
      try world.plan(model: "b", dialect: .anthropic)
    }
    #expect(try world.plan(model: "a").candidates.count == 1)
  }

  /// First places fall to targets by weight; a weight of 0 is never first.
  @Test func weightsDecideTheFirst() throws {
    let world = try World(
      """
      {'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'},
        {'name': 'b', 'dialect': 'openai', 'base_url': 'https://b.example'},
        {'name': 'c', 'dialect': 'openai', 'base_url': 'https://c.example'}],
       'keys': [{'provider': 'a', 'label': '1', 'secret': 'k'}, {'provider': 'b', 'label': '1', 'secret': 'l'},
        {'provider': 'c', 'label': '1', 'secret': 'm'}],
       'users': [{'name': 'ada'}, {'name': 'eve', 'affinity': 'user'}],
       'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}, {'user': 'eve', 'label': 'l', 'secret': 'te'}],
       'models': [{'name': 'm', 'targets': [{'provider': 'a', 'model': 'x', 'weight': 3},
         {'provider': 'b', 'model': 'y'}, {'provider': 'c', 'model': 'z', 'weight': 0}]}]}
      """)
    var random = Seeded(state: 5)
    var first: [String: Int] = [:]
    for _ in 0..<4_000 {
      let plan = try world.plan(model: "m", random: random.next())
      #expect(plan.candidates.count == 3)
      first[plan.candidates[0].provider.name, default: 0] += 1
    }
    #expect(first["c"] == nil)
    #expect(abs((first["a"] ?? 0) - 3_000) < 150, "\(first)")
    let own = Set(
      try (0..<50).map { _ in
        try world.plan(model: "m", token: "te", random: random.next()).candidates[0].provider.name
      })
    #expect(own.count == 1, "affinity keeps a user on one target")
  }

  @Test func aPlanIsBounded() throws {
    let targets = (0..<60).map { "{'provider': 'a', 'model': 'x\($0)'}" }.joined(separator: ",")
    let world = try World(
      """
      {'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'}],
       'keys': [{'provider': 'a', 'label': '1', 'secret': 'k'}], 'users': [{'name': 'ada'}],
       'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}],
       'models': [{'name': 'm', 'targets': [\(targets)]}]}
      """)
    #expect(try world.plan(model: "m").candidates.count == Plan.candidatesMax)
  }

  @Test func passthroughGoesToTheNamedProvider() throws {
    let world = try World(Self.document)
    func plan(_ provider: String, _ model: String?) throws -> Plan {
      try Router.plan(
        .init(model: model, dialect: .openai, passthroughProvider: provider),
        caller: try world.caller("t"), snapshot: world.snapshot, random: 0)
    }
    let any = try plan("an", nil)
    #expect(any.candidates.map(\.provider.name) == ["an"] && any.candidates[0].model.isEmpty)
    #expect(throws: Refusal.resourceNotFound(id: "nobody")) { try plan("nobody", nil) }
    #expect(throws: Refusal.noUsableKey(model: "")) { try plan("bare", nil) }
    #expect(throws: Refusal.noUsableKey(model: "gpt-9")) { try plan("oa", "gpt-9") }
  }

  @Test func aNamedIDPinsTheKey() throws {
    let world = try World(Self.document)
    let key = try #require(try world.provider("or").keys.last)
    #expect(key.level == 9)
    func plan(_ model: String?, _ keyID: String) throws -> Plan {
      try Router.plan(
        .init(model: model, dialect: .openai, pinnedKeyID: keyID), caller: try world.caller("t"),
        snapshot: world.snapshot, random: 0)
    }
    let mapped = try plan("best", key.id)
    #expect(mapped.pinned === key)
    #expect(mapped.candidates.map { "\($0.provider.name) \($0.model)" } == ["or gpt-4o"])
    #expect(try plan(nil, key.id).candidates.map(\.provider.name) == ["or"])
    #expect(throws: Refusal.noUsableKey(model: "best")) { try plan("best", "gone") }
  }

  /// What lives on a key that a client brought is at that key's provider, wherever the name leads.
  @Test(
    arguments: [
      ("best", "or", "or gpt-4o"), ("gpt-9", "bare", "bare gpt-9"), (nil, "or", "or "),
      ("gpt-4o", "or", "or gpt-4o"), ("my-gpt-4o", "oa", "oa gpt-4o"),
    ] as [(String?, String, String)])
  func aNamedIDOfAClientsKeyPinsTheProvider(
    _ model: String?, _ provider: String, _ candidate: String
  ) throws {
    let world = try World(Self.document)
    var question = Router.Question(model: model, dialect: .openai)
    question.bringsKey = true
    question.pinnedProviderID = try world.provider(provider).id
    let plan = try Router.plan(
      question, caller: try world.caller("t"), snapshot: world.snapshot, random: 0)
    #expect(plan.candidates.map { "\($0.provider.name) \($0.model)" } == [candidate])
    #expect(plan.pinned == nil && plan.foundBy.text == "an id that lives on key 'the client's own'")
    question.pinnedProviderID = "gone"
    #expect(throws: Refusal.noUsableKey(model: model ?? "")) {
      try Router.plan(
        question, caller: try world.caller("t"), snapshot: world.snapshot, random: 0)
    }
  }

  /// Who brings a key is not sent here and there by chance, and a plan says whether chance was asked.
  @Test func chanceDecidesNothingForAClientsKey() throws {
    let world = try World(
      """
      {'providers': [
        {'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example/v1'},
        {'name': 'b', 'dialect': 'openai', 'base_url': 'https://b.example/v1'}],
       'keys': [
        {'provider': 'a', 'label': '1', 'secret': 'k1'}, {'provider': 'b', 'label': '1', 'secret': 'k2'}],
       'users': [{'name': 'ada'}, {'name': 'bob', 'affinity': 'user'}],
       'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}, {'user': 'bob', 'label': 'l', 'secret': 'u'}],
       'models': [
        {'name': 'both', 'targets': [{'provider': 'a', 'model': 'm'}, {'provider': 'b', 'model': 'm'}]},
        {'name': 'one', 'targets': [{'provider': 'a', 'model': 'm'}, {'provider': 'b', 'model': 'm', 'weight': 0}]}]}
      """)
    func plans(_ model: String, _ token: String = "t", bringsKey: Bool) throws -> [Plan] {
      try (UInt64(0)..<40).map { random in
        var question = Router.Question(model: model, dialect: .openai)
        question.bringsKey = bringsKey
        return try Router.plan(
          question, caller: try world.caller(token), snapshot: world.snapshot, random: random)
      }
    }
    func firsts(_ plans: [Plan]) -> Set<String> {
      Set(plans.compactMap(\.candidates.first?.provider.name))
    }
    let drawn = try plans("both", bringsKey: false)
    #expect(firsts(drawn) == ["a", "b"] && drawn.allSatisfy(\.isDrawn))
    for (model, token, bringsKey) in [
      ("both", "t", true), ("one", "t", false), ("m", "t", false), ("both", "u", false),
    ] {
      let plans = try plans(model, token, bringsKey: bringsKey)
      #expect(firsts(plans).count == 1 && !plans.contains(where: \.isDrawn), "\(model) \(token)")
    }
  }
}
