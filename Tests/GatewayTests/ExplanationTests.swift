import Providers
import Testing

@testable import Gateway

@Suite("Explanations")
struct ExplanationTests {
  static let document = """
    {'providers': [
      {'name': 'oa', 'dialect': 'openai', 'base_url': 'https://oa.example/v1'},
      {'name': 'or', 'dialect': 'openai', 'base_url': 'https://or.example/v1'}],
     'keys': [
      {'provider': 'oa', 'label': 'gold', 'secret': 'k1', 'level': 9},
      {'provider': 'oa', 'label': 'iron', 'secret': 'k2'},
      {'provider': 'or', 'label': 'wood', 'secret': 'k3'}],
     'users': [{'name': 'ada', 'level': 9, 'models': ['best', 'm']}],
     'tokens': [{'user': 'ada', 'label': 'old', 'secret': 't', 'expires_at': '1970-01-01T00:00:01Z'},
      {'user': 'ada', 'label': 'low', 'secret': 'u', 'level': 1}],
     'models': [{'name': 'best', 'targets': [{'provider': 'oa', 'model': 'm'}],
       'fallbacks': [{'provider': 'or', 'model': 'm'}]}]}
    """

  static func explain(
    _ world: World, _ change: (inout Explanation.Question) throws -> Void = { _ in }
  ) throws -> Explanation {
    var question = Explanation.Question(
      user: try #require(world.snapshot.user(named: "ada")), endpoint: .chatCompletions)
    question.model = "best"
    try change(&question)
    return Explanation(
      question, snapshot: world.snapshot, nowMilliseconds: 2_000, now: .at(10))
  }

  @Test func keysComeInTheOrderOfAFailover() throws {
    let world = try World(Self.document)
    let told = try Self.explain(world)
    #expect(told.refusal == nil)
    #expect(told.attempts.map(\.key.label) == ["gold", "iron", "wood"])
    #expect(told.attempts.map(\.level) == [9, 1, 1])
    #expect(told.decisions.foundBy == .mapping("best") && told.decisions.access == .rules)
    let low = try Self.explain(world) { $0.token = try world.caller("u").token }
    #expect(low.attempts.map(\.key.label) == ["iron", "wood"])
  }

  /// The real state is looked at and not touched.
  @Test func teachNobody() throws {
    let world = try World(Self.document)
    for _ in 0..<3 { _ = try Self.explain(world) }
    var real = Failover(
      plan: try world.plan(model: "best", token: "u"), queueWait: .zero, deadline: .at(600),
      random: 1)
    guard case .attempt(let first) = real.next(now: .at(10)) else { return #expect(Bool(false)) }
    #expect(first.key.label == "iron")
    real.report(.answered(.rateLimited(retryAfter: .seconds(60))), now: .at(10))
    let told = try Self.explain(world)
    #expect(told.attempts.map(\.key.label) == ["gold", "wood"])
  }

  @Test func namesTheRefusal() throws {
    let world = try World(Self.document)
    let model = try Self.explain(world) { $0.model = "other" }
    #expect(model.refusal == .modelNotAllowed(model: "other") && model.plan == nil)
    #expect(model.decisions.refusedBy == "user 'ada' models: not in the list")
    let expired = try Self.explain(world) {
      let id = RecordName(kind: .token, ownerID: $0.user.id, name: "old")
      $0.token = world.snapshot.id(of: id).flatMap { world.snapshot.token(id: $0) }
    }
    #expect(expired.refusal == .tokenExpired)
    let through = try Self.explain(world) {
      $0.endpoint = .passthrough
      $0.passthroughProvider = "oa"
    }
    #expect(through.refusal == .endpointNotAllowed(endpoint: "passthrough"))
    let other = try Self.explain(world) { $0.endpoint = .messages }
    #expect(other.refusal?.status == 400)
  }

  @Test func everyEndpointHasTheDialectOfItsRoutes() {
    #expect(Endpoint.messages.dialect == .anthropic && Endpoint.countTokens.dialect == .gemini)
    #expect(Endpoint.allCases.count { $0.dialect == .anthropic } == 2)
    #expect(Endpoint.allCases.count { $0.dialect == .gemini } == 5)
  }
}
