import Testing

@testable import Providers

@Suite("Errors of Google")
struct GeminiErrorsTests {
  @Test(
    arguments: [
      (400, "INVALID_ARGUMENT", "bad", "", .clientFault),
      (400, "INVALID_ARGUMENT", "API key expired.", "API_KEY_INVALID", .keySuspect),
      (400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid one.", "", .keySuspect),
      (
        400, "FAILED_PRECONDITION", "User location is not supported for the API use.", "",
        .keyCannotServeModel
      ),
      (400, "FAILED_PRECONDITION", "The file is not in an ACTIVE state.", "", .clientFault),
      (401, "UNAUTHENTICATED", "m", "ACCESS_TOKEN_EXPIRED", .keySuspect),
      (403, "PERMISSION_DENIED", "Your API key was reported as leaked.", "", .keySuspect),
      (403, "PERMISSION_DENIED", "suspended", "CONSUMER_SUSPENDED", .keySuspect),
      (403, "PERMISSION_DENIED", "blocked", "API_KEY_SERVICE_BLOCKED", .keySuspect),
      (403, "PERMISSION_DENIED", "billing", "BILLING_DISABLED", .outOfMoney),
      (
        403, "PERMISSION_DENIED", "You do not have permission to access the File x", "",
        .clientFault
      ),
      (403, "PERMISSION_DENIED", "CachedContent not found", "", .clientFault),
      (403, "PERMISSION_DENIED", "m", "", .keySuspect),
      (404, "NOT_FOUND", "models/x is not found for API version v1beta", "", .keyCannotServeModel),
      (404, "NOT_FOUND", "File not found", "", .clientFault),
      (429, "RESOURCE_EXHAUSTED", "You exceeded your current quota", "", .rateLimited),
      (429, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted.", "", .outOfMoney),
      (
        429, "RESOURCE_EXHAUSTED", "Gemini 2.5 Pro doesn't have a free quota tier.", "",
        .keyCannotServeModel
      ),
      (499, "CANCELLED", "m", "", .providerFailing), (500, "INTERNAL", "m", "", .providerFailing),
      (503, "UNAVAILABLE", "overloaded", "", .providerFailing),
      (504, "DEADLINE_EXCEEDED", "m", "", .providerFailing),
    ] as [(Int, String, String, String, ErrorRow.Meaning)])
  func meaning(
    _ status: Int, _ name: String, _ message: String, _ reason: String,
    _ meaning: ErrorRow.Meaning
  ) {
    let details = reason.isEmpty ? "[]" : #"[{"reason":"\#(reason)"}]"#
    let body =
      #"{"error":{"code":\#(status),"message":"\#(message)","status":"\#(name)","#
      + #""details":\#(details)}}"#
    let bytes = Array(body.utf8)
    let signals = ErrorSignals(status: status, body: bytes.span)
    #expect(ErrorTable.meaning(.gemini, signals) == meaning)
  }
}
