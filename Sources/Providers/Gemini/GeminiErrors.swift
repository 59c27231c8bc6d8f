/// What errors mean at Google, which names the reason in its details (`google.rpc.ErrorInfo`).
enum GeminiErrors {
  /// By reason alone; also for Google's OpenAI-compatible path.
  static let reasons: [ErrorRow] = [
    ErrorRow(
      400...403, .name("API_KEY_INVALID"), .keySuspect,
      source: "corpus gemini-generatecontent-err400-11c87c74: 400 INVALID_ARGUMENT; an "
        + "expired key too"),
    ErrorRow(
      400...403, .name("API_KEY_EXPIRED"), .keySuspect, source: "google/api/error_reason.proto"),
    ErrorRow(
      403, .name("API_KEY_SERVICE_BLOCKED"), .keySuspect,
      source: "github.com/continuedev/continue/issues/12781; google/api/error_reason.proto"),
    ErrorRow(
      403, .name("API_KEY_HTTP_REFERRER_BLOCKED"), .keySuspect,
      source: "google/api/error_reason.proto"),
    ErrorRow(
      403, .name("API_KEY_IP_ADDRESS_BLOCKED"), .keySuspect,
      source: "google/api/error_reason.proto"),
    ErrorRow(
      403, .name("API_KEY_ANDROID_APP_BLOCKED"), .keySuspect,
      source: "google/api/error_reason.proto"),
    ErrorRow(
      403, .name("API_KEY_IOS_APP_BLOCKED"), .keySuspect, source: "google/api/error_reason.proto"),
    ErrorRow(
      403, .name("CONSUMER_SUSPENDED"), .keySuspect,
      source: "github.com/google/generative-ai-docs/issues/356"),
    ErrorRow(403, .name("CONSUMER_INVALID"), .keySuspect, source: "google/api/error_reason.proto"),
    ErrorRow(403, .name("SERVICE_DISABLED"), .keySuspect, source: "google/api/error_reason.proto"),
    ErrorRow(
      403, .name("ACCOUNT_STATE_INVALID"), .keySuspect, source: "google/api/error_reason.proto"),
    ErrorRow(403, .name("BILLING_DISABLED"), .outOfMoney, source: "google/api/error_reason.proto"),
    ErrorRow(
      403, .name("RATE_LIMIT_EXCEEDED"), .rateLimited, source: "google/api/error_reason.proto"),
    ErrorRow(
      403, .name("RESOURCE_QUOTA_EXCEEDED"), .rateLimited, source: "google/api/error_reason.proto"),
    ErrorRow(
      400...403, .message("api key was reported as leaked"), .keySuspect,
      source: "github.com/continuedev/continue/issues/11541: 403 PERMISSION_DENIED, no details"),
    ErrorRow(
      400...403, .message("api key not valid"), .keySuspect,
      source: "ai.google.dev/gemini-api/docs/troubleshooting; older answers carry no details"),
    ErrorRow(
      429, .message("prepayment credits are depleted"), .outOfMoney,
      source: "ai.google.dev/gemini-api/docs/billing: prepaid accounts"),
    ErrorRow(
      429, .message("doesn't have a free quota tier"), .keyCannotServeModel,
      source: "github.com/ai-christianson/RA.Aid/issues/182"),
    ErrorRow(
      400, .message("user location is not supported"), .keyCannotServeModel,
      source: "ai.google.dev/gemini-api/docs/troubleshooting: FAILED_PRECONDITION, a free "
        + "key in this region"),
    ErrorRow(
      400, .message("free tier is not available"), .keyCannotServeModel,
      source: "ai.google.dev/gemini-api/docs/troubleshooting: FAILED_PRECONDITION"),
  ]

  static let rows: [ErrorRow] = [
    ErrorRow(
      403, .message("access the file"), .clientFault,
      source: "ai.google.dev/gemini-api/docs/files: a file of another project, or none"),
    ErrorRow(
      403, .message("cachedcontent not found"), .clientFault,
      source: "ai.google.dev/gemini-api/docs/caching: gone, or of another project"),
    ErrorRow(
      403, .any, .keySuspect,
      source: "ai.google.dev/gemini-api/docs/troubleshooting: the key lacks the permissions"),
    ErrorRow(
      404, .message("models/"), .keyCannotServeModel,
      source: "ai.google.dev/gemini-api/docs/troubleshooting: 'models/x is not found for "
        + "API version'"),
    ErrorRow(
      404, .message("publisher model"), .keyCannotServeModel,
      source: "corpus vertex-generatecontent-err404-d9410a5c"),
    ErrorRow(
      400, .any, .clientFault,
      source: "ai.google.dev/gemini-api/docs/troubleshooting: INVALID_ARGUMENT; corpus "
        + "vertex-…-err400-213801e1"),
    ErrorRow(
      429, .any, .rateLimited,
      source: "ai.google.dev/gemini-api/docs/troubleshooting: RESOURCE_EXHAUSTED; corpus "
        + "gemini-…-err429-6c98a37a"),
    ErrorRow(
      500...599, .any, .providerFailing,
      source: "ai.google.dev/gemini-api/docs/troubleshooting: INTERNAL, UNAVAILABLE, "
        + "DEADLINE_EXCEEDED"),
  ]
}
