import Testing

@testable import Providers

@Suite("Errors of OpenAI and kin")
struct OpenAIErrorsTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var status: Int
    var body: String
    var meaning: ErrorRow.Meaning
    var testDescription: String { name }
  }

  private static func error(_ type: String, _ code: String, _ message: String) -> String {
    #"{"error":{"message":"\#(message)","type":"\#(type)","param":null,"code":\#(code)}}"#
  }

  static let cases: [Case] = [
    Case(
      name: "OpenAI, quota", status: 429,
      body: error(
        "insufficient_quota", #""insufficient_quota""#, "You exceeded your current quota"),
      meaning: .outOfMoney),
    Case(
      name: "OpenAI, account not active", status: 429,
      body: error("billing_not_active", #""billing_not_active""#, "not active"),
      meaning: .outOfMoney),
    Case(
      name: "OpenAI, hard limit", status: 400,
      body: error("invalid_request_error", "null", "Billing hard limit has been reached"),
      meaning: .outOfMoney),
    Case(
      name: "OpenAI, requests a minute", status: 429,
      body: error("requests", #""rate_limit_exceeded""#, "Rate limit reached"),
      meaning: .rateLimited),
    Case(
      name: "OpenAI, too large for the limit", status: 429,
      body: error("tokens", #""rate_limit_exceeded""#, "Request too large for gpt-4o"),
      meaning: .rateLimited),
    Case(
      name: "OpenAI, wrong organization", status: 401,
      body: error("invalid_request_error", #""mismatched_organization""#, "header should match"),
      meaning: .keySuspect),
    Case(
      name: "OpenAI, restricted key", status: 401,
      body: error("invalid_request_error", "null", "Missing scopes: model.request."),
      meaning: .keyCannotServeModel),
    Case(
      name: "OpenAI, project without the model", status: 403,
      body: error("invalid_request_error", #""model_not_found""#, "Project does not have access"),
      meaning: .keyCannotServeModel),
    Case(
      name: "OpenAI, unverified organization", status: 400,
      body: error(
        "invalid_request_error", #""unsupported_value""#,
        "Your organization must be verified to stream this model."),
      meaning: .keyCannotServeModel),
    Case(
      name: "OpenAI, country", status: 403,
      body: error(
        "request_forbidden", #""unsupported_country_region_territory""#, "Country not supported"),
      meaning: .providerFailing),
    Case(
      name: "OpenAI, context length", status: 400,
      body: error("invalid_request_error", #""context_length_exceeded""#, "too long"),
      meaning: .clientFault),
    Case(
      name: "OpenAI, overloaded", status: 503, body: error("server_error", "null", "Slow Down"),
      meaning: .providerFailing),
    Case(
      name: "OpenAI, no such response", status: 404,
      body: error("invalid_request_error", "null", "Response with id 'resp_1' not found."),
      meaning: .clientFault),
    Case(
      name: "Azure, content filter", status: 400,
      body: #"{"error":{"code":"content_filter","message":"filtered","status":400}}"#,
      meaning: .clientFault),
    Case(
      name: "Azure, no such resource", status: 404,
      body: #"{"error":{"code":"404","message":"Resource not found"}}"#,
      meaning: .keyCannotServeModel),
    Case(
      name: "Azure, wrong operation", status: 400,
      body: #"{"error":{"code":"OperationNotSupported","message":"does not work"}}"#,
      meaning: .keyCannotServeModel),
    Case(
      name: "OpenRouter, no credits", status: 402,
      body: #"{"error":{"code":402,"message":"Insufficient credits"}}"#, meaning: .outOfMoney),
    Case(
      name: "OpenRouter, moderation", status: 403,
      body: #"{"error":{"code":403,"message":"flagged","metadata":{"reasons":["violence"]}}}"#,
      meaning: .clientFault),
    Case(
      name: "OpenRouter, key limit", status: 403,
      body: #"{"error":{"code":403,"message":"Key limit exceeded (total limit)."}}"#,
      meaning: .outOfMoney),
    Case(
      name: "OpenRouter, timeout", status: 408,
      body: #"{"error":{"code":408,"message":"timed out"}}"#, meaning: .providerFailing),
    Case(
      name: "OpenRouter, no provider", status: 503,
      body: #"{"error":{"code":503,"message":"no available"}}"#, meaning: .providerFailing),
    Case(
      name: "OpenRouter, no such model", status: 400,
      body: #"{"error":{"code":400,"message":"x is not a valid model ID"}}"#,
      meaning: .keyCannotServeModel),
    Case(
      name: "DeepSeek, balance", status: 402,
      body: error("unknown_error", #""invalid_request_error""#, "Insufficient Balance"),
      meaning: .outOfMoney),
    Case(
      name: "DeepSeek, model", status: 400,
      body: error("invalid_request_error", #""invalid_request_error""#, "Model Not Exist"),
      meaning: .keyCannotServeModel),
    Case(
      name: "DeepSeek, parameters", status: 422,
      body: error("invalid_request_error", "null", "bad"), meaning: .clientFault),
    Case(
      name: "xAI, credits", status: 429,
      body: #"{"code":"x","error":"Your team a has either used all available credits or b"}"#,
      meaning: .outOfMoney),
    Case(
      name: "xAI, no credits", status: 403,
      body: #"{"code":"x","error":"Your newly created team doesn't have any credits yet."}"#,
      meaning: .outOfMoney),
    Case(
      name: "Perplexity, quota", status: 401,
      body: #"{"error":{"message":"m","type":"insufficient_quota","code":401}}"#,
      meaning: .outOfMoney),
    Case(
      name: "Mistral, model", status: 400,
      body:
        #"{"object":"error","message":"Invalid model: x","type":"invalid_model","code":"1500"}"#,
      meaning: .keyCannotServeModel),
    Case(
      name: "Mistral, capacity", status: 429,
      body: #"{"object":"error","message":"Service tier capacity exceeded for this model."}"#,
      meaning: .rateLimited),
    Case(
      name: "Mistral, validation", status: 422, body: #"{"detail":[{"type":"missing"}]}"#,
      meaning: .clientFault),
    Case(
      name: "Groq, too large", status: 413,
      body: error("tokens", #""rate_limit_exceeded""#, "Request too large"),
      meaning: .clientFault),
    Case(
      name: "Groq, flex capacity", status: 498,
      body: error("flex", #""capacity_exceeded""#, "capacity"), meaning: .rateLimited),
    Case(
      name: "Ollama, model", status: 404,
      body: error("api_error", "null", #"model \"x\" not found, try pulling it first"#),
      meaning: .keyCannotServeModel),
    Case(
      name: "vLLM, model", status: 404,
      body: #"{"object":"error","message":"The model `x` does not exist.","type":"NotFoundError"}"#,
      meaning: .keyCannotServeModel),
    Case(
      name: "Google's compatible path, key", status: 400,
      body: #"[{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT","#
        + #""details":[{"reason":"API_KEY_INVALID"}]}}]"#,
      meaning: .keySuspect),
    Case(
      name: "a firewall's page", status: 403, body: "<html>", meaning: .clientFault),
  ]

  @Test(arguments: cases)
  func meaning(_ example: Case) {
    let bytes = Array(example.body.utf8)
    let signals = ErrorSignals(status: example.status, body: bytes.span)
    #expect(ErrorTable.meaning(.openai, signals) == example.meaning)
  }
}
