import Providers
import Testing

@testable import Gateway

@Suite("Admission")
struct AdmissionTests {
  static let document = """
    {'providers': [{'name': 'o', 'dialect': 'openai', 'base_url': 'https://o.example/v1'},
      {'name': 'p', 'dialect': 'openai', 'base_url': 'https://p.example/v1'}],
     'keys': [{'provider': 'o', 'label': '1', 'secret': 'k1'},
      {'provider': 'p', 'label': '1', 'secret': 'k2'}],
     'users': [{'name': 'ada'}], 'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}]}
    """

  @Test func unpricedModelsAreServedByDefault() throws {
    let world = try World(Self.document)
    var plan = try world.plan(model: "m")
    let caller = try world.caller("t")
    let reservation = try Admission.admit(
      &plan, caller: caller, settings: RuntimeSettings(), isPriced: { _ in false })
    #expect(plan.candidates.count == 2)
    #expect(reservation.userID == caller.user.id)
    #expect(reservation.tokenID == caller.token.id)
  }

  @Test func unpricedCandidatesLeaveThePlan() throws {
    let world = try World(Self.document)
    var settings = RuntimeSettings()
    settings.unpriced = .refuse
    var plan = try world.plan(model: "m")
    _ = try Admission.admit(
      &plan, caller: try world.caller("t"), settings: settings,
      isPriced: { $0.provider.name == "p" })
    #expect(plan.candidates.map(\.provider.name) == ["p"])
    #expect(throws: Refusal.modelNotPriced(model: "m")) {
      try Admission.admit(
        &plan, caller: try world.caller("t"), settings: settings, isPriced: { _ in false })
    }
  }
}
