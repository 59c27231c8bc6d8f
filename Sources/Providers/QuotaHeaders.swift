package import HTTP

/// What an answer says is left of the limits of the key that it was made with.
///
/// Read from the header names of `QuotaHeaders.rows` and from no others.
package struct QuotaReading: Equatable, Sendable {
  /// What is counted.
  package enum Kind: Int, Sendable, CaseIterable {
    case requests
    case tokens
    case inputTokens
    case outputTokens
  }

  /// One limit as the provider tells it; what it does not tell is nil.
  package struct Amount: Equatable, Sendable {
    package static let none = Amount()

    // 8 bytes each, since one is kept for each of many keys and models: -1 is nil.
    private var limitOrNone: Int64 = -1
    private var remainingOrNone: Int64 = -1
    private var resetOrNone: Int64 = -1

    package init(limit: Int64? = nil, remaining: Int64? = nil, resetMilliseconds: Int64? = nil) {
      self.limit = limit
      self.remaining = remaining
      self.resetMilliseconds = resetMilliseconds
    }

    package var limit: Int64? {
      get { limitOrNone < 0 ? nil : limitOrNone }
      set { limitOrNone = newValue ?? -1 }
    }

    package var remaining: Int64? {
      get { remainingOrNone < 0 ? nil : remainingOrNone }
      set { remainingOrNone = newValue ?? -1 }
    }

    /// From the answer until the limit is full again; told of one that is used up alone.
    package var resetMilliseconds: Int64? {
      get { resetOrNone < 0 ? nil : resetOrNone }
      set { resetOrNone = newValue ?? -1 }
    }
  }

  package var requests = Amount.none
  package var tokens = Amount.none
  package var inputTokens = Amount.none
  package var outputTokens = Amount.none
  /// The limits count all models of the key together, not the one that was asked.
  package var countsAllModels = false

  package init() {}

  package subscript(kind: Kind) -> Amount {
    get {
      switch kind {
      case .requests: requests
      case .tokens: tokens
      case .inputTokens: inputTokens
      case .outputTokens: outputTokens
      }
    }
    set {
      switch kind {
      case .requests: requests = newValue
      case .tokens: tokens = newValue
      case .inputTokens: inputTokens = newValue
      case .outputTokens: outputTokens = newValue
      }
    }
  }

  /// From the answer until no limit is used up any more; nil where none is, or nobody says when.
  package var emptyMilliseconds: Int64? {
    var longest: Int64?
    for kind in Kind.allCases where self[kind].remaining == 0 {
      guard let reset = self[kind].resetMilliseconds else { continue }
      longest = max(longest ?? 0, reset)
    }
    return longest
  }
}

/// The headers in which providers tell what is left of a key's limits.
package enum QuotaHeaders {
  enum Part: Sendable {
    case limit
    case remaining
    case reset
  }

  struct Row: Sendable {
    /// In lower case.
    let name: String
    let kind: QuotaReading.Kind
    let part: Part
    var countsAllModels = false
    /// Where this was read or seen.
    let source: String
  }

  private static let openAI =
    "platform.openai.com/docs/guides/rate-limits; Groq, Azure, xAI, Fireworks: corpus"
  private static let mistral = "corpus: mistral-chat-completions"
  private static let cerebras = "inference-docs.cerebras.ai/support/rate-limits"
  private static let account = "docs.together.ai/docs/rate-limits, openrouter.ai/docs/api/limits"
  private static let anthropic = "docs.anthropic.com/en/api/rate-limits"

  /// Of two windows of one kind (a minute and a day), that of which less is left is told.
  static let rows: [Row] =
    family("x-ratelimit-", "-requests", .requests, openAI)
    + family("x-ratelimit-", "-tokens", .tokens, openAI)
    + family("x-ratelimit-", "-req-minute", .requests, mistral)
    + family("x-ratelimit-", "-requests-day", .requests, cerebras)
    + family("x-ratelimit-", "-tokens-minute", .tokens, cerebras + "; " + mistral)
    + family("x-ratelimit-", "", .requests, account, countsAllModels: true)
    + [
      anthropic("requests", .requests), anthropic("tokens", .tokens),
      anthropic("input-tokens", .inputTokens), anthropic("output-tokens", .outputTokens),
    ].flatMap(\.self)

  private static func family(
    _ start: String, _ end: String, _ kind: QuotaReading.Kind, _ source: String,
    countsAllModels: Bool = false
  ) -> [Row] {
    [("limit", Part.limit), ("remaining", .remaining), ("reset", .reset)].map { word, part in
      Row(
        name: start + word + end, kind: kind, part: part, countsAllModels: countsAllModels,
        source: source)
    }
  }

  private static func anthropic(_ what: String, _ kind: QuotaReading.Kind) -> [Row] {
    [("limit", Part.limit), ("remaining", .remaining), ("reset", .reset)].map { word, part in
      Row(
        name: "anthropic-ratelimit-\(what)-\(word)", kind: kind, part: part, source: anthropic)
    }
  }

  /// What the head of an answer says of limits; nil, and nothing is allocated, where it says nothing.
  package static func read(
    _ fields: HeaderFields, nowMilliseconds: () -> Int64
  ) -> QuotaReading? {
    let bytes = fields.bytes.span
    var reading = QuotaReading()
    var isFound = false
    for line in fields.lines {
      guard mayTellLimits(bytes.extracting(line.name)),
        let row = row(bytes.extracting(line.name))
      else { continue }
      switch row.part {
      case .limit: reading[row.kind].limit = number(bytes.extracting(line.value))
      case .remaining:
        let left = number(bytes.extracting(line.value))
        reading[row.kind].remaining = least(reading[row.kind].remaining, left)
      case .reset: continue
      }
      reading.countsAllModels = reading.countsAllModels || row.countsAllModels
      isFound = true
    }
    guard isFound else { return nil }
    for kind in QuotaReading.Kind.allCases where reading[kind].remaining == 0 {
      readReset(kind, fields, nowMilliseconds(), &reading)
    }
    return reading
  }

  /// A time is read only of a limit that is used up: it is the only one that anybody waits for.
  private static func readReset(
    _ kind: QuotaReading.Kind, _ fields: HeaderFields, _ nowMilliseconds: Int64,
    _ reading: inout QuotaReading
  ) {
    let bytes = fields.bytes.span
    for line in fields.lines {
      guard mayTellLimits(bytes.extracting(line.name)),
        let row = row(bytes.extracting(line.name)), row.kind == kind, row.part == .reset
      else { continue }
      let text = String(decoding: fields.bytes[line.value], as: UTF8.self)
      guard let wait = ErrorRetryAfter.resetWait(text, nowMilliseconds) else { continue }
      let bounded = min(max(wait, .zero), .seconds(86_400))
      let milliseconds =
        bounded.components.seconds * 1_000
        + (bounded.components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
      reading[kind].resetMilliseconds = milliseconds
    }
  }

  /// Sorts out nearly every header of an answer by its length and one letter.
  private static func mayTellLimits(_ name: Span<UInt8>) -> Bool {
    guard name.count >= 17 else { return false }
    return switch asciiLowercase(name[0]) {
    case UInt8(ascii: "x"): name.extracting(0..<12).equalsIgnoringCase("x-ratelimit-")
    case UInt8(ascii: "a"):
      name.count > 20 && name.extracting(0..<20).equalsIgnoringCase("anthropic-ratelimit-")
    default: false
    }
  }

  private static func row(_ name: Span<UInt8>) -> Row? {
    for row in rows where name.equalsIgnoringCase(row.name.utf8.span) { return row }
    return nil
  }

  private static func least(_ one: Int64?, _ other: Int64?) -> Int64? {
    guard let one, let other else { return one ?? other }
    return min(one, other)
  }

  /// A whole number of at most 15 digits; nil for anything else.
  private static func number(_ text: Span<UInt8>) -> Int64? {
    guard (1...15).contains(text.count) else { return nil }
    var value: Int64 = 0
    for index in text.indices {
      guard text[index] >= 0x30, text[index] <= 0x39 else { return nil }
      value = value * 10 + Int64(text[index] - 0x30)
    }
    return value
  }
}
