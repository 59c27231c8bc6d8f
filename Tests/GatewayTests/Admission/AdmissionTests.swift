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
    try Admission.dropUnpriced(
      &plan, endpoint: .chatCompletions, settings: RuntimeSettings(), entry: { _ in nil })
    #expect(plan.candidates.count == 2)
  }

  @Test func unpricedCandidatesLeaveThePlan() throws {
    let world = try World(Self.document)
    var settings = RuntimeSettings()
    settings.unpriced = .refuse
    var plan = try world.plan(model: "m")
    let whole = try CostBoundTests.entry([
      ("input_cost_per_token", 1), ("output_cost_per_token", 0),
    ])
    let half = try CostBoundTests.entry([("input_cost_per_token", 1)])
    func drop(
      _ endpoint: Endpoint = .chatCompletions, _ entry: (Candidate) -> PriceEntry?
    ) throws -> [String] {
      plan = try world.plan(model: "m")
      try Admission.dropUnpriced(&plan, endpoint: endpoint, settings: settings, entry: entry)
      return plan.candidates.map(\.provider.name)
    }
    #expect(try drop { $0.provider.name == "p" ? whole : nil } == ["p"])
    #expect(try drop { $0.provider.name == "p" ? whole : half } == ["p"])
    #expect(try drop(.embeddings) { _ in half }.count == 2)
    #expect(try drop(.messagesCountTokens) { _ in nil }.count == 2, "costs nothing")
    for entry in [nil, half] {
      #expect(throws: Refusal.modelNotPriced(model: "m")) { try drop { _ in entry } }
    }
  }

  struct Asked: Sendable, CustomTestStringConvertible {
    let name: String
    var endpoint = Endpoint.chatCompletions
    var limits: [LimitKind: Int64] = [.tpm: 100_000]
    var cap: Int64?
    var count = 1
    let output: Int64
    var countsInput = true
    var testDescription: String { name }
  }

  @Test(arguments: [
    Asked(name: "no cap is a short answer", output: 256),
    Asked(name: "n short answers", count: 3, output: 768),
    Asked(name: "no more than a tenth of the limit", limits: [.otpm: 100], output: 10),
    Asked(name: "a tenth that is nothing", limits: [.otpm: 9], output: 1),
    Asked(name: "a limit of none", limits: [.otpm: 0], output: 1),
    Asked(name: "a cap", cap: 4_000, output: 4_000),
    Asked(name: "a cap n times", cap: 4_000, count: 2, output: 8_000),
    Asked(name: "an absurd cap", cap: .max, count: 2, output: .max),
    Asked(name: "no output", endpoint: .embeddings, output: 0),
    Asked(name: "output that nobody knows", endpoint: .imagesGenerations, output: 1),
    Asked(name: "the same, at a provider's own", endpoint: .passthrough, output: 1),
    Asked(name: "free", endpoint: .countTokens, cap: 5, output: 0, countsInput: false),
    Asked(name: "no limit on tokens", limits: [.rpm: 1], cap: 5, output: 0, countsInput: false),
  ])
  func demandIsTheEstimate(asked: Asked) {
    var facts = RequestFacts()
    facts.model = "gpt-4o"
    facts.outputTokensMax = asked.cap
    facts.choiceCount = asked.count
    var tally = RequestTally()
    tally.text.add(Array("Hello, how are you today?".utf8).span)
    let counts = asked.limits.keys.contains { $0.countsTokens }
    let demand = Admission.demand(
      endpoint: asked.endpoint, facts: facts, user: AccountsTests.allowance(asked.limits),
      token: nil, tally: counts ? tally : nil)
    #expect(demand.model == "gpt-4o" && demand.outputTokens == asked.output)
    #expect(asked.countsInput ? (8...20).contains(demand.inputTokens) : demand.inputTokens == 0)
  }
}
