package import JSON

/// Points in time as records write them: RFC 3339, section 5.6, in UTC; read with any offset.
package enum Timestamp {
  /// A text of RFC 3339, or a whole number of Unix milliseconds; nil for anything else.
  package static func read(_ value: JSONValue) -> Int64? {
    switch value {
    case .string(let text): milliseconds(parsing: text)
    case .number: value.int.flatMap { range.contains($0) ? $0 : nil }
    case .null, .bool, .array, .object: nil
    }
  }

  /// The form `2027-01-31T12:00:00.250Z`, the fraction only where there is one.
  ///
  /// Clamped to the years 1 to 9999.
  package static func text(_ milliseconds: Int64) -> String {
    let clamped = min(max(milliseconds, range.lowerBound), range.upperBound)
    let (days, inDay) = floorDivide(clamped, 86_400_000)
    let (year, month, day) = civil(days: days)
    let seconds = inDay / 1_000
    let fraction = inDay % 1_000
    let date = "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
    let time =
      "\(digits(seconds / 3_600, 2)):\(digits(seconds / 60 % 60, 2)):\(digits(seconds % 60, 2))"
    return "\(date)T\(time)\(fraction == 0 ? "" : ".\(digits(fraction, 3))")Z"
  }

  /// Reads `2027-01-31T12:00:00Z`, with a fraction and an offset if there are any.
  package static func milliseconds(parsing text: String) -> Int64? {
    var rest = Array(text.utf8)[...]
    guard let year = number(4, &rest), skip("-", &rest), let month = number(2, &rest),
      skip("-", &rest), let day = number(2, &rest), skip("Tt ", &rest),
      let hour = number(2, &rest), skip(":", &rest), let minute = number(2, &rest),
      skip(":", &rest), let second = number(2, &rest)
    else { return nil }
    var fraction: Int64 = 0
    if skip(".", &rest) {
      let places = rest.prefix { isDigit($0) }
      guard (1...9).contains(places.count) else { return nil }
      let thousandths = (Array(places) + [0x30, 0x30]).prefix(3)
      fraction = thousandths.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
      rest = rest.dropFirst(places.count)
    }
    guard let offset = offsetMinutes(&rest), rest.isEmpty, year >= 1, (1...12).contains(month),
      day >= 1, day <= monthLength(year: year, month: month), hour <= 23, minute <= 59,
      second <= 60
    else { return nil }
    let days = daysSinceEpoch(year: year, month: month, day: day)
    let seconds = days * 86_400 + hour * 3_600 + (minute - offset) * 60 + second
    let milliseconds = seconds * 1_000 + fraction
    return range.contains(milliseconds) ? milliseconds : nil
  }

  /// From the first second of the year 1 to the last of the year 9999.
  private static let range: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

  private static func offsetMinutes(_ rest: inout ArraySlice<UInt8>) -> Int64? {
    if skip("Zz", &rest) { return 0 }
    let isWest = rest.first == UInt8(ascii: "-")
    guard skip("+-", &rest), let hours = number(2, &rest), skip(":", &rest),
      let minutes = number(2, &rest), hours <= 23, minutes <= 59
    else { return nil }
    return (hours * 60 + minutes) * (isWest ? -1 : 1)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func number(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> Int64? {
    let digits = rest.prefix(count)
    guard digits.count == count, digits.allSatisfy(isDigit) else { return nil }
    rest = rest.dropFirst(count)
    return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
  }

  private static func skip(_ choices: StaticString, _ rest: inout ArraySlice<UInt8>) -> Bool {
    guard let byte = rest.first, choices.description.utf8.contains(byte) else { return false }
    rest = rest.dropFirst()
    return true
  }

  private static func digits(_ number: Int64, _ count: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, count - text.utf8.count)) + text
  }

  private static func floorDivide(_ number: Int64, _ by: Int64) -> (Int64, Int64) {
    let (quotient, remainder) = number.quotientAndRemainder(dividingBy: by)
    return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder)
  }

  private static func monthLength(year: Int64, month: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days of the Gregorian calendar, counted in years that begin in March so that the leap day is
  /// the last of a year.
  private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
    let march = month <= 2 ? year - 1 : year
    let era = floorDivide(march, 400)
    let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era.0 * 146_097 + era.1 * 365 + era.1 / 4 - era.1 / 100 + dayOfYear - 719_468
  }

  /// The inverse of `daysSinceEpoch`.
  private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
  }
}
