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
    _ world: World, _ accounts: Accounts = Accounts(),
    _ change: (inout Explanation.Question) throws -> Void = { _ in }
  ) throws -> Explanation {
    var question = Explanation.Question(
      user: try #require(world.snapshot.user(named: "ada")), endpoint: .chatCompletions)
    question.model = "best"
    try change(&question)
    return Explanation(
      question, snapshot: world.snapshot, accounts: accounts, nowMilliseconds: 2_000, now: .at(10))
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
    #expect(expired.decisions.refusal == "token 'ada/old': expired at 1970-01-01T00:00:01Z")
    let nameless = try Self.explain(world) { $0.model = nil }
    #expect(nameless.refusal?.status == 400 && nameless.plan == nil)
    let low = try Self.explain(world) { $0.requestedLevel = 0 }
    #expect(low.refusal == .noKeyOfLevel(model: "best"))
    #expect(low.decisions.refusal?.contains("x-appliance-level 0") == true)
    let through = try Self.explain(world) {
      $0.endpoint = .passthrough
      $0.passthroughProvider = "oa"
    }
    #expect(through.refusal == .endpointNotAllowed(endpoint: "passthrough"))
    let other = try Self.explain(world) { $0.endpoint = .messages }
    #expect(other.refusal?.status == 400)
  }

  /// All keys cool: a request waits for the first of them, if that is soon enough.
  @Test(arguments: [(5, true), (50, false)])
  func waitsForAKey(seconds: Int, isServed: Bool) throws {
    let world = try World(Self.document)
    var real = Failover(
      plan: try world.plan(model: "best", token: "u"), queueWait: .zero, deadline: .at(600),
      random: 1)
    for _ in 0..<2 {
      guard case .attempt = real.next(now: .at(10)) else { return #expect(Bool(false)) }
      real.report(.answered(.rateLimited(retryAfter: .seconds(seconds))), now: .at(10))
    }
    let told = try Self.explain(world) { $0.token = try world.caller("u").token }
    #expect(told.refusal == (isServed ? nil : .allCooling(retryAfterSeconds: seconds)))
    #expect(told.waitMilliseconds == (isServed ? 5_000 : nil))
    #expect(told.attempts.isEmpty != isServed)
  }

  static let limited = """
    {'providers': [{'name': 'oa', 'dialect': 'openai', 'base_url': 'https://oa.example/v1'}],
     'keys': [{'provider': 'oa', 'label': 'main', 'secret': 'k1'}],
     'users': [{'name': 'ada', 'limits': {'rpm': 2, 'tpm': 5000},
       'model_limits': [{'model': 'm*', 'concurrent': 3}, {'model': 'other', 'rpm': 1}],
       'budgets': [{'usd': 1, 'period': 'day'}]}],
     'tokens': [{'user': 'ada', 'label': 'low', 'secret': 'u', 'limits': {'rpd': 10}}],
     'prices': {'m': {'input_cost_per_token': 1e-06, 'output_cost_per_token': 1e-05,
       'max_output_tokens': 2000}}}
    """

  /// What it says is what a request then takes, and saying it takes nothing.
  @Test func limitsAndBudgetsAreToldAndNotTouched() throws {
    let world = try World(Self.limited)
    let accounts = Accounts()
    let caller = try world.caller("u")
    func told() throws -> Explanation {
      try Self.explain(world, accounts) {
        $0.model = "m"
        $0.token = caller.token
      }
    }
    for _ in 0..<5 { _ = try told() }
    #expect(accounts.count == 0, "a look makes no account")
    let first = try #require(try told().outlook)
    #expect(first.limits.map(\.rule.kind) == [.rpm, .tpm, .concurrent, .rpd])
    #expect(first.limits.map(\.name) == ["ada", "ada", "ada", "ada/low"])
    #expect(first.limits.map(\.isOfToken) == [false, false, false, true])
    #expect(first.limits.map(\.used) == [0, 0, 0, 0] && first.limits[0].resetMilliseconds == nil)
    // 1000 tokens and, for the answer, a short one.
    #expect(first.limits.map(\.takes) == [1, 1_256, 1, 1])
    // 4000 bytes as input at 1e-6, 2000 tokens of output at 1e-5.
    #expect(first.budgets.map(\.takesNanoUSD) == [24_000_000])
    #expect(first.refusal == nil && first.outputCap == nil && first.unbounded.isEmpty)
    #expect(try told().decisions.list.last?.rule.hasPrefix("allowed by the limits") == true)

    var demand = Demand(model: "m", inputTokens: 1_000, outputTokens: 256)
    demand.money = MoneyDemand()
    demand.money?.inputNanoUSD = 24_000_000
    for _ in 0..<2 {
      _ = accounts.admit(
        user: caller.user.allowance, token: caller.token.allowance, demand, now: 9_000,
        wall: 2_000)
    }
    let refused = try told()
    let second = try #require(refused.outlook)
    #expect(second.limits.map(\.used) == [2, 2_512, 2, 2])
    #expect(second.limits.map(\.refuses) == [true, false, false, false])
    #expect(second.limits[0].resetMilliseconds == 59_000)
    #expect(second.budgets[0].standing.reservedNanoUSD == 48_000_000)
    #expect(refused.refusal == .rateLimited(limit: "2 requests a minute", retryAfterSeconds: 59))
    #expect(refused.decisions.refusal == "user 'ada' limits: 2 requests a minute")
    #expect(refused.attempts.map(\.key.label) == ["main"], "the keys are told all the same")
  }

  @Test func budgetsRefuseAndLowerCaps() throws {
    let world = try World(Self.limited)
    func told(
      input: Int64 = 1_000, cap: Int64? = nil, own: Bool = false
    ) throws -> Explanation {
      try Self.explain(world) {
        $0.model = "m"
        $0.inputTokens = input
        $0.outputTokensMax = cap
        $0.bringsKey = own
      }
    }
    let above = try told(input: 1_200, cap: 500_000)
    #expect(above.refusal == .aboveLimit(limit: "5000 tokens a minute", amount: 501_200))
    let world2 = try World(Self.limited.replacing("'tpm': 5000", with: "'rpd': 9"))
    let spent = try Self.explain(world2) {
      $0.model = "m"
      $0.inputTokens = 300_000
    }
    #expect(spent.refusal?.status == 402 && spent.outlook?.budgets[0].refuses == true)
    #expect(spent.decisions.refusal == "user 'ada' budgets: $1 a day")
    let fitted = try Self.explain(world2) {
      $0.model = "m"
      $0.inputTokens = 249_000
      $0.outputTokensMax = 2_000
    }
    #expect(fitted.refusal == nil && fitted.outlook?.outputCap == 400)
    #expect(fitted.outlook?.budgets[0].takesNanoUSD == 1_000_000_000)
    // What a client's own key costs is no budget's affair.
    let own = try told(own: true)
    #expect(own.refusal == nil && own.outlook?.budgets.map(\.takesNanoUSD) == [0])
    #expect(own.attempts.map(\.isOwn) == [true] && own.decisions.level == nil)
  }

  /// A budget counts what it pays for, and says nothing of other requests.
  @Test func budgetsAloneCountWhatHasACost() throws {
    let world = try World(
      Self.limited.replacing("'limits': {'rpm': 2, 'tpm': 5000},", with: "")
        .replacing(
          "'model_limits': [{'model': 'm*', 'concurrent': 3}, {'model': 'other', 'rpm': 1}],",
          with: ""))
    func admission(
      own: Bool, _ endpoint: Endpoint = .chatCompletions
    ) throws
      -> Decisions.Admission?
    {
      try Self.explain(world) {
        $0.model = endpoint == .models ? nil : "m"
        $0.endpoint = endpoint
        $0.bringsKey = own
      }.decisions.admission
    }
    #expect(try admission(own: false) == .allowed)
    #expect(try admission(own: true) == .unlimited)
    #expect(try admission(own: false, .models) == .unlimited)
  }

  /// A list counts as a request, and asks no provider.
  @Test func whatIsAnsweredHereHasNoPlan() throws {
    let world = try World(Self.limited)
    for endpoint in [Endpoint.models, .ownKeys] {
      let told = try Self.explain(world) {
        $0.endpoint = endpoint
        $0.model = nil
      }
      #expect(told.refusal == nil && told.plan == nil && told.attempts.isEmpty)
      #expect(told.outlook?.limits.map(\.takes) == [1, 0])
      #expect(told.outlook?.budgets.map(\.takesNanoUSD) == [0])
    }
    let none = try World("{'users': [{'name': 'ada'}]}")
    let told = try Self.explain(none) { $0.endpoint = .models }
    #expect(told.refusal == nil && told.decisions.admission == .unlimited)
  }

  @Test func theRefusalOfAModelWithoutAPriceIsASettings() throws {
    var world = try World(Self.limited)
    try world.load("{'settings': {'unpriced': 'refuse'}}")
    let told = try Self.explain(world) { $0.model = "other" }
    #expect(told.refusal == .modelNotPriced(model: "other"))
    #expect(told.decisions.refusal == "setting 'unpriced': refuse")
    #expect(try Self.explain(world) { $0.model = "m" }.refusal == nil)
  }

  @Test func everyEndpointHasTheDialectOfItsRoutes() {
    #expect(Endpoint.messages.dialect == .anthropic && Endpoint.countTokens.dialect == .gemini)
    #expect(Endpoint.allCases.count { $0.dialect == .anthropic } == 2)
    #expect(Endpoint.allCases.count { $0.dialect == .gemini } == 5)
  }
}
