import Glibc
import JSON

/// Times as people write them on a command line.
enum TimeText {
  /// Which way from now a span leads: `90d` is an end in 90 days, or a beginning 90 days ago.
  enum Direction {
    case forward
    case backward
  }

  /// - Returns: Unix milliseconds; nil for what is no date, no RFC 3339 time and no span.
  static func milliseconds(
    _ text: String, nowMilliseconds: Int64, spansGo direction: Direction
  ) -> Int64? {
    if let span = span(text) {
      return direction == .forward ? nowMilliseconds + span : nowMilliseconds - span
    }
    return timestamp(text)
  }

  /// Up to a thousand years in minutes, hours, days or weeks: `30m`, `12h`, `90d`, `2w`.
  private static func span(_ text: String) -> Int64? {
    let units: [Character: Int64] = [
      "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000,
    ]
    guard let last = text.last, let unit = units[last], let count = digits(text.dropLast()),
      count <= 31_622_400_000_000 / unit
    else { return nil }
    return count * unit
  }

  /// RFC 3339: a date, or a date and a time with `Z` or an offset; a date alone is its start, UTC.
  private static func timestamp(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int64? {
      guard range.upperBound <= bytes.count else { return nil }
      return digits(Substring(decoding: bytes[range], as: UTF8.self))
    }
    guard bytes.count >= 10, bytes[4] == 0x2D, bytes[7] == 0x2D, let year = number(0..<4),
      let month = number(5..<7), let day = number(8..<10), (1...12).contains(month),
      (1...daysInMonth(year, month)).contains(day)
    else { return nil }
    let midnight = daysSinceEpoch(year, month, day) * 86_400_000
    if bytes.count == 10 { return midnight }
    guard bytes.count >= 20, [0x54, 0x74, 0x20].contains(bytes[10]), bytes[13] == 0x3A,
      bytes[16] == 0x3A, let hour = number(11..<13), let minute = number(14..<16),
      let second = number(17..<19), hour < 24, minute < 60, second < 61
    else { return nil }
    var rest = bytes[19...]
    var fraction: Int64 = 0
    if rest.first == 0x2E {
      let digitsText = rest.dropFirst().prefix { (0x30...0x39).contains($0) }
      guard !digitsText.isEmpty else { return nil }
      for place in 0..<3 {
        let index = digitsText.startIndex + place
        fraction = fraction * 10 + (index < digitsText.endIndex ? Int64(digitsText[index]) - 48 : 0)
      }
      rest = bytes[digitsText.endIndex...]
    }
    guard let offset = offsetMilliseconds(rest) else { return nil }
    return midnight + hour * 3_600_000 + minute * 60_000 + second * 1_000 + fraction - offset
  }

  private static func offsetMilliseconds(_ bytes: ArraySlice<UInt8>) -> Int64? {
    guard let first = bytes.first else { return nil }
    if (first == 0x5A || first == 0x7A) && bytes.count == 1 { return 0 }
    guard first == 0x2B || first == 0x2D, bytes.count == 6, bytes[bytes.startIndex + 3] == 0x3A,
      let hours = digits(Substring(decoding: bytes.dropFirst().prefix(2), as: UTF8.self)),
      let minutes = digits(Substring(decoding: bytes.suffix(2), as: UTF8.self)), hours < 24,
      minutes < 60
    else { return nil }
    return (hours * 60 + minutes) * (first == 0x2B ? 60_000 : -60_000)
  }

  private static func digits(_ text: Substring) -> Int64? {
    guard !text.isEmpty, text.utf8.count <= 15,
      text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    return Int64(text)
  }

  private static func daysInMonth(_ year: Int64, _ month: Int64) -> Int64 {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Int(month) - 1]
  }

  /// Days from 1970-01-01 in the proleptic Gregorian calendar, counted in 400-year cycles.
  private static func daysSinceEpoch(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month > 2 ? year : year - 1  // Years that begin in March end in a leap day.
    let cycle = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfCycle = shifted - cycle * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfCycle = yearOfCycle * 365 + yearOfCycle / 4 - yearOfCycle / 100 + dayOfYear
    return cycle * 146_097 + dayOfCycle - 719_468
  }
}

extension Invocation {
  /// An option that is a time, as Unix milliseconds.
  func time(
    _ option: String, spansGo direction: TimeText.Direction
  ) throws(CommandError) -> JSONValue? {
    guard let text = value(option) else { return nil }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    let milliseconds = Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000
    guard
      let time = TimeText.milliseconds(text, nowMilliseconds: milliseconds, spansGo: direction)
    else {
      throw .usage(
        "\(option) takes a time as 2027-01-31T12:00:00Z, a date as 2027-01-31, or a span as 90d "
          + "or 12h, not '\(text)'.")
    }
    return .int(time)
  }
}
