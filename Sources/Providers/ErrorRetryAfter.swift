import HTTP

/// How long an answer asks us to wait.
///
/// In order of precision: `retry-after-ms`, `retry-after`, what the body says, then the reset of a
/// limit of which nothing remains. A wait is never negative and never above a day: no provider's
/// word rests a key for longer than its own daily limit would.
enum ErrorRetryAfter {
  private static let longest = Duration.seconds(86_400)

  /// The wait that head and body state; nil where they state none.
  static func wait(
    dialect: Dialect, fields: HeaderFields, signals: ErrorSignals, nowMilliseconds: Int64
  ) -> Duration? {
    if let wait = stated(fields, nowMilliseconds) ?? wait(in: signals) { return bounded(wait) }
    let resets = resets(dialect, fields, nowMilliseconds)
    return resets.max().map(bounded)
  }

  /// The wait that a body states: Google's `RetryInfo`, OpenAI's "Please try again in 20s".
  static func wait(in signals: ErrorSignals) -> Duration? {
    if let wait = duration(signals.retryDelay) { return bounded(wait) }
    for phrase in ["try again in ", "retry in "] {
      guard let range = range(of: phrase, in: signals.message) else { continue }
      let rest = signals.message.utf8[range...].prefix {
        ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2E || ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A)
      }
      var text = String(decoding: rest, as: UTF8.self)
      while text.utf8.last == UInt8(ascii: ".") { text.removeLast() }
      if let wait = duration(text) { return bounded(wait) }
    }
    return nil
  }

  private static func stated(_ fields: HeaderFields, _ nowMilliseconds: Int64) -> Duration? {
    if let text = fields.string("retry-after-ms"), let wait = decimal(text, unit: .milliseconds(1)),
      wait > .zero
    {
      return wait
    }
    guard let value = fields.first("retry-after") else { return nil }
    if let wait = decimal(String(decoding: value, as: UTF8.self), unit: .seconds(1)) { return wait }
    return HTTPDate.milliseconds(parsing: value, nowMilliseconds: nowMilliseconds)
      .map { .milliseconds($0 &- nowMilliseconds) }
  }

  /// When the limits that are used up are full again.
  ///
  /// Anthropic's resets are times, OpenAI's durations (`6m0s`), OpenRouter's Unix milliseconds.
  private static func resets(
    _ dialect: Dialect, _ fields: HeaderFields, _ nowMilliseconds: Int64
  ) -> [Duration] {
    var waits: [Duration] = []
    for line in fields.lines {
      let name = String(decoding: fields.bytes[line.name], as: UTF8.self).lowercased()
      let reset: String
      if name.hasPrefix("x-ratelimit-remaining") {
        reset = "x-ratelimit-reset" + name.dropFirst("x-ratelimit-remaining".count)
      } else if name.hasPrefix("anthropic-ratelimit-"), name.hasSuffix("-remaining") {
        reset = name.dropLast("remaining".count) + "reset"
      } else {
        continue
      }
      guard fields.bytes[line.value].elementsEqual("0".utf8), let text = value(fields, named: reset)
      else { continue }
      if let wait = resetWait(text, nowMilliseconds) { waits.append(wait) }
    }
    return waits
  }

  private static func value(_ fields: HeaderFields, named name: String) -> String? {
    for line in fields.lines {
      let candidate = String(decoding: fields.bytes[line.name], as: UTF8.self).lowercased()
      if candidate == name { return String(decoding: fields.bytes[line.value], as: UTF8.self) }
    }
    return nil
  }

  /// The wait in a reset header: a duration, a time, or a Unix time.
  static func resetWait(_ text: String, _ nowMilliseconds: Int64) -> Duration? {
    if let time = RFC3339.milliseconds(parsing: text) {
      return .milliseconds(time &- nowMilliseconds)
    }
    if let number = Int64(text) {
      // Seconds since 1970 passed 10⁹ in 2001, milliseconds 10¹² too: nobody waits that long.
      if number >= 1_000_000_000_000 { return .milliseconds(number &- nowMilliseconds) }
      if number >= 1_000_000_000 { return .milliseconds(number &* 1_000 &- nowMilliseconds) }
    }
    return duration(text)
  }

  /// A duration as Go and Protobuf write it (`20ms`, `6m0s`, `1h2m3.5s`); a bare number is seconds.
  static func duration(_ text: String) -> Duration? {
    var total = Duration.zero
    var rest = text.utf8[...]
    guard !rest.isEmpty, rest.count <= 64 else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2E }
      rest = rest[digits.endIndex...]
      let unitBytes = rest.prefix { !(($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2E) }
      rest = rest[unitBytes.endIndex...]
      let unit: Duration
      switch String(decoding: unitBytes, as: UTF8.self) {
      case "ns": unit = .nanoseconds(1)
      case "us", "µs", "μs": unit = .microseconds(1)
      case "ms": unit = .milliseconds(1)
      case "s", "", "seconds", "second": unit = .seconds(1)
      case "m": unit = .seconds(60)
      case "h": unit = .seconds(3_600)
      case "d": unit = .seconds(86_400)
      default: return nil
      }
      guard let part = decimal(String(decoding: digits, as: UTF8.self), unit: unit) else {
        return nil
      }
      total += part
    }
    return total
  }

  /// A decimal number of units; nil for anything else, a sign included.
  private static func decimal(_ text: String, unit: Duration) -> Duration? {
    guard !text.isEmpty, text.utf8.count <= 24, text.utf8.first != UInt8(ascii: "."),
      text.utf8.allSatisfy({ ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2E }),
      let value = Double(text), value.isFinite
    else { return nil }
    // A year bounds the product; callers bound what they use far lower.
    return unit * min(value, 31_536_000_000)
  }

  private static func bounded(_ wait: Duration) -> Duration {
    min(max(wait, .zero), longest)
  }

  /// Where the text after `phrase` begins; the case of letters does not matter.
  private static func range(of phrase: String, in text: String) -> String.UTF8View.Index? {
    let wanted = Array(phrase.utf8)
    var index = text.utf8.startIndex
    while index < text.utf8.endIndex {
      let here = text.utf8[index...].prefix(wanted.count)
      if here.count == wanted.count, here.map(asciiLowercase).elementsEqual(wanted) {
        return here.endIndex
      }
      index = text.utf8.index(after: index)
    }
    return nil
  }
}
