import JSON
import Providers
import Testing

@testable import Gateway

@Suite("Access control")
struct AccessControlTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var models: [String]?
    var endpoints: [String]?
    var isActive = true
    var endpoint = Endpoint.chatCompletions
    var model: String? = "gpt-4o"
    var refusal: Refusal?
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "no rules"),
    Case(name: "suspended", isActive: false, refusal: .userSuspended),
    Case(name: "model in the list", models: ["gpt-4*"]),
    Case(
      name: "model not in the list", models: ["claude*"],
      refusal: .modelNotAllowed(model: "gpt-4o")),
    Case(
      name: "an empty list allows nothing", models: [], refusal: .modelNotAllowed(model: "gpt-4o")),
    Case(name: "endpoint in the list", endpoints: ["chat/*"]),
    Case(
      name: "endpoint not in the list", endpoints: ["embeddings"],
      refusal: .endpointNotAllowed(endpoint: "chat/completions")),
    Case(
      name: "an empty list of endpoints allows none", endpoints: [],
      refusal: .endpointNotAllowed(endpoint: "chat/completions")),
    Case(name: "passthrough without rules", endpoint: .passthrough, model: nil),
    Case(
      name: "passthrough with a model rule", models: ["*"], endpoint: .passthrough,
      refusal: .endpointNotAllowed(endpoint: "passthrough")),
    Case(
      name: "passthrough granted", models: ["gpt*"], endpoints: ["passthrough"],
      endpoint: .passthrough),
    Case(
      name: "passthrough granted, a model rule and no model", models: ["*"],
      endpoints: ["passthrough"], endpoint: .passthrough, model: nil,
      refusal: .modelNotAllowed(model: "")),
  ]

  @Test(arguments: cases)
  func decides(_ example: Case) throws {
    let definition = try UserDefinition(
      ["name": "ada", "status": .string(example.isActive ? "active" : "suspended")], id: "u")
    let rules = AccessRules(
      models: example.models.map(Self.list), endpoints: example.endpoints.map(Self.list))
    let user = User(id: "u", definition: definition, access: rules)
    let caller = Caller(user: user, token: try CallerTests.token(level: nil))
    var refusal: Refusal?
    do {
      try AccessControl.authorize(caller, endpoint: example.endpoint)
      try AccessControl.authorize(caller, model: example.model)
    } catch {
      refusal = error
    }
    #expect(refusal == example.refusal)
  }

  static func list(_ texts: [String]) -> NameList {
    let patterns = texts.compactMap { NamePattern($0) }
    return NameList(
      literals: patterns.filter(\.isLiteral).map(\.text),
      patterns: patterns.filter { !$0.isLiteral })
  }
}
