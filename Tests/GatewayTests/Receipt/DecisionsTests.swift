import Providers
import Testing

@testable import Gateway

@Suite("Decisions")
struct DecisionsTests {
  @Test func listWhatHasBeenDecided() {
    var decisions = Decisions()
    #expect(decisions.list.isEmpty)
    decisions.access = .noRules
    decisions.foundBy = .mapping("best")
    #expect(decisions.list.map(\.phase) == ["authorize", "route"])
    #expect(decisions.list.map(\.rule) == ["no rules", "mapping 'best'"])
    decisions.access = .rules
    #expect(decisions.list[0].rule == "allowed by the rules of user and token")
    decisions.grants = [
      .init(list: .ips, isOfToken: false, entry: nil),
      .init(list: .models, isOfToken: true, entry: "gpt-*"),
    ]
    #expect(
      decisions.list[0].rule
        == "allowed by user ips, none of which denies it, token models 'gpt-*'")
    var other = decisions
    other.note(.modelNotFound(model: "m"))
    #expect(other == decisions)
    other.note(.modelNotAllowed(model: "m"))
    #expect(other.list[0].rule == "models: nothing that 'm' leads to is allowed")
    decisions.refusedBy = "user 'ada' ips: not in the list"
    decisions.note(.modelNotAllowed(model: "m"))
    #expect(decisions.list[0].rule == "user 'ada' ips: not in the list")
  }

  @Test func theRuleThatRefusesIsOne() {
    var decisions = Decisions()
    decisions.access = .rules
    decisions.note(.modelNotPriced(model: "m"))
    #expect(decisions.refusal == "setting 'unpriced': refuse")
    #expect(decisions.list.map(\.phase) == ["authorize", "admit"])
    decisions.admission = .refusedBy("user 'ada' limits: 1 request a minute")
    decisions.note(.modelNotPriced(model: "m"))
    #expect(decisions.list[1].rule == "user 'ada' limits: 1 request a minute")
    decisions.admission = .allowed
    #expect(decisions.refusal == nil)
    decisions.admission = .unlimited
    #expect(decisions.list[1].rule == "no limits and no budgets")
  }

  /// What no list has refused, and no limit.
  @Test func namesTheTokenAndTheLevelsThatRefuse() throws {
    let world = try World(
      """
      {'users': [{'name': 'ada', 'level': 3, 'failover': 'none', 'allow_levels': [7, 2]},
        {'name': 'bob', 'allow_levels': []}],
       'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't', 'level': 1,
         'expires_at': '2027-01-31T00:00:00Z'}, {'user': 'bob', 'label': 'l', 'secret': 'u'}]}
      """)
    func rule(_ refusal: Refusal, _ token: String, requested: Int? = nil) throws -> String? {
      var decisions = Decisions()
      var caller = try world.caller(token)
      caller.requestedLevel = requested
      decisions.note(refusal, of: caller)
      return decisions.refusal
    }
    #expect(try rule(.unknownToken, "t") == "token 'ada/l': suspended")
    #expect(try rule(.tokenExpired, "t") == "token 'ada/l': expired at 2027-01-31T00:00:00Z")
    let none = "levels: no key for 'm' is on one that the request may use"
    #expect(
      try rule(.noKeyOfLevel(model: "m"), "t", requested: 0) == none
        + " (user level 3, failover none, allow_levels 2 7, token level 1, x-appliance-level 0)")
    #expect(
      try rule(.noKeyOfLevel(model: "m"), "u")
        == none + " (user level 1, failover lower, allow_levels none)")
    #expect(try rule(.noUsableKey(model: "m"), "u") == nil)
  }

  /// The caller is told that there is no such model; the operator, which key serves it.
  @Test func namesAKeyOfALevelThatTheRequestMayNotUse() throws {
    let world = try World(
      """
      {'providers': [
        {'name': 'oa', 'dialect': 'openai', 'base_url': 'https://oa.example/v1'},
        {'name': 'an', 'dialect': 'anthropic', 'base_url': 'https://an.example'}],
       'keys': [
        {'provider': 'oa', 'label': 'low', 'secret': 'k1', 'models': ['a']},
        {'provider': 'oa', 'label': 'mid', 'secret': 'k2', 'models': ['b*'], 'level': 5},
        {'provider': 'oa', 'label': 'high', 'secret': 'k3', 'models': ['b1', 'c'], 'level': 9},
        {'provider': 'oa', 'label': 'off', 'secret': 'k4', 'models': ['d'], 'status': 'disabled'},
        {'provider': 'an', 'label': 'low', 'secret': 'k5', 'models': ['e']},
        {'provider': 'an', 'label': 'open', 'secret': 'k6', 'level': 7}],
       'users': [{'name': 'ada', 'allow_levels': [1, 2], 'model_map': {'mine': 'c'}},
         {'name': 'bob', 'level': 9, 'models': ['!b*']}],
       'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'},
         {'user': 'bob', 'label': 'l', 'secret': 'u', 'level': 2}],
       'models': [{'name': 'far', 'targets': [{'provider': 'oa', 'model': 'c'}], 'level': 3}]}
      """)
    func rule(
      _ model: String, _ dialect: Dialect = .openai, _ token: String = "t"
    ) throws -> String? {
      let question = Router.Question(model: model, dialect: dialect)
      let caller = try world.caller(token)
      var decisions = Decisions()
      do {
        _ = try Router.plan(question, caller: caller, snapshot: world.snapshot, random: 0)
      } catch {
        decisions.note(error, of: caller, to: question, world.snapshot)
      }
      return decisions.refusal
    }
    let may = ", which the request may not use (user level 1, failover lower, allow_levels 1 2)"
    #expect(try rule("b1") == "levels: key 'oa/mid' serves 'b1' and is on level 5" + may)
    #expect(try rule("c") == "levels: key 'oa/high' serves 'c' and is on level 9" + may)
    #expect(try rule("oa/c") == "levels: key 'oa/high' serves 'c' and is on level 9" + may)
    #expect(try rule("mine") == "levels: key 'oa/high' serves 'c' and is on level 9" + may)
    #expect(
      try rule("x", .anthropic) == "levels: key 'an/open' serves any model and is on level 7" + may)
    #expect(try rule("far")?.hasPrefix("levels: no key for 'far' is on one") == true)
    #expect(
      try rule("c", .openai, "u")
        == "levels: key 'oa/high' serves 'c' and is on level 9, which the request may not use "
        + "(user level 9, failover lower, token level 2)")
    // What is not there, not in use, or refused by a rule of its own is no matter of levels.
    #expect(try rule("d") == nil && rule("nothing") == nil && rule("c", .gemini) == nil)
    #expect(try rule("a") == nil && rule("b1", .openai, "u") == nil)
  }

  /// How a name was found, for each way that there is.
  @Test func sayHowANameWasFound() throws {
    let world = try World(UserModelMapTests.document)
    func found(_ model: String?, provider: String? = nil, pinned: String? = nil) throws -> String {
      try Router.plan(
        .init(
          model: model, dialect: .openai, passthroughProvider: provider, pinnedKeyID: pinned),
        caller: try world.caller("t"), snapshot: world.snapshot, random: 0
      ).foundBy.text
    }
    #expect(try found("best") == "the user's own name 'best'")
    #expect(try found("system") == "mapping 'system'")
    #expect(try found("oa/a") == "provider 'oa' named by the model")
    #expect(try found("c") == "models that keys list")
    #expect(try found(nil, provider: "oa") == "provider 'oa' named by the path")
    let key = try #require(try world.provider("oa").keys.first)
    #expect(try found(nil, pinned: key.id) == "an id that lives on key '1'")
  }
}
