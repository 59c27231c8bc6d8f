import JSON

// The wire forms of a refusal, all in one place, so that status, code and wording never differ
// between endpoints. DESIGN section 7, "Refusals", is the table.

extension Refusal {
  /// The status of the answer.
  package var status: Int {
    switch self {
    case .malformed: 400
    case .missingToken, .unknownToken, .tokenExpired, .upstreamKeyRefused: 401
    case .budgetSpent, .costNotBounded, .modelNotPriced, .upstreamKeySpent: 402
    case .userSuspended, .ipNotAllowed, .endpointNotAllowed, .modelNotAllowed: 403
    case .modelNotFound, .modelNotServed, .routeNotFound, .resourceNotFound: 404
    case .methodNotAllowed: 405
    case .requestTimeout: 408
    case .bodyTooLarge: 413
    case .rateLimited, .aboveLimit, .allCooling, .upstreamKeyLimited: 429
    case .headTooLarge: 431
    case .notImplemented: 501
    case .upstreamExhausted: 502
    case .noUsableKey, .noKeyOfLevel, .overloaded, .draining, .rulesChanged: 503
    case .upstreamTimeout: 504
    case .versionNotSupported: 505
    }
  }

  /// OpenAI's `code`; also the name of the refusal in logs and in the ledger.
  package var code: String {
    switch self {
    case .missingToken, .unknownToken, .tokenExpired: "invalid_api_key"
    case .userSuspended: "user_suspended"
    case .ipNotAllowed: "ip_not_allowed"
    case .endpointNotAllowed: "endpoint_not_allowed"
    case .modelNotAllowed: "model_not_allowed"
    case .budgetSpent: "insufficient_quota"
    case .costNotBounded: "cost_not_bounded"
    case .modelNotPriced: "model_not_priced"
    case .modelNotFound, .modelNotServed: "model_not_found"
    case .routeNotFound, .resourceNotFound: "not_found"
    case .methodNotAllowed: "method_not_allowed"
    case .malformed: "invalid_request"
    case .bodyTooLarge, .headTooLarge: "request_too_large"
    case .requestTimeout: "request_timeout"
    case .notImplemented: "not_implemented"
    case .versionNotSupported: "http_version_not_supported"
    case .rateLimited, .allCooling, .upstreamKeyLimited: "rate_limit_exceeded"
    case .aboveLimit: "request_above_limit"
    case .upstreamKeyRefused: "upstream_key_refused"
    case .upstreamKeySpent: "upstream_key_spent"
    case .upstreamExhausted: "upstream_exhausted"
    case .upstreamTimeout: "upstream_timeout"
    case .noUsableKey, .noKeyOfLevel, .overloaded, .draining, .rulesChanged: "overloaded"
    }
  }

  /// OpenAI's `type`.
  package var openAIType: String {
    switch status {
    case 402: code == "insufficient_quota" ? "insufficient_quota" : "invalid_request_error"
    case 429: "rate_limit_error"
    case 500...: "server_error"
    default: "invalid_request_error"
    }
  }

  /// Anthropic's `type`.
  package var anthropicType: String {
    switch status {
    case 401: "authentication_error"
    case 402: "billing_error"
    case 403: "permission_error"
    case 404: "not_found_error"
    case 413, 431: "request_too_large"
    case 429: "rate_limit_error"
    case 502, 504: "api_error"
    case 503: "overloaded_error"
    default: "invalid_request_error"
    }
  }

  /// Google's `status`.
  package var geminiStatus: String {
    switch status {
    case 401: "UNAUTHENTICATED"
    case 402: "FAILED_PRECONDITION"
    case 403: "PERMISSION_DENIED"
    case 404: "NOT_FOUND"
    case 408, 504: "DEADLINE_EXCEEDED"
    case 429: "RESOURCE_EXHAUSTED"
    case 501: "UNIMPLEMENTED"
    case 502, 503: "UNAVAILABLE"
    default: "INVALID_ARGUMENT"
    }
  }

  /// Seconds for `Retry-After`; nil where trying again is not what helps, or where nobody can say.
  package var retryAfterSeconds: Int? {
    switch self {
    case .rateLimited(_, let seconds), .allCooling(let seconds), .upstreamKeyLimited(let seconds):
      max(seconds, 1)
    case .overloaded, .draining, .rulesChanged: 1
    default: nil
    }
  }

  /// Whether trying the same again cannot help although the status says so; for `x-should-retry`.
  package var isFinal: Bool {
    if case .aboveLimit = self { true } else { false }
  }

  /// The value of `Allow`, which belongs to a 405 (RFC 9110 section 15.5.6).
  package var allow: String? {
    if case .methodNotAllowed(let allowed) = self { allowed } else { nil }
  }

  /// What the client reads: what happened, then what to do.
  package var message: String {
    switch self {
    case .missingToken:
      "No API key was sent. Send it as 'Authorization: Bearer <key>', 'x-api-key' or"
        + " 'x-goog-api-key'."
    case .unknownToken:
      "This API key is not valid here. Check it, or ask the operator for a new one."
    case .tokenExpired:
      "This API key has expired. Ask the operator for a new one."
    case .userSuspended:
      "This user is suspended. Ask the operator to lift that."
    case .ipNotAllowed:
      "This API key may not be used from this address. Ask the operator to allow the address."
    case .endpointNotAllowed(let endpoint):
      "This API key may not use '\(endpoint)'. Ask the operator to allow it."
    case .modelNotAllowed(let model) where model.isEmpty:
      "This API key may use certain models only, and this request names none that can be read."
    case .modelNotAllowed(let model):
      "This API key may not use the model '\(model)'. GET /v1/models lists those it may."
    case .budgetSpent(let what):
      what
    case .costNotBounded(let what):
      "What this request may cost has no bound, and its budget is strict. In the way: \(what)."
    case .modelNotPriced(let model) where model.isEmpty:
      "This request names no model, and what it asks for has no price here. Ask the operator to give"
        + " it one."
    case .modelNotPriced(let model):
      "The model '\(model)' has no price here. Ask the operator to give it one."
    case .modelNotFound(let model) where model.isEmpty:
      "There is no provider here for this request, which names no model. GET /v1/models lists those"
        + " that it may name."
    case .modelNotFound(let model):
      "The model '\(model)' does not exist here. GET /v1/models lists those that do."
    case .modelNotServed(let model) where model.isEmpty:
      "The provider does not serve this request with any key that it may use. Check the request, or"
        + " ask the operator what the keys may use."
    case .modelNotServed(let model):
      "The provider does not serve the model '\(model)' with any key that this request may use. Check"
        + " the name, or ask the operator what the keys may use."
    case .routeNotFound:
      "There is nothing at this path. Check the base URL: it ends in /v1 for OpenAI clients and is"
        + " the bare address for Anthropic and Google clients."
    case .resourceNotFound(let id):
      "There is no '\(id)' for this user. Check the id."
    case .methodNotAllowed(let allowed):
      "This path does not take that method. It takes \(allowed)."
    case .malformed(let what):
      what
    case .bodyTooLarge(let limit):
      "The body is larger than \(limit) bytes. Send less, or ask the operator to raise the limit."
    case .headTooLarge(let limit):
      "The header is larger than \(limit) bytes. Send fewer or shorter fields."
    case .requestTimeout:
      "The request did not arrive in time. Send it again."
    case .notImplemented(let what):
      "\(what) is not supported here."
    case .versionNotSupported:
      "This version of HTTP is not supported. Use HTTP/1.1."
    case .rateLimited(let limit, let seconds):
      "The limit of \(limit) is reached. Try again in \(max(seconds, 1)) s."
    case .aboveLimit(let limit, 1):
      "The limit of \(limit) lets no request through: waiting will not help."
        + " Ask the operator to raise the limit."
    case .aboveLimit(let limit, let amount):
      "This request alone needs \(amount), more than its limit of \(limit): waiting will not help."
        + " Send less, ask for fewer output tokens, or ask the operator to raise the limit."
    case .allCooling(let seconds):
      "Every provider key for this model is rate limited. Try again in \(max(seconds, 1)) s."
    case .upstreamKeyRefused:
      "The provider does not accept the key in x-upstream-key. Check the key, and that it is one of"
        + " this provider."
    case .upstreamKeySpent:
      "The provider says that the account of the key in x-upstream-key has no money left."
    case .upstreamKeyLimited(let seconds):
      "The provider's rate limit of the key in x-upstream-key is reached. Try again in"
        + " \(max(seconds, 1)) s."
    case .upstreamExhausted:
      "Every provider key that could serve this request failed. Try again later; the request id"
        + " tells the operator more."
    case .upstreamTimeout:
      "The provider did not answer in time. Try again, or ask for less at once."
    case .noUsableKey(let model) where model.isEmpty:
      "No provider key can serve this request at present. Ask the operator to look at its keys."
    case .noUsableKey(let model):
      "No provider key can serve the model '\(model)' at present. Ask the operator to look at its keys."
    case .noKeyOfLevel(let model) where model.isEmpty:
      "No provider key of a level that this request may use can serve it. Ask the operator for another"
        + " level."
    case .noKeyOfLevel(let model):
      "No provider key of a level that this request may use can serve the model '\(model)'. Ask the"
        + " operator for another level."
    case .rulesChanged:
      "The operator has changed what this API key may do and broken off what was under way. Send it"
        + " again."
    case .overloaded(let what):
      "The appliance is overloaded: \(what). Try again shortly."
    case .draining:
      "The appliance is shutting down. Try again shortly."
    }
  }

  /// The body of the answer, in the client's dialect.
  package func body(dialect: Dialect, requestID: String) -> [UInt8] {
    var out: [UInt8] = []
    out.reserveCapacity(256)
    switch dialect {
    case .openai:
      out.append(ascii: "{\"error\":")
      appendOpenAIError(to: &out)
      out.append(UInt8(ascii: "}"))
    case .anthropic:
      appendAnthropicError(requestID: requestID, to: &out)
    case .gemini:
      appendGeminiError(to: &out)
    }
    return out
  }

  /// OpenAI's error object: `message`, `type`, `param`, `code`.
  func appendOpenAIError(to out: inout [UInt8]) {
    out.append(UInt8(ascii: "{"))
    JSONWriter.member("message", message, to: &out)
    JSONWriter.member("type", openAIType, to: &out)
    JSONWriter.name("param", to: &out)
    JSONWriter.append(raw: "null", to: &out)
    JSONWriter.member("code", code, to: &out)
    out.append(UInt8(ascii: "}"))
  }

  /// Anthropic's whole error body, which is also the data of its error event.
  func appendAnthropicError(requestID: String, to out: inout [UInt8]) {
    out.append(ascii: "{\"type\":\"error\",\"error\":{")
    JSONWriter.member("type", anthropicType, to: &out)
    JSONWriter.member("message", message, to: &out)
    out.append(UInt8(ascii: "}"))
    JSONWriter.member("request_id", requestID, to: &out)
    out.append(UInt8(ascii: "}"))
  }

  /// Google's whole error body, which is also an element of its stream.
  func appendGeminiError(to out: inout [UInt8]) {
    out.append(ascii: "{\"error\":{")
    JSONWriter.member("code", Int64(status), to: &out)
    JSONWriter.member("message", message, to: &out)
    JSONWriter.member("status", geminiStatus, to: &out)
    out.append(ascii: "}}")
  }
}
