import Providers
import Testing

@testable import Gateway

@Suite("Rules of models on the candidates of a plan")
struct CandidateRulesTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let models: String
    var token = ""
    let ask: String
    var plan: [String] = []
    var refusal: Refusal?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "no rule", models: "", ask: "best", plan: ["oa big", "or mini", "oa other"]),
    Case(
      name: "a name stands for what it leads to", models: "'best'", ask: "best",
      plan: ["oa big", "or mini", "oa other"]),
    Case(
      name: "a list that names a target keeps the others out", models: "'best', 'or/mini'",
      ask: "best", plan: ["or mini"]),
    Case(name: "by the model alone", models: "'best', 'mini'", ask: "best", plan: ["or mini"]),
    Case(
      name: "what is denied leaves the plan", models: "'best', '!big'", ask: "best",
      plan: ["or mini", "oa other"]),
    Case(
      name: "a provider denied", models: "'!oa/*'", ask: "best", plan: ["or mini"]),
    Case(
      name: "all of it denied", models: "'*', '!oa/*', '!or/*'", ask: "best",
      refusal: .modelNotAllowed(model: "best")),
    Case(
      name: "the token's list counts for itself", models: "'best'", token: "'best', 'oa/*'",
      ask: "best", plan: ["oa big", "oa other"]),
    Case(
      name: "a name that a fallback leads to", models: "'best', 'other'", ask: "best",
      plan: ["oa other"]),
    Case(name: "by the keys' lists", models: "'big'", ask: "big", plan: ["oa big"]),
    Case(
      name: "by the keys' lists, one provider", models: "'or/mini', 'mini'", ask: "mini",
      plan: ["oa mini", "or mini"]),
    Case(
      name: "by the keys' lists, one provider denied", models: "'mini', '!oa/mini'", ask: "mini",
      plan: ["or mini"]),
    Case(name: "provider/model", models: "'oa/big'", ask: "oa/big", plan: ["oa big"]),
    Case(
      name: "a mapping of mappings", models: "'outer', 'mini'", ask: "outer", plan: ["or mini"]),
    Case(
      name: "a fallback's name is no way around", models: "'outer', 'oa/big'", ask: "outer",
      plan: ["oa big"]),
    Case(
      name: "two names are two names", models: "'outer', 'best'", ask: "outer",
      plan: ["oa big", "or mini", "oa other"]),
    Case(
      name: "each by itself", models: "'outer', 'best', 'mini'", ask: "best", plan: ["or mini"]),
    Case(
      name: "a fallback's name denied", models: "'outer', '!best', '!mini'", ask: "outer",
      plan: ["oa big", "oa other"]),
    Case(
      name: "the token narrows what the user's name leads to", models: "'outer', 'best'",
      token: "'outer', 'oa/big'", ask: "outer", plan: ["oa big"]),
  ]

  static func world(_ models: String, token: String = "") throws -> World {
    func rule(_ list: String) -> String { list.isEmpty ? "" : ", 'models': [\(list)]" }
    return try World(
      """
      {'providers': [
        {'name': 'oa', 'dialect': 'openai', 'base_url': 'https://oa.example/v1'},
        {'name': 'or', 'dialect': 'openai', 'base_url': 'https://or.example/v1'}],
       'keys': [
        {'provider': 'oa', 'label': '1', 'secret': 'k1', 'models': ['big', 'mini', 'other']},
        {'provider': 'or', 'label': '1', 'secret': 'k2', 'models': ['mini']}],
       'users': [{'name': 'ada'\(rule(models))}],
       'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'\(rule(token))}],
       'models': [
        {'name': 'best', 'targets': [{'provider': 'oa', 'model': 'big'},
          {'provider': 'or', 'model': 'mini', 'weight': 0}], 'fallbacks': ['other']},
        {'name': 'outer', 'targets': [{'provider': 'oa', 'model': 'big'}], 'fallbacks': ['best']}]}
      """)
  }

  @Test(arguments: cases)
  func filter(_ example: Case) throws {
    let world = try Self.world(example.models, token: example.token)
    do {
      let plan = try world.plan(model: example.ask)
      #expect(plan.candidates.map { "\($0.provider.name) \($0.model)" } == example.plan)
      #expect(example.refusal == nil)
    } catch let refusal as Refusal {
      #expect(refusal == example.refusal)
    }
  }

  /// An id pins the key; the rule holds all the same.
  @Test func aPinnedKeyIsNoWayAround() throws {
    let world = try Self.world("'mini'")
    let key = try #require(try world.provider("oa").keys.first)
    func plan(_ model: String?) throws -> Plan {
      try Router.plan(
        .init(model: model, dialect: .openai, pinnedKeyID: key.id),
        caller: try world.caller("t"), snapshot: world.snapshot, random: 0)
    }
    #expect(try plan("mini").pinned === key)
    #expect(try plan(nil).pinned === key)
    #expect(throws: Refusal.modelNotAllowed(model: "big")) { try plan("big") }
  }

  @Test func listsShowWhatMayBeAskedFor() throws {
    func names(_ rule: String) throws -> [String] {
      let world = try Self.world(rule)
      return ModelListing.models(
        for: try world.caller("t"), dialect: .openai, snapshot: world.snapshot
      ).map(\.model)
    }
    #expect(try names("") == ["best", "big", "mini", "other", "outer"])
    #expect(try names("'mini', 'best'") == ["best", "mini"])
    #expect(try names("'!big', '!outer'") == ["best", "mini", "other"])
    #expect(try names("'nothing'").isEmpty)
  }
}
