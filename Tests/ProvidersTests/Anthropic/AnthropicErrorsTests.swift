import Testing

@testable import Providers

@Suite("Errors of Anthropic")
struct AnthropicErrorsTests {
  @Test(
    arguments: [
      (400, "invalid_request_error", "messages: Field required", .clientFault),
      (400, "invalid_request_error", "Your credit balance is too low to access", .outOfMoney),
      (
        400, "invalid_request_error", "You have reached your specified API usage limits.",
        .outOfMoney
      ),
      (400, "invalid_request_error", "This organization has been disabled.", .keySuspect),
      (401, "authentication_error", "invalid x-api-key", .keySuspect),
      (402, "billing_error", "m", .outOfMoney),
      (403, "permission_error", "Your API key does not have permission", .keyCannotServeModel),
      (403, "forbidden", "Request not allowed", .providerFailing),
      (403, "", "", .keySuspect),
      (404, "not_found_error", "model: claude-x", .keyCannotServeModel),
      (404, "not_found_error", "Batch not found", .clientFault),
      (413, "request_too_large", "m", .clientFault),
      (429, "rate_limit_error", "m", .rateLimited),
      (500, "api_error", "m", .providerFailing), (504, "timeout_error", "m", .providerFailing),
      (529, "overloaded_error", "m", .providerFailing),
    ] as [(Int, String, String, ErrorRow.Meaning)])
  func meaning(_ status: Int, _ type: String, _ message: String, _ meaning: ErrorRow.Meaning) {
    let body = #"{"type":"error","error":{"type":"\#(type)","message":"\#(message)"}}"#
    let bytes = Array(body.utf8)
    let signals = ErrorSignals(status: status, body: bytes.span)
    #expect(ErrorTable.meaning(.anthropic, signals) == meaning)
  }
}
