import JSON

/// An error in the form that the dialect's provider gives it.
struct ErrorAnswer {
  let dialect: SimulatedDialect
  let status: Int
  let serial: Int
  var retryAfterSeconds: Int?
  var isOutOfMoney = false
  /// In place of the usual words.
  var message: String?
  var parameter: String?
  var code: String?

  var answer: SimulatedAnswer {
    var answer = SimulatedAnswer.json(body, status: effectiveStatus)
    if let retryAfterSeconds {
      answer.fields.append(("retry-after", "\(retryAfterSeconds)"))
    }
    return answer
  }

  /// As an event inside a stream whose head said 200; nil where the dialect has no such thing.
  var event: [UInt8] {
    switch dialect {
    case .openai: SimulatedAnswer.event(body)
    case .anthropic: SimulatedAnswer.event(body, name: "error")
    case .gemini: SimulatedAnswer.event(body, lineEnd: "\r\n")
    }
  }

  var body: JSONValue {
    let message = JSONValue.string(message ?? words)
    switch dialect {
    case .openai:
      return [
        "error": [
          "message": message, "type": .string(openAIType),
          "param": parameter.map { .string($0) } ?? nil,
          "code": (code ?? openAICode).map { .string($0) } ?? nil,
        ]
      ]
    case .anthropic:
      return [
        "type": "error", "error": ["type": .string(anthropicType), "message": message],
        "request_id": .string("req_sim\(serial)"),
      ]
    case .gemini:
      var error: JSONValue = [
        "code": number(effectiveStatus), "message": message, "status": .string(geminiStatus),
      ]
      if let retryAfterSeconds {
        error["details"] = [
          [
            "@type": "type.googleapis.com/google.rpc.RetryInfo",
            "retryDelay": .string("\(retryAfterSeconds)s"),
          ]
        ]
      }
      return ["error": error]
    }
  }

  /// An account without money is 429 at OpenAI and Gemini, and 400 at Anthropic.
  private var effectiveStatus: Int {
    guard isOutOfMoney else { return status }
    return dialect == .anthropic ? 400 : 429
  }

  private var words: String {
    if isOutOfMoney {
      switch dialect {
      case .openai:
        return "You exceeded your current quota, please check your plan and billing details."
      case .anthropic: return "Your credit balance is too low to access the Anthropic API."
      case .gemini: return "You exceeded your current quota; check your plan and billing details."
      }
    }
    switch status {
    case 400: return "The simulator was told to find this request invalid."
    case 401: return dialect == .anthropic ? "invalid x-api-key" : "Incorrect API key provided."
    case 403: return "The simulator was told to forbid this."
    case 404: return "The simulator does not know this."
    case 429: return "Rate limit reached; the simulator was told so."
    case 529: return "Overloaded"
    default: return "The simulator was told to fail with \(status)."
    }
  }

  private var openAIType: String {
    if isOutOfMoney { return "insufficient_quota" }
    return switch status {
    case 429: "requests"
    case 500...: "server_error"
    default: "invalid_request_error"
    }
  }

  private var openAICode: String? {
    if isOutOfMoney { return "insufficient_quota" }
    return switch status {
    case 401: "invalid_api_key"
    case 404: "model_not_found"
    case 429: "rate_limit_exceeded"
    default: nil
    }
  }

  private var anthropicType: String {
    if isOutOfMoney { return "invalid_request_error" }
    return switch status {
    case 401: "authentication_error"
    case 403: "permission_error"
    case 404: "not_found_error"
    case 413: "request_too_large"
    case 429: "rate_limit_error"
    case 504: "timeout_error"
    case 529: "overloaded_error"
    case 500...: "api_error"
    default: "invalid_request_error"
    }
  }

  private var geminiStatus: String {
    if isOutOfMoney { return "RESOURCE_EXHAUSTED" }
    return switch status {
    case 401: "UNAUTHENTICATED"
    case 403: "PERMISSION_DENIED"
    case 404: "NOT_FOUND"
    case 429: "RESOURCE_EXHAUSTED"
    case 503: "UNAVAILABLE"
    case 504: "DEADLINE_EXCEEDED"
    case 500...: "INTERNAL"
    default: "INVALID_ARGUMENT"
    }
  }
}
