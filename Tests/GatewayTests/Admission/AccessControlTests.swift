import JSON
import Providers
import Testing

@testable import Gateway

@Suite("Access control")
struct AccessControlTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    /// Members of the user's and the token's records; quotes are written as `'`.
    var user = ""
    var token = ""
    var endpoint = Endpoint.chatCompletions
    var model: String? = "gpt-4o"
    var provider: String?
    var address: String? = "192.0.2.7"
    var refusal: Refusal?
    var rule = ""
    var testDescription: String { name }
  }

  static let chat = Refusal.endpointNotAllowed(endpoint: "chat/completions")
  static let through = Refusal.endpointNotAllowed(endpoint: "passthrough")
  static let model = Refusal.modelNotAllowed(model: "gpt-4o")

  static let cases: [Case] = [
    Case(name: "no rules"),
    Case(
      name: "suspended", user: "'status': 'suspended'", refusal: .userSuspended,
      rule: "user 'ada': suspended"),
    Case(name: "model in the list", user: "'models': ['gpt-4*']"),
    Case(
      name: "model not in the list", user: "'models': ['claude*']", refusal: model,
      rule: "user 'ada' models: not in the list"),
    Case(name: "an empty list allows nothing", user: "'models': []", refusal: model),
    Case(
      name: "what is denied no entry allows", user: "'models': ['*', '!gpt-4*']", refusal: model,
      rule: "user 'ada' models: denied by '!gpt-4*'"),
    Case(
      name: "a token narrows", user: "'models': ['gpt*']", token: "'models': ['gpt-3*']",
      refusal: model, rule: "token 'ada/l' models: not in the list"),
    Case(name: "a token narrows a user without rules", token: "'models': []", refusal: model),
    Case(
      name: "a token does not widen", user: "'models': ['claude*']", token: "'models': ['*']",
      refusal: model),
    Case(name: "provider/model by the model", user: "'models': ['gpt-4o']", model: "oa/gpt-4o"),
    Case(
      name: "provider/model by a denied model", user: "'models': ['!gpt-4o']", model: "oa/gpt-4o",
      refusal: .modelNotAllowed(model: "oa/gpt-4o")),
    Case(
      name: "a pattern of models is none of providers", user: "'models': ['o*']",
      model: "oa/gpt-4o", refusal: .modelNotAllowed(model: "oa/gpt-4o")),
    Case(name: "a mapping by its own name", user: "'models': ['best']", model: "best"),
    Case(name: "endpoint in the list", user: "'endpoints': ['chat/*']"),
    Case(
      name: "endpoint not in the list", user: "'endpoints': ['embeddings']", refusal: chat,
      rule: "user 'ada' endpoints: not in the list"),
    Case(name: "an empty list of endpoints allows none", user: "'endpoints': []", refusal: chat),
    Case(
      name: "a token narrows endpoints", user: "'endpoints': ['*']",
      token: "'endpoints': ['!chat/completions']", refusal: chat,
      rule: "token 'ada/l' endpoints: denied by '!chat/completions'"),
    Case(name: "address in the list", user: "'ips': ['192.0.2.0/24']"),
    Case(
      name: "address not in the list", user: "'ips': ['198.51.100.1']", refusal: .ipNotAllowed,
      rule: "user 'ada' ips: '192.0.2.7' not in the list"),
    Case(name: "an empty list of addresses", user: "'ips': []", refusal: .ipNotAllowed),
    Case(
      name: "an address that nobody knows", token: "'ips': ['0.0.0.0/0', '::/0']", address: nil,
      refusal: .ipNotAllowed, rule: "token 'ada/l' ips: no address is known"),
    Case(
      name: "what was contributed can be taken back", user: "'endpoints': []",
      token: "'endpoints': ['chat/*'], 'models': []", endpoint: .ownKeys, model: "m",
      refusal: .modelNotAllowed(model: "m")),
    Case(
      name: "but not from everywhere", user: "'ips': ['10.0.0.0/8']", endpoint: .ownKeys,
      refusal: .ipNotAllowed),
    Case(
      name: "the address goes before the endpoint", user: "'ips': [], 'endpoints': []",
      refusal: .ipNotAllowed),
    Case(name: "passthrough without rules", endpoint: .passthrough, model: nil, provider: "oa"),
    Case(
      name: "passthrough with a model rule", user: "'models': ['*']", endpoint: .passthrough,
      provider: "oa", refusal: through),
    Case(
      name: "passthrough with a rule of addresses", user: "'ips': ['192.0.2.7']",
      endpoint: .passthrough, provider: "oa", refusal: through),
    Case(
      name: "passthrough with a rule of the token", token: "'models': ['*']",
      endpoint: .passthrough, provider: "oa", refusal: through),
    Case(
      name: "passthrough granted to the user, not to a token with rules",
      user: "'models': ['gpt*'], 'endpoints': ['passthrough']", token: "'models': ['gpt*']",
      endpoint: .passthrough, provider: "oa", refusal: through),
    Case(
      name: "passthrough granted", user: "'models': ['gpt*'], 'endpoints': ['passthrough']",
      endpoint: .passthrough, provider: "oa"),
    Case(
      name: "passthrough granted, another model",
      user: "'models': ['claude*'], 'endpoints': ['passthrough']", endpoint: .passthrough,
      provider: "oa", refusal: model),
    Case(
      name: "passthrough granted, a model rule and no model",
      user: "'models': ['*'], 'endpoints': ['passthrough']", endpoint: .passthrough, model: nil,
      provider: "oa", refusal: .modelNotAllowed(model: "")),
    Case(
      name: "what the user has made may be fetched", user: "'models': ['claude*']",
      endpoint: .response, model: nil),
    Case(
      name: "but not by who may use nothing", user: "'models': []", endpoint: .response, model: nil,
      refusal: .modelNotAllowed(model: "")),
  ]

  @Test(arguments: cases)
  func decides(_ example: Case) throws {
    func members(_ text: String) -> String { text.isEmpty ? "" : ", " + text }
    let world = try World(
      """
      {'providers': [{'name': 'oa', 'dialect': 'openai', 'base_url': 'https://oa.example/v1'}],
       'users': [{'name': 'ada'\(members(example.user))}],
       'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'\(members(example.token))}],
       'models': [{'name': 'best', 'targets': [{'provider': 'oa', 'model': 'x'}]}]}
      """)
    let caller = try world.caller("t")
    let denial =
      AccessControl.denial(caller, endpoint: example.endpoint) {
        example.address.flatMap { IPAddress($0) }
      }
      ?? AccessControl.denial(
        caller, model: example.model, endpoint: example.endpoint,
        passthroughProvider: example.provider, snapshot: world.snapshot)
    #expect(denial?.refusal == example.refusal)
    if !example.rule.isEmpty { #expect(denial?.rule == example.rule) }
  }

  static let grants: [(user: String, token: String, provider: String?, texts: [String])] = [
    ("", "", nil, []),
    ("'models': ['x', 'gpt-*']", "", nil, ["user models 'gpt-*'"]),
    (
      "'ips': ['!192.0.2.1'], 'models': ['gpt-4o']", "'endpoints': ['chat/*'], 'models': ['*']",
      nil,
      [
        "user ips, none of which denies it", "token endpoints 'chat/*'", "user models 'gpt-4o'",
        "token models '*'",
      ]
    ),
    (
      "'models': ['oa/gpt-4o'], 'endpoints': ['*']", "'ips': ['192.0.0.0/16', '192.0.2.0/24']",
      "oa",
      ["token ips '192.0.0.0/16'", "user endpoints '*'", "user models 'oa/gpt-4o'"]
    ),
  ]

  /// What allows a request is known by the entries that do.
  @Test(arguments: grants)
  func namesTheEntriesThatAllow(
    user: String, token: String, provider: String?, texts: [String]
  ) throws {
    func members(_ text: String) -> String { text.isEmpty ? "" : ", " + text }
    let world = try World(
      """
      {'providers': [{'name': 'oa', 'dialect': 'openai', 'base_url': 'https://oa.example/v1'}],
       'users': [{'name': 'ada'\(members(user))}],
       'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'\(members(token))}]}
      """)
    let caller = try world.caller("t")
    var decisions = Decisions()
    let denials = [
      AccessControl.denial(
        caller, endpoint: .chatCompletions, noting: { decisions.grants.append($0) }
      ) { IPAddress("192.0.2.7") },
      AccessControl.denial(
        caller, model: "gpt-4o", endpoint: .chatCompletions, passthroughProvider: provider,
        snapshot: world.snapshot, noting: { decisions.grants.append($0) }),
    ]
    #expect(denials == [nil, nil])
    #expect(decisions.grants.map(\.text) == texts)
    #expect(decisions.grants.count <= Decisions.grantsMax)
  }

  /// The kernel is asked who is connected only where a rule needs it.
  @Test func theAddressIsAskedForByRulesAlone() throws {
    var world = try World(
      "{'users': [{'name': 'ada'}], 'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't'}]}")
    var asked = 0
    for (rules, times) in [("", 0), (", 'models': ['m']", 0), (", 'ips': ['::1']", 1)] {
      try world.load("{'users': [{'name': 'ada'\(rules)}]}", replacing: false)
      asked = 0
      _ = AccessControl.denial(try world.caller("t"), endpoint: .models) {
        asked += 1
        return nil
      }
      #expect(asked == times, "\(rules)")
    }
  }
}
