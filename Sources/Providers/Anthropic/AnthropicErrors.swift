/// What errors mean at Anthropic, whose body names its type.
enum AnthropicErrors {
  static let rows: [ErrorRow] = [
    ErrorRow(
      400...403, .name("billing_error"), .outOfMoney,
      source: "docs.anthropic.com/en/api/errors: 402"),
    ErrorRow(
      400, .message("credit balance is too low"), .outOfMoney,
      source: "github.com/anthropics/anthropic-sdk-python/issues/818: an invalid_request_error"),
    ErrorRow(
      400, .message("specified api usage limits"), .outOfMoney,
      source: "support.anthropic.com: 'You have reached your specified API usage limits', a "
        + "monthly cap"),
    ErrorRow(
      400...403, .message("organization has been disabled"), .keySuspect,
      source: "github.com/anthropics/claude-code/issues: 400 with invalid_request_error"),
    ErrorRow(
      400...403, .name("authentication_error"), .keySuspect,
      source: "docs.anthropic.com/en/api/errors: 401; corpus anthropic-messages-err401-d6e16290"),
    ErrorRow(
      403, .name("permission_error"), .keyCannotServeModel,
      source: "docs.anthropic.com/en/api/errors: the key may not use the resource"),
    ErrorRow(
      403, .name("forbidden"), .providerFailing,
      source: "github.com/anthropics/claude-code/issues: 'Request not allowed', our address "
        + "refused"),
    ErrorRow(
      403, .any, .keySuspect,
      source: "docs.anthropic.com/en/api/errors: no other 403 is described"),
    ErrorRow(
      404, .message("model:"), .keyCannotServeModel,
      source: "corpus anthropic-messages-err404-c204676d: not_found_error"),
    ErrorRow(
      400...429, .message("long context beta is not yet available"), .keyCannotServeModel,
      source: "docs.anthropic.com/en/docs/build-with-claude/context-windows: by usage tier"),
    ErrorRow(
      413, .name("request_too_large"), .clientFault, source: "docs.anthropic.com/en/api/errors"),
    ErrorRow(
      429, .any, .rateLimited, source: "docs.anthropic.com/en/api/errors: rate_limit_error"),
    ErrorRow(
      500...599, .name("overloaded_error"), .providerFailing,
      source: "docs.anthropic.com/en/api/errors: 529"),
    ErrorRow(
      500...599, .any, .providerFailing,
      source: "docs.anthropic.com/en/api/errors: api_error 500, timeout_error 504"),
  ]
}
