package import HTTP

/// One rule: which answers it is for, and what they mean.
package struct ErrorRow: Sendable {
  /// What has to be true of the answer, besides its status.
  package enum Match: Sendable {
    case any
    /// `error.code`, `error.type` (Google: `error.status`) or a reason in its details is this.
    case name(String)
    /// The message holds this, whatever the case. Only where nothing else tells the answers apart.
    case message(String)
  }

  /// What the answer means; `AnswerClass` without its deadline.
  package enum Meaning: Equatable, Sendable {
    case clientFault
    case keyCannotServeModel
    case rateLimited
    case outOfMoney
    case keySuspect
    case providerFailing
  }

  package let statuses: ClosedRange<Int>
  package let match: Match
  package let meaning: Meaning
  /// Where this was read or seen.
  package let source: String

  package init(
    _ statuses: ClosedRange<Int>, _ match: Match, _ meaning: Meaning, source: String
  ) {
    self.statuses = statuses
    self.match = match
    self.meaning = meaning
    self.source = source
  }

  package init(_ status: Int, _ match: Match, _ meaning: Meaning, source: String) {
    self.init(status...status, match, meaning, source: source)
  }

  func holds(for signals: ErrorSignals) -> Bool {
    guard statuses.contains(signals.status) else { return false }
    return switch match {
    case .any: true
    case .name(let name):
      signals.code == name || signals.type == name || signals.reasons.contains(name)
    case .message(let fragment): ErrorTable.contains(signals.message, fragment)
    }
  }
}

/// Decides what an upstream answer means, by a table of rows per dialect.
///
/// The first row that holds decides. Rows that name a code come before rows that look at a message;
/// what no row names is decided by the status alone.
package enum ErrorTable {
  /// The rows of a dialect, the general ones last.
  package static func rows(_ dialect: Dialect) -> [ErrorRow] {
    switch dialect {
    case .openai: openAI
    case .anthropic: anthropic
    case .gemini: gemini
    }
  }

  private static let openAI =
    OpenAIErrors.named + GeminiErrors.reasons + OpenAIErrors.byStatus + general
  private static let anthropic = AnthropicErrors.rows + general
  private static let gemini = GeminiErrors.reasons + GeminiErrors.rows + general

  /// The class of an answer: `fields` are of its head, for `Retry-After` and its kin; `body` may be
  /// empty for a success; `nowMilliseconds` is Unix time, to turn dates into waits.
  package static func classify(
    dialect: Dialect, status: Int, fields: HeaderFields, body: Span<UInt8>, nowMilliseconds: Int64
  ) -> AnswerClass {
    if (200..<300).contains(status) { return .success }
    let signals = ErrorSignals(status: status, body: body)
    return answer(meaning(dialect, signals)) {
      ErrorRetryAfter.wait(
        dialect: dialect, fields: fields, signals: signals, nowMilliseconds: nowMilliseconds)
    }
  }

  /// The class of an error event inside a stream whose head said 200.
  ///
  /// The signals' status is 0 where the event names none.
  package static func classifyEvent(dialect: Dialect, _ signals: ErrorSignals) -> AnswerClass {
    var signals = signals
    if !(300...599).contains(signals.status) { signals.status = impliedStatus(signals) }
    return answer(meaning(dialect, signals)) { ErrorRetryAfter.wait(in: signals) }
  }

  /// The class of an error event that an `AnswerReader` saw.
  package static func classifyEvent(dialect: Dialect, _ event: ErrorEventFacts) -> AnswerClass {
    classifyEvent(
      dialect: dialect,
      ErrorSignals(
        status: event.status ?? 0, type: event.type ?? "", code: event.code ?? "",
        message: event.message ?? ""))
  }

  /// What the signals mean; a status outside 300 to 599 is a provider that does not speak HTTP.
  package static func meaning(_ dialect: Dialect, _ signals: ErrorSignals) -> ErrorRow.Meaning {
    for row in rows(dialect) where row.holds(for: signals) { return row.meaning }
    return .providerFailing
  }

  /// Whether a refusal is about `stream_options`, which we added: then the request goes out again
  /// without it, and the provider is not asked again.
  package static func rejectsStreamUsage(status: Int, body: Span<UInt8>) -> Bool {
    guard status == 400 || status == 404 || status == 422 else { return false }
    guard body.count <= ErrorSignals.bodyBytesMax else { return false }
    let text = String(decoding: body.copied(), as: UTF8.self)
    return contains(text, "stream_options") || contains(text, "include_usage")
  }

  private static func answer(
    _ meaning: ErrorRow.Meaning, wait: () -> Duration?
  ) -> AnswerClass {
    switch meaning {
    case .clientFault: .clientFault
    case .keyCannotServeModel: .keyCannotServeModel
    case .rateLimited: .rateLimited(retryAfter: wait())
    case .outOfMoney: .outOfMoney
    case .keySuspect: .keySuspect
    case .providerFailing: .providerFailing(retryAfter: wait())
    }
  }

  /// The status that an event without one would have had.
  private static func impliedStatus(_ signals: ErrorSignals) -> Int {
    if let number = Int(signals.code), (300...599).contains(number) { return number }
    for name in [signals.code, signals.type] {
      switch name {
      case "invalid_request_error", "invalid_prompt", "INVALID_ARGUMENT", "FAILED_PRECONDITION",
        "image_content_policy_violation":
        return 400
      case "authentication_error", "UNAUTHENTICATED": return 401
      case "billing_error": return 402
      case "permission_error", "PERMISSION_DENIED": return 403
      case "not_found_error", "NOT_FOUND": return 404
      case "request_too_large": return 413
      case "rate_limit_error", "rate_limit_exceeded", "RESOURCE_EXHAUSTED", "insufficient_quota",
        "tokens", "requests":
        return 429
      case "overloaded_error": return 529
      default: continue
      }
    }
    return 500
  }

  /// Whether `text` holds `fragment`, which is in lower case, whatever the case of its letters.
  static func contains(_ text: String, _ fragment: String) -> Bool {
    let wanted = Array(fragment.utf8)
    let bytes = Array(text.utf8)
    guard let first = wanted.first, bytes.count >= wanted.count else { return false }
    for start in 0...(bytes.count - wanted.count) where asciiLowercase(bytes[start]) == first {
      var matched = 1
      while matched < wanted.count, asciiLowercase(bytes[start + matched]) == wanted[matched] {
        matched += 1
      }
      if matched == wanted.count { return true }
    }
    return false
  }

  /// What a status means where nothing more is known, for every dialect (RFC 9110 section 15).
  private static let general: [ErrorRow] = [
    ErrorRow(
      100...199, .any, .providerFailing, source: "RFC 9110 section 15.2: interim, never an answer"),
    ErrorRow(
      300...399, .any, .providerFailing,
      source: "DESIGN 'Routes': redirects are not followed; an API that redirects is set up wrong"),
    ErrorRow(401, .any, .keySuspect, source: "RFC 9110 section 15.5.2"),
    ErrorRow(402, .any, .outOfMoney, source: "RFC 9110 section 15.5.3; see each provider's rows"),
    ErrorRow(
      407, .any, .providerFailing, source: "RFC 9110 section 15.5.8: a proxy that we do not use"),
    ErrorRow(
      408, .any, .providerFailing,
      source: "RFC 9110 section 15.5.9; openrouter.ai/docs/errors"),
    ErrorRow(421, .any, .providerFailing, source: "RFC 9110 section 15.5.20"),
    ErrorRow(
      424, .any, .providerFailing,
      source: "RFC 4918 section 11.4: Azure AI's model behind it failed"),
    ErrorRow(425, .any, .providerFailing, source: "RFC 8470 section 5.2"),
    ErrorRow(429, .any, .rateLimited, source: "RFC 6585 section 4"),
    ErrorRow(
      498, .any, .rateLimited, source: "console.groq.com/docs/errors: flex tier capacity exceeded"),
    ErrorRow(
      499, .any, .providerFailing,
      source: "console.groq.com/docs/errors, google.rpc.Code CANCELLED: cancelled, and not by us"),
    ErrorRow(400...499, .any, .clientFault, source: "RFC 9110 section 15.5"),
    ErrorRow(500...599, .any, .providerFailing, source: "RFC 9110 section 15.6"),
  ]
}
