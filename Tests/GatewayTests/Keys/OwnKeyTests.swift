import HTTP
import Providers
import Testing

@testable import Gateway

@Suite("Keys that clients bring")
struct OwnKeyTests {
  static func fields(_ values: [String]) -> HeaderFields {
    var fields = HeaderFields()
    fields.append(name: "Accept", value: "*/*")
    for value in values { fields.append(name: "X-Upstream-Key", value: value) }
    return fields
  }

  @Test func aKeyIsRead() throws {
    #expect(try OwnKey.read(Self.fields([])) == nil)
    #expect(try OwnKey.read(Self.fields(["sk-proj-1"])) == ClearSecret(Array("sk-proj-1".utf8)))
    let longest = String(repeating: "k", count: OwnKey.bytesMax)
    #expect(try OwnKey.read(Self.fields([longest])) != nil)
  }

  @Test(arguments: [
    [""], ["a b"], ["a, b"], ["kéy"], ["tab\there"], ["one", "two"], ["one", "one"],
    [String(repeating: "k", count: OwnKey.bytesMax + 1)], ["sk-ap-abc-def"],
  ])
  func whatCannotBeAKeyIsRefused(_ values: [String]) {
    let refusal = #expect(throws: Refusal.self) { try OwnKey.read(Self.fields(values)) }
    #expect(refusal?.status == 400)
    for value in values where value.count > 3 {
      #expect(refusal?.message.contains(value) == false, "a refusal must not repeat a key")
    }
  }

  static let key = OwnKey(
    secret: ClearSecret(Array("sk-own".utf8)), fingerprint: "0123456789abcdef")

  @Test func isKnownByItsFingerprint() {
    #expect(Self.key.label == "user:01234567")
    #expect(OwnKey.isOne(Self.key.id) && !OwnKey.isOne("key-1"))
    #expect(!"\(Self.key)".contains("sk-own"))
  }

  // MARK: - The request that it serves

  static func plan(
    _ document: String = FailoverTests.document, model: String = "m", passthrough: String? = nil
  ) throws -> Plan {
    let world = try World(document)
    var question = Router.Question(model: model, dialect: .openai, passthroughProvider: passthrough)
    question.bringsKey = true
    return try Router.plan(
      question, caller: try world.caller("t"), snapshot: world.snapshot, random: 0
    ).served(by: key)
  }

  /// A provider that takes no key would be paid for by nobody's budget.
  @Test func aProviderWithoutKeysTakesNone() throws {
    let document = """
      {'providers': [{'name': 'free', 'dialect': 'openai', 'base_url': 'https://a.example/v1', 'auth': 'none'}],
       'users': [{'name': 'ada'}], 'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}]}
      """
    for (model, passthrough) in [("free/m", nil), ("m", nil), ("m", "free")] as [(String, String?)]
    {
      let refusal = #expect(throws: Refusal.self) {
        try Self.plan(document, model: model, passthrough: passthrough)
      }
      #expect(refusal?.status == 400 && refusal?.message.contains("'free' takes no key") == true)
    }
    // Where another takes one, that one serves.
    let both = document.replacing(
      "'users'",
      with: """
        'models': [{'name': 'x', 'targets': [{'provider': 'free', 'model': 'm'}], 'fallbacks': ['paid/m']}],
        'users'
        """
    ).replacing(
      "'auth': 'none'}]",
      with: """
        'auth': 'none'}, {'name': 'paid', 'dialect': 'openai', 'base_url': 'https://b.example/v1'}]
        """)
    for model in ["m", "x"] {
      #expect(try Self.plan(both, model: model).candidates.map(\.provider.name) == ["paid"])
    }
  }

  /// How one attempt ends, and what the client is told; nil: it has its answer.
  static let ends: [(AttemptEnd, Refusal?)] = [
    (.served, nil), (.answered(.clientFault), nil), (.cutAfterContent, nil),
    (.answered(.keySuspect), .upstreamKeyRefused), (.answered(.outOfMoney), .upstreamKeySpent),
    (
      .answered(.rateLimited(retryAfter: .seconds(4.2))),
      .upstreamKeyLimited(retryAfterSeconds: 5)
    ),
    (.answered(.rateLimited(retryAfter: nil)), .upstreamKeyLimited(retryAfterSeconds: 1)),
    (.answered(.keyCannotServeModel), .modelNotServed(model: "m")),
    (.answered(.providerFailing(retryAfter: nil)), .upstreamExhausted),
    (.connectFailed, .upstreamExhausted), (.timedOut(billable: true), .upstreamTimeout),
    (.timedOut(billable: false), .upstreamTimeout), (.brokeOff, .upstreamExhausted),
  ]

  /// One attempt at the route's provider, no failover onto the pool, and nothing learned of it.
  @Test(arguments: ends)
  func servesOnce(_ end: AttemptEnd, _ refusal: Refusal?) throws {
    let plan = try Self.plan()
    var failover = Failover(
      plan: plan, queueWait: .seconds(10), deadline: .at(600), random: 1)
    guard case .attempt(let choice) = failover.next(now: .at(0)) else {
      return #expect(Bool(false), "no attempt")
    }
    #expect(choice.isOwn && choice.key.secret == Self.key.secret)
    #expect(choice.candidate.provider.name == "a" && choice.candidate.model == "x")
    failover.report(end, now: .at(1))
    if let refusal {
      guard case .refuse(let given) = failover.next(now: .at(1)) else {
        return #expect(Bool(false), "a second attempt, or a wait")
      }
      #expect(given == refusal)
    }
    #expect(failover.attempts == 1)
    let provider = choice.candidate.provider
    #expect(provider.state.status(now: .at(1)).allSatisfy { $0.state == .ready })
  }

  /// It serves where no key of ours could.
  @Test func needsNoKeyOfOurs() throws {
    let document = """
      {'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'}],
       'users': [{'name': 'ada'}], 'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}]}
      """
    for model in ["x", "a/x"] {
      let plan = try Self.plan(document, model: model)
      #expect(plan.candidates.map(\.model) == ["x"] && plan.own?.providerID != nil)
    }
    #expect(try Self.plan(document, model: "", passthrough: "a").own != nil)
    let world = try World(document)
    #expect(throws: Refusal.noUsableKey(model: "x")) { try world.plan(model: "x") }
  }

  /// Rules of models hold for it as for any request.
  @Test func isUnderTheUsersRules() throws {
    let document = """
      {'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'}],
       'users': [{'name': 'ada', 'models': ['allowed', 'a/allowed']}],
       'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}]}
      """
    #expect(try Self.plan(document, model: "allowed").candidates.count == 1)
    #expect(throws: Refusal.modelNotAllowed(model: "x")) {
      try Self.plan(document, model: "x")
    }
  }
}
