import Foundation
import HTTP
import Testing

@testable import Providers

@Suite("What upstream answers mean")
struct ErrorTableTests {
  /// What each recorded error must lead to.
  static let recorded: [String: AnswerClass] = [
    "anthropic-messages-count-tokens-err404-d2f62d2b": .keyCannotServeModel,
    "anthropic-messages-err400-d51149e3": .clientFault,
    "anthropic-messages-err401-d6e16290": .keySuspect,
    "anthropic-messages-err401-db2757ac": .keySuspect,
    "anthropic-messages-err404-c204676d": .keyCannotServeModel,
    "azure-chat-completions-err401-380dc253": .keySuspect,
    "azure-chat-completions-err404-bf6ed151": .keyCannotServeModel,
    "azure-chat-completions-err429-44f6db04": .rateLimited(retryAfter: .seconds(1)),
    "azure-embeddings-err401-269b5517": .keySuspect,
    "cohere-v2-chat-err400-a9fbbe6a": .clientFault,
    "cohere-v2-chat-err401-806b4d5d": .keySuspect,
    "cohere-v2-embed-err404-f370f41a": .keyCannotServeModel,
    "deepseek-chat-completions-err400-0810971a": .clientFault,
    "gemini-generatecontent-err400-11c87c74": .keySuspect,
    "gemini-generatecontent-err429-6c98a37a": .rateLimited(retryAfter: nil),
    "gemini-streamgeneratecontent-err400-b0e4f743": .keySuspect,
    "groq-chat-completions-err400-e43e64fa": .clientFault,
    "groq-chat-completions-err404-e920a8e0": .keyCannotServeModel,
    "groq-chat-completions-err404-ecd2258a": .keyCannotServeModel,
    "ollama-chat-completions-err401-c526cd8f": .keySuspect,
    "openai-chat-completions-err400-9cae8957": .clientFault,
    "openai-chat-completions-err401-58ac5407": .keySuspect,
    "openai-chat-completions-err404-09e69bd3": .keyCannotServeModel,
    "openai-chat-completions-err404-463ce4e9": .keyCannotServeModel,
    "openai-completions-err400-35cd9bfe": .clientFault,
    "openai-completions-err400-fcc65ec1": .clientFault,
    "openai-completions-err404-002fd805": .keyCannotServeModel,
    "openai-embeddings-err404-6844c781": .keyCannotServeModel,
    "openai-embeddings-err404-937a89c9": .keyCannotServeModel,
    "openai-images-generations-err400-10b67df6": .clientFault,
    "openai-responses-err400-981094c7": .clientFault,
    "openai-responses-err401-8dd2c50b": .keySuspect,
    "openrouter-chat-completions-err400-106ac320": .clientFault,
    "openrouter-chat-completions-err401-88829b54": .keySuspect,
    "openrouter-chat-completions-err401-f6788035": .keySuspect,
    "openrouter-chat-completions-err429-6ac91ce3": .rateLimited(retryAfter: nil),
    "perplexity-chat-completions-err400-f4fd10bb": .clientFault,
    "perplexity-chat-completions-err401-82736ec5": .keySuspect,
    "vertex-generatecontent-err400-213801e1": .clientFault,
    "vertex-generatecontent-err404-d9410a5c": .keyCannotServeModel,
    "xai-responses-err400-934c9159": .keySuspect,
  ]

  @Test(.enabled(if: Corpus.folder != nil))
  func recordedErrors() throws {
    let cases = try Corpus.cases("-err")
    #expect(cases.count == 41)
    var table = ""
    for (id, object) in cases {
      let response = try #require(object["response"] as? [String: Any])
      let status = try #require(response["status"] as? Int)
      let body = Array((response["body"] as? String ?? "").utf8)
      let fields = (response["headers"] as? [String: String] ?? [:]).map {
        "\($0.key): \($0.value)"
      }
      let dialect: Dialect =
        switch object["provider"] as? String {
        case "anthropic": .anthropic
        case "gemini", "vertex": .gemini
        default: .openai
        }
      let found = ErrorTable.classify(
        dialect: dialect, status: status, fields: try responseHead(status, fields).fields,
        body: body.span, nowMilliseconds: 0)
      table += "\(id.padding(toLength: 50, withPad: " ", startingAt: 0)) \(status) \(found)\n"
      #expect(found == Self.recorded[id], "\(id)")
      let isAboutUsage = ErrorTable.rejectsStreamUsage(status: status, body: body.span)
      #expect(!isAboutUsage)
    }
    print(table)
  }

  private func classify(
    _ dialect: Dialect, _ status: Int, _ body: String = "", _ fields: [String] = []
  ) throws -> AnswerClass {
    let bytes = Array(body.utf8)
    return ErrorTable.classify(
      dialect: dialect, status: status, fields: try responseHead(status, fields).fields,
      body: bytes.span, nowMilliseconds: 1_785_692_640_000)
  }

  @Test(arguments: Dialect.allCases)
  func decidesByStatusWhereNothingElseIsKnown(_ dialect: Dialect) throws {
    for status in 200...299 { #expect(try classify(dialect, status) == .success) }
    for status in [301, 302, 307, 308, 408, 421, 424, 425, 499, 500, 502, 503, 504, 529, 599] {
      for body in ["", "<html>", "[]", "{}", "null", "{\"error\":7}"] {
        #expect(try classify(dialect, status, body) == .providerFailing(retryAfter: nil))
      }
    }
    for status in [400, 404, 405, 406, 409, 410, 411, 412, 413, 414, 415, 422, 431, 451] {
      #expect(try classify(dialect, status, "<html>") == .clientFault, "\(status)")
    }
    #expect(try classify(dialect, 401) == .keySuspect)
    #expect(try classify(dialect, 402) == .outOfMoney)
    #expect(try classify(dialect, 429) == .rateLimited(retryAfter: nil))
    #expect(try classify(dialect, 700) == .providerFailing(retryAfter: nil))
  }

  @Test func takesTheWaitFromHeadAndBody() throws {
    #expect(
      try classify(.anthropic, 529, "", ["retry-after: 3"])
        == .providerFailing(retryAfter: .seconds(3)))
    #expect(
      try classify(
        .gemini, 429,
        #"{"error":{"status":"RESOURCE_EXHAUSTED","details":[{"retryDelay":"36s"}]}}"#)
        == .rateLimited(retryAfter: .seconds(36)))
  }

  /// A hostile body decides nothing and costs little.
  @Test func bearsAnyBody() throws {
    #expect(try classify(.openai, 400, String(repeating: "[", count: 60_000)) == .clientFault)
    #expect(try classify(.openai, 400, String(repeating: "a", count: 100_000)) == .clientFault)
    #expect(
      try classify(.openai, 500, #"{"error":{"message":[1],"code":{},"details":[7,[]]}}"#)
        == .providerFailing(retryAfter: nil))
  }

  @Test(arguments: Dialect.allCases)
  func everyRowNamesItsSource(_ dialect: Dialect) {
    let rows = ErrorTable.rows(dialect)
    for row in rows { #expect(row.source.count > 10) }
    for row in rows {
      guard case .message(let fragment) = row.match else { continue }
      #expect(fragment == fragment.lowercased())
    }
  }

  /// A row that an earlier one always shadows is dead.
  @Test(arguments: Dialect.allCases)
  func everyRowCanDecide(_ dialect: Dialect) {
    let rows = ErrorTable.rows(dialect)
    for (place, row) in rows.enumerated() {
      let reached = row.statuses.contains { status in
        var signals = ErrorSignals(status: status)
        switch row.match {
        case .any: break
        case .name(let name): signals.code = name
        case .message(let fragment): signals.message = fragment
        }
        return rows.firstIndex { $0.holds(for: signals) } == place
      }
      #expect(reached || row.match.isAny, "\(row.statuses) \(row.match) \(row.source)")
    }
  }

  struct Event: Sendable, CustomTestStringConvertible {
    var dialect: Dialect
    var status = 0
    var type = ""
    var code = ""
    var message = ""
    var expected: AnswerClass
    var testDescription: String { "\(dialect) \(status) \(type) \(code) \(message)" }
  }

  static let events: [Event] = [
    Event(
      dialect: .anthropic, type: "overloaded_error",
      expected: .providerFailing(retryAfter: nil)),
    Event(dialect: .anthropic, type: "api_error", expected: .providerFailing(retryAfter: nil)),
    Event(dialect: .anthropic, type: "rate_limit_error", expected: .rateLimited(retryAfter: nil)),
    Event(dialect: .anthropic, type: "invalid_request_error", expected: .clientFault),
    Event(dialect: .anthropic, type: "authentication_error", expected: .keySuspect),
    Event(dialect: .anthropic, type: "billing_error", expected: .outOfMoney),
    Event(
      dialect: .openai, type: "service_unavailable_error", code: "server_is_overloaded",
      expected: .providerFailing(retryAfter: nil)),
    Event(dialect: .openai, code: "server_error", expected: .providerFailing(retryAfter: nil)),
    Event(
      dialect: .openai, type: "tokens", code: "rate_limit_exceeded",
      message: "Rate limit reached. Please try again in 1.5s.",
      expected: .rateLimited(retryAfter: .milliseconds(1_500))),
    Event(
      dialect: .openai, type: "insufficient_quota", code: "insufficient_quota",
      expected: .outOfMoney),
    Event(
      dialect: .openai, status: 400, type: "invalid_request_error", code: "tool_use_failed",
      expected: .clientFault),
    Event(dialect: .openai, code: "502", expected: .providerFailing(retryAfter: nil)),
    Event(dialect: .openai, code: "invalid_prompt", expected: .clientFault),
    Event(
      dialect: .openai, status: 200, message: "?", expected: .providerFailing(retryAfter: nil)),
    Event(
      dialect: .gemini, status: 503, type: "UNAVAILABLE",
      expected: .providerFailing(retryAfter: nil)),
    Event(dialect: .gemini, type: "RESOURCE_EXHAUSTED", expected: .rateLimited(retryAfter: nil)),
    Event(dialect: .gemini, type: "INVALID_ARGUMENT", expected: .clientFault),
  ]

  @Test(arguments: events)
  func classifiesErrorsInsideAStream(_ event: Event) {
    let signals = ErrorSignals(
      status: event.status, type: event.type, code: event.code, message: event.message)
    #expect(ErrorTable.classifyEvent(dialect: event.dialect, signals) == event.expected)
    var facts = ErrorEventFacts()
    facts.status = event.status == 0 ? nil : event.status
    facts.type = event.type
    facts.code = event.code
    facts.message = event.message
    #expect(ErrorTable.classifyEvent(dialect: event.dialect, facts) == event.expected)
  }

  @Test(arguments: [
    (
      400,
      #"{"error":{"message":"Unknown parameter: 'stream_options'.","param":"stream_options"}}"#,
      true
    ),
    (422, #"{"detail":[{"loc":["body","stream_options"],"type":"extra_forbidden"}]}"#, true),
    (
      400, #"{"detail":"Extra parameters ['stream_options'] are not allowed"}"#, true
    ),
    (400, "Validation error at #/stream_options: Extra inputs are not permitted", true),
    (400, #"{"error":"include_usage is not supported"}"#, true),
    (400, #"{"error":{"message":"Unknown parameter: 'x'."}}"#, false),
    (429, "stream_options", false), (500, "stream_options", false), (200, "stream_options", false),
  ])
  func knowsARefusalOfStreamUsage(_ status: Int, _ body: String, _ isRefusal: Bool) {
    let bytes = Array(body.utf8)
    #expect(ErrorTable.rejectsStreamUsage(status: status, body: bytes.span) == isRefusal)
  }
}

extension ErrorRow.Match {
  var isAny: Bool {
    if case .any = self { true } else { false }
  }
}
