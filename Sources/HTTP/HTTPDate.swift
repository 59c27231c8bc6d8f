/// Dates as HTTP writes them (RFC 9110 § 5.6.7).
///
/// Times are Unix milliseconds.
package enum HTTPDate {
  /// The epoch was a Thursday.
  private static let weekdays: [StaticString] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months: [StaticString] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  private static let secondsOfDay: Int64 = 86_400
  /// 0001-01-01 and 9999-12-31, in days since 1970.
  private static let daysRange: ClosedRange<Int64> = -719_162...2_932_896

  /// Appends `Sun, 06 Nov 1994 08:49:37 GMT`: 29 bytes.
  ///
  /// A time outside the years 1 to 9999 is moved to the nearest one inside.
  package static func append(milliseconds: Int64, to out: inout [UInt8]) {
    let bounds =
      daysRange.lowerBound * secondsOfDay...(daysRange.upperBound + 1) * secondsOfDay - 1
    let seconds = min(max(floorDivide(milliseconds, 1000), bounds.lowerBound), bounds.upperBound)
    let days = floorDivide(seconds, secondsOfDay)
    let second = Int(seconds - days * secondsOfDay)
    let date = civil(days: days)
    out.append(weekdays[Int(((days % 7) + 7) % 7)])
    out.append(", ")
    append(twoDigits: date.day, to: &out)
    out.append(UInt8(ascii: " "))
    out.append(months[date.month - 1])
    out.append(UInt8(ascii: " "))
    append(twoDigits: date.year / 100, to: &out)
    append(twoDigits: date.year % 100, to: &out)
    out.append(UInt8(ascii: " "))
    append(twoDigits: second / 3600, to: &out)
    out.append(UInt8(ascii: ":"))
    append(twoDigits: second / 60 % 60, to: &out)
    out.append(UInt8(ascii: ":"))
    append(twoDigits: second % 60, to: &out)
    out.append(" GMT")
  }

  /// Reads any of the three forms that a recipient must accept.
  ///
  /// - Parameters:
  ///   - text: The whole value of the field.
  ///   - nowMilliseconds: Settles the century of a two-digit year: one that would lie more than
  ///     50 years ahead is in the past.
  /// - Returns: Nil if it is none of them or names a day or time that does not exist. A leap second
  ///   counts as the second after it.
  package static func milliseconds(
    parsing text: ArraySlice<UInt8>, nowMilliseconds: Int64
  ) -> Int64? {
    let bytes = text.span
    if bytes.count == 29, bytes[3] == UInt8(ascii: ","), bytes.matches(25..<29, " GMT") {
      // Sun, 06 Nov 1994 08:49:37 GMT
      guard isSeparated(bytes, by: [(4, " "), (7, " "), (11, " "), (16, " ")]),
        let year = number(bytes, 12..<16)
      else { return nil }
      return milliseconds(bytes, day: 5..<7, month: 8, year: year, time: 17)
    }
    if bytes.count == 24, bytes[3] == UInt8(ascii: " ") {
      // Sun Nov  6 08:49:37 1994
      guard isSeparated(bytes, by: [(7, " "), (10, " "), (19, " ")]),
        let year = number(bytes, 20..<24)
      else { return nil }
      let day = bytes[8] == UInt8(ascii: " ") ? 9..<10 : 8..<10
      return milliseconds(bytes, day: day, month: 4, year: year, time: 11)
    }
    // Sunday, 06-Nov-94 08:49:37 GMT
    let comma = bytes.index(of: UInt8(ascii: ","), from: 0)
    guard (6...9).contains(comma), bytes.count == comma + 24,
      bytes.matches(comma + 20..<comma + 24, " GMT"),
      isSeparated(
        bytes, by: [(comma + 1, " "), (comma + 4, "-"), (comma + 8, "-"), (comma + 11, " ")]),
      let short = number(bytes, comma + 9..<comma + 11)
    else { return nil }
    let thisYear = civil(days: floorDivide(nowMilliseconds, secondsOfDay * 1000)).year
    var year = thisYear - thisYear % 100 + short
    if year > thisYear + 50 { year -= 100 }
    return milliseconds(
      bytes, day: comma + 2..<comma + 4, month: comma + 5, year: year, time: comma + 12)
  }

  private static func milliseconds(
    _ bytes: Span<UInt8>, day: Range<Int>, month: Int, year: Int, time: Int
  ) -> Int64? {
    guard let day = number(bytes, day),
      let month = monthNumber(bytes, month),
      year >= 1, day >= 1, day <= daysIn(month: month, year: year),
      isSeparated(bytes, by: [(time + 2, ":"), (time + 5, ":")]),
      let hour = number(bytes, time..<time + 2), hour < 24,
      let minute = number(bytes, time + 3..<time + 5), minute < 60,
      let second = number(bytes, time + 6..<time + 8), second <= 60
    else { return nil }
    let seconds = hour * 3600 + minute * 60 + second
    return (days(year: year, month: month, day: day) * secondsOfDay + Int64(seconds)) * 1000
  }

  private static func isSeparated(
    _ bytes: Span<UInt8>, by separators: [(index: Int, byte: Unicode.Scalar)]
  ) -> Bool {
    separators.allSatisfy { bytes[$0.index] == UInt8(truncatingIfNeeded: $0.byte.value) }
  }

  private static func number(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var number = 0
    for index in range {
      guard isDigit(bytes[index]) else { return nil }
      number = number * 10 + Int(bytes[index] &- 0x30)
    }
    return number
  }

  private static func monthNumber(_ bytes: Span<UInt8>, _ start: Int) -> Int? {
    for (index, name) in months.enumerated() where bytes.matches(start..<start + 3, name) {
      return index + 1
    }
    return nil
  }

  private static func append(twoDigits number: Int, to out: inout [UInt8]) {
    out.append(0x30 + UInt8(truncatingIfNeeded: number / 10))
    out.append(0x30 + UInt8(truncatingIfNeeded: number % 10))
  }

  private static func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
    let quotient = number / divisor
    return number % divisor < 0 ? quotient - 1 : quotient
  }

  private static func daysIn(month: Int, year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Days since 1970 of a date of the Gregorian calendar.
  ///
  /// Years are made to begin in March, so that the day of a leap year is the last one.
  private static func days(year: Int, month: Int, day: Int) -> Int64 {
    let marchYear = Int64(month > 2 ? year : year - 1)
    let era = floorDivide(marchYear, 400)
    let yearOfEra = marchYear - era * 400
    let dayOfYear = (153 * Int64((month + 9) % 12) + 2) / 5 + Int64(day) - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func civil(days: Int64) -> (year: Int, month: Int, day: Int) {
    let shifted = min(max(days, daysRange.lowerBound), daysRange.upperBound) + 719_468
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * dayOfYear + 2) / 153
    let month = Int(marchMonth < 10 ? marchMonth + 3 : marchMonth - 9)
    let day = Int(dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    return (Int(yearOfEra + era * 400) + (month <= 2 ? 1 : 0), month, day)
  }
}
