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
    decisions.admission = .refusedBy("user 'ada' limits: 1 requests a minute")
    decisions.note(.modelNotPriced(model: "m"))
    #expect(decisions.list[1].rule == "user 'ada' limits: 1 requests a minute")
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
