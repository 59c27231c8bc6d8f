import JSON
import Testing

@testable import Providers

@Suite("Refusals on the wire")
struct RefusalWireTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let refusal: Refusal
    let status: Int
    let code: String
    let openAIType: String
    let anthropicType: String
    let geminiStatus: String
    var retryAfter: Int?
    var testDescription: String { "\(refusal)" }

    init(
      _ refusal: Refusal, _ status: Int, _ code: String, _ openAIType: String,
      _ anthropicType: String, _ geminiStatus: String, retryAfter: Int? = nil
    ) {
      self.refusal = refusal
      self.status = status
      self.code = code
      self.openAIType = openAIType
      self.anthropicType = anthropicType
      self.geminiStatus = geminiStatus
      self.retryAfter = retryAfter
    }
  }

  private static let invalid = "invalid_request_error"

  static let cases: [Case] = [
    Case(.missingToken, 401, "invalid_api_key", invalid, "authentication_error", "UNAUTHENTICATED"),
    Case(.unknownToken, 401, "invalid_api_key", invalid, "authentication_error", "UNAUTHENTICATED"),
    Case(.tokenExpired, 401, "invalid_api_key", invalid, "authentication_error", "UNAUTHENTICATED"),
    Case(.userSuspended, 403, "user_suspended", invalid, "permission_error", "PERMISSION_DENIED"),
    Case(.ipNotAllowed, 403, "ip_not_allowed", invalid, "permission_error", "PERMISSION_DENIED"),
    Case(
      .endpointNotAllowed(endpoint: "responses"), 403, "endpoint_not_allowed", invalid,
      "permission_error", "PERMISSION_DENIED"),
    Case(
      .modelNotAllowed(model: "m"), 403, "model_not_allowed", invalid, "permission_error",
      "PERMISSION_DENIED"),
    Case(
      .budgetSpent("B."), 402, "insufficient_quota", "insufficient_quota", "billing_error",
      "FAILED_PRECONDITION"),
    Case(
      .costNotBounded(what: "files"), 402, "cost_not_bounded", invalid, "billing_error",
      "FAILED_PRECONDITION"),
    Case(
      .modelNotPriced(model: "m"), 402, "model_not_priced", invalid, "billing_error",
      "FAILED_PRECONDITION"),
    Case(
      .modelNotFound(model: "m"), 404, "model_not_found", invalid, "not_found_error", "NOT_FOUND"),
    Case(
      .modelNotServed(model: "m"), 404, "model_not_found", invalid, "not_found_error", "NOT_FOUND"),
    Case(.routeNotFound, 404, "not_found", invalid, "not_found_error", "NOT_FOUND"),
    Case(.resourceNotFound(id: "r"), 404, "not_found", invalid, "not_found_error", "NOT_FOUND"),
    Case(
      .methodNotAllowed(allowed: "POST"), 405, "method_not_allowed", invalid, invalid,
      "INVALID_ARGUMENT"),
    Case(.malformed("X."), 400, "invalid_request", invalid, invalid, "INVALID_ARGUMENT"),
    Case(
      .bodyTooLarge(limitBytes: 5), 413, "request_too_large", invalid, "request_too_large",
      "INVALID_ARGUMENT"),
    Case(
      .headTooLarge(limitBytes: 5), 431, "request_too_large", invalid, "request_too_large",
      "INVALID_ARGUMENT"),
    Case(.requestTimeout, 408, "request_timeout", invalid, invalid, "DEADLINE_EXCEEDED"),
    Case(
      .notImplemented("X"), 501, "not_implemented", "server_error", invalid, "UNIMPLEMENTED"),
    Case(
      .versionNotSupported, 505, "http_version_not_supported", "server_error", invalid,
      "INVALID_ARGUMENT"),
    Case(
      .rateLimited(limit: "6 requests a minute", retryAfterSeconds: 7), 429, "rate_limit_exceeded",
      "rate_limit_error",
      "rate_limit_error", "RESOURCE_EXHAUSTED", retryAfter: 7),
    Case(
      .aboveLimit(limit: "6 tokens a minute", amount: 7), 429, "request_above_limit",
      "rate_limit_error", "rate_limit_error", "RESOURCE_EXHAUSTED"),
    Case(
      .allCooling(retryAfterSeconds: 0), 429, "rate_limit_exceeded", "rate_limit_error",
      "rate_limit_error", "RESOURCE_EXHAUSTED", retryAfter: 1),
    Case(.upstreamExhausted, 502, "upstream_exhausted", "server_error", "api_error", "UNAVAILABLE"),
    Case(
      .upstreamTimeout, 504, "upstream_timeout", "server_error", "api_error", "DEADLINE_EXCEEDED"),
    Case(
      .noUsableKey(model: "m"), 503, "overloaded", "server_error", "overloaded_error",
      "UNAVAILABLE"),
    Case(
      .noKeyOfLevel(model: "m"), 503, "overloaded", "server_error", "overloaded_error",
      "UNAVAILABLE"),
    Case(
      .rulesChanged, 503, "overloaded", "server_error", "overloaded_error", "UNAVAILABLE",
      retryAfter: 1),
    Case(
      .overloaded("x"), 503, "overloaded", "server_error", "overloaded_error", "UNAVAILABLE",
      retryAfter: 1),
    Case(
      .draining, 503, "overloaded", "server_error", "overloaded_error", "UNAVAILABLE",
      retryAfter: 1),
  ]

  @Test(arguments: cases, Dialect.allCases)
  func body(_ example: Case, _ dialect: Dialect) throws {
    let refusal = example.refusal
    #expect(refusal.status == example.status)
    #expect(refusal.code == example.code)
    #expect(refusal.retryAfterSeconds == example.retryAfter)
    let body = refusal.body(dialect: dialect, requestID: "req \"1\"")
    let value = try JSONValue(parsing: body)
    let message = JSONValue.string(refusal.message)
    let expected: JSONValue =
      switch dialect {
      case .openai:
        [
          "error": [
            "message": message, "type": .string(example.openAIType), "param": nil,
            "code": .string(example.code),
          ]
        ]
      case .anthropic:
        [
          "type": "error",
          "error": ["type": .string(example.anthropicType), "message": message],
          "request_id": "req \"1\"",
        ]
      case .gemini:
        [
          "error": [
            "code": .int(Int64(example.status)), "message": message,
            "status": .string(example.geminiStatus),
          ]
        ]
      }
    #expect(value == expected)
  }

  /// What happened, then what to do: whole sentences, and never a key.
  @Test(arguments: cases)
  func message(_ example: Case) {
    let message = example.refusal.message
    #expect(message.hasSuffix("."))
    #expect(message.count < 260)
  }

  /// Where a request names no model there is none to quote.
  @Test(arguments: [
    Refusal.modelNotAllowed(model: ""), .modelNotFound(model: ""), .modelNotPriced(model: ""),
    .modelNotServed(model: ""), .noUsableKey(model: ""), .noKeyOfLevel(model: ""),
  ])
  func quotesNoNameThatIsNotThere(_ refusal: Refusal) {
    #expect(!refusal.message.contains("''"), "\(refusal.message)")
    #expect(refusal.message.hasSuffix(".") && refusal.message.count < 260)
  }

  @Test func saysWhatAPathTakes() {
    #expect(Refusal.methodNotAllowed(allowed: "GET, HEAD").allow == "GET, HEAD")
    #expect(Refusal.methodNotAllowed(allowed: "GET").message.contains("GET"))
    #expect(Refusal.routeNotFound.allow == nil)
  }

  @Test func escapesWhatAClientSent() throws {
    let refusal = Refusal.modelNotFound(model: "a\"\n\u{1}漢\\")
    for dialect in Dialect.allCases {
      let value = try JSONValue(parsing: refusal.body(dialect: dialect, requestID: "r"))
      #expect(value["error"]?["message"]?.string == refusal.message)
    }
  }
}
