/// Times as Anthropic writes them (RFC 3339): `2026-08-02T17:44:00Z`.
enum RFC3339 {
  /// Unix time in milliseconds; nil where the text is no such time.
  static func milliseconds(parsing text: String) -> Int64? {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      asciiLowercase(bytes[10]) == UInt8(ascii: "t") || bytes[10] == UInt8(ascii: " "),
      bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
      let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var index = 19
    var fraction: Int64 = 0
    if bytes[index] == UInt8(ascii: ".") {
      let digits = bytes[20...].prefix { $0 >= 0x30 && $0 <= 0x39 }
      guard let value = number((digits.prefix(3) + [0x30, 0x30, 0x30]).prefix(3)) else {
        return nil
      }
      fraction = Int64(value)
      index = digits.endIndex
    }
    guard let offset = offsetMinutes(bytes[index...]) else { return nil }
    let days = daysSince1970(year: year, month: month, day: day)
    let minutes = (days * 24 + Int64(hour)) * 60 + Int64(minute) - offset
    return (minutes * 60 + Int64(second)) * 1_000 + fraction
  }

  /// The time in UTC, to the second.
  static func text(milliseconds: Int64) -> String {
    let seconds = Self.floor(milliseconds, 1_000)
    let days = Self.floor(seconds, 86_400)
    let second = Int(seconds - days * 86_400)
    // The calendar of 400 years, counted from 0000-03-01 so that the leap day ends a year.
    let shifted = days + 719_468
    let era = Self.floor(shifted, 146_097)
    let dayOfEra = Int(shifted - era * 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = Int(era) * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    return "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T"
      + "\(pad(second / 3_600, 2)):\(pad(second / 60 % 60, 2)):\(pad(second % 60, 2))Z"
  }

  /// `Z`, or `+hh:mm`.
  private static func offsetMinutes(_ text: ArraySlice<UInt8>) -> Int64? {
    if text.count == 1, text.first.map(asciiLowercase) == UInt8(ascii: "z") { return 0 }
    let start = text.startIndex
    guard text.count == 6, text[start] == 0x2B || text[start] == 0x2D,
      text[start + 3] == UInt8(ascii: ":"), let hours = number(text[(start + 1)..<(start + 3)]),
      let minutes = number(text[(start + 4)...]), hours < 24, minutes < 60
    else { return nil }
    let offset = Int64(hours * 60 + minutes)
    return text[start] == 0x2D ? -offset : offset
  }

  private static func daysSince1970(year: Int, month: Int, day: Int) -> Int64 {
    let year = Int64(month <= 2 ? year - 1 : year)
    let era = floor(year, 400)
    let yearOfEra = year - era * 400
    let monthFromMarch = Int64(month > 2 ? month - 3 : month + 9)
    let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func floor(_ value: Int64, _ divisor: Int64) -> Int64 {
    value >= 0 ? value / divisor : (value - divisor + 1) / divisor
  }

  private static func number(_ digits: some Collection<UInt8>) -> Int? {
    var value = 0
    for digit in digits {
      guard digit >= 0x30, digit <= 0x39 else { return nil }
      value = value * 10 + Int(digit - 0x30)
    }
    return value
  }

  private static func pad(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
