/// What a request meets, as directives say it.
///
/// Directives stand behind the model's name (`sim-small;status=429;retry-after=2`), in rules for
/// keys and rates (`429,retry-after=2`), and in `POST /_simulator/failures`:
///
/// | directive | what happens |
/// |---|---|
/// | `status=N` or `N` | an error of that status in the dialect's form |
/// | `retry-after=S` | with it, and with RetryInfo in Gemini's |
/// | `quota` | the error of an account without money, in the dialect's form |
/// | `hang` | no byte of an answer |
/// | `drop` | the connection is closed without a byte |
/// | `cut=N` | closed after N events of a stream, or in the middle of a body |
/// | `stall=N` | silent for an hour after N events of a stream |
/// | `error-event=N` | after N events an error event, and the end |
/// | `delay=MS` | so long before the head |
/// | `chunks=N`, `interval=MS` | pieces of the text, and the time between them |
/// | `garbage`, `garbage-body` | bytes that are not HTTP; a body that is not JSON |
/// | `redirect` | 302 to `/_simulator/redirected` here |
/// | `headers` | 20 MiB of header fields |
/// | `endless` | a stream whose first line never ends |
/// | `usage=max`, `negative`, `none` | 2^63, -1, or no usage at all |
/// | `refuse-usage` | 400 for `stream_options`, as older servers answer |
/// | `gzip` | a coded body although `identity` was asked for |
/// | `cached=N`, `reasoning=N` | so many tokens of those classes |
/// | `remaining=N`, `reset=S` | so many requests are left to the key, for so many seconds |
/// | `models=A+B` | the list of models that the key is shown |
package struct Behaviour: Equatable, Sendable {
  enum Oddity: String, CaseIterable, Sendable {
    case hang
    case drop
    case garbage
    case garbageBody = "garbage-body"
    case redirect
    case headers
    case endless
  }

  enum UsageForm: String, Sendable {
    case max
    case negative
    case absent = "none"
  }

  var status: Int?
  var retryAfterSeconds: Int?
  var isOutOfMoney = false
  var oddity: Oddity?
  var cutAfter: Int?
  var stallAfter: Int?
  var errorEventAfter: Int?
  var delayMilliseconds: Int?
  var chunks: Int?
  var intervalMilliseconds: Int?
  var usageForm: UsageForm?
  var refusesUsageOption = false
  var isCoded = false
  var cachedTokens: Int?
  var reasoningTokens: Int?
  var remainingRequests: Int?
  var resetSeconds: Int?
  var models: [String]?

  package init() {}

  /// Takes over directives; false for one that is unknown or has a wrong value.
  package mutating func apply(directives: Substring, separator: Character) -> Bool {
    for directive in directives.split(separator: separator) where !apply(directive) { return false }
    return true
  }

  /// Takes over what `other` says.
  mutating func merge(_ other: Behaviour) {
    if other.status != nil || other.isOutOfMoney || other.oddity != nil {
      (status, isOutOfMoney, oddity) = (other.status, other.isOutOfMoney, other.oddity)
    }
    retryAfterSeconds = other.retryAfterSeconds ?? retryAfterSeconds
    cutAfter = other.cutAfter ?? cutAfter
    stallAfter = other.stallAfter ?? stallAfter
    errorEventAfter = other.errorEventAfter ?? errorEventAfter
    delayMilliseconds = other.delayMilliseconds ?? delayMilliseconds
    chunks = other.chunks ?? chunks
    intervalMilliseconds = other.intervalMilliseconds ?? intervalMilliseconds
    usageForm = other.usageForm ?? usageForm
    refusesUsageOption = refusesUsageOption || other.refusesUsageOption
    isCoded = isCoded || other.isCoded
    cachedTokens = other.cachedTokens ?? cachedTokens
    reasoningTokens = other.reasoningTokens ?? reasoningTokens
    remainingRequests = other.remainingRequests ?? remainingRequests
    resetSeconds = other.resetSeconds ?? resetSeconds
    models = other.models ?? models
  }

  private mutating func apply(_ directive: Substring) -> Bool {
    let parts = directive.split(separator: "=", maxSplits: 1)
    guard let name = parts.first else { return false }
    let value = parts.count == 2 ? parts[1] : nil
    func number(_ range: ClosedRange<Int>) -> Int? {
      guard let value, let number = Int(value), range.contains(number) else { return nil }
      return number
    }
    if value == nil {
      if let oddity = Oddity(rawValue: String(name)) {
        self.oddity = oddity
        return true
      }
      if let number = Int(name), (200...599).contains(number) {
        status = number
        return true
      }
    }
    switch (name, value) {
    case ("quota", nil): isOutOfMoney = true
    case ("refuse-usage", nil): refusesUsageOption = true
    case ("gzip", nil): isCoded = true
    case ("cut", nil): cutAfter = 1
    case ("error-event", nil): errorEventAfter = 1
    case ("status", _?): return set(&status, number(200...599))
    case ("retry-after", _?): return set(&retryAfterSeconds, number(0...86_400))
    case ("cut", _?): return set(&cutAfter, number(0...1_000_000))
    case ("stall", _?): return set(&stallAfter, number(0...1_000_000))
    case ("error-event", _?): return set(&errorEventAfter, number(0...1_000_000))
    case ("delay", _?): return set(&delayMilliseconds, number(0...3_600_000))
    case ("chunks", _?): return set(&chunks, number(0...1_000_000))
    case ("interval", _?): return set(&intervalMilliseconds, number(0...3_600_000))
    case ("cached", _?): return set(&cachedTokens, number(0...1_000_000))
    case ("remaining", _?): return set(&remainingRequests, number(0...1_000_000))
    case ("reset", _?): return set(&resetSeconds, number(0...86_400))
    case ("models", let names?): models = names.split(separator: "+").map(String.init)
    case ("reasoning", _?): return set(&reasoningTokens, number(0...1_000_000))
    case ("usage", let text?):
      guard let form = UsageForm(rawValue: String(text)) else { return false }
      usageForm = form
    default: return false
    }
    return true
  }

  private func set(_ field: inout Int?, _ value: Int?) -> Bool {
    field = value
    return value != nil
  }
}
