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
