/// A day of the Gregorian calendar, carried on before its beginning.
struct CivilDay: Equatable, Sendable {
  let year: Int64
  /// 1 to 12.
  let month: Int
  /// 1 to 31.
  let day: Int
  /// Days since 1970-01-01.
  let number: Int64

  /// The month and day must be of the calendar.
  init(year: Int64, month: Int, day: Int) {
    self.year = year
    self.month = month
    self.day = day
    // Years begin in March here, so that the leap day is the last of a year.
    let march = month <= 2 ? year - 1 : year
    let era = Self.floor(march, 400)
    let yearOfEra = march - era * 400
    let dayOfYear = Int64((153 * ((month + 9) % 12) + 2) / 5 + day - 1)
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    number = era * 146_097 + dayOfEra - 719_468
  }

  /// The day of that number since 1970-01-01.
  init(number: Int64) {
    let shifted = number + 719_468
    let era = Self.floor(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * dayOfYear + 2) / 153
    day = Int(dayOfYear - (153 * march + 2) / 5 + 1)
    month = Int(march < 10 ? march + 3 : march - 9)
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    self.number = number
  }

  /// The day of a local time, in seconds since 1970.
  init(unixSeconds: Int64) {
    // Some hundred million years: no clock is there, and nothing overflows.
    let bounded = min(max(unixSeconds, -(1 << 52)), 1 << 52)
    self.init(number: Self.floor(bounded, 86_400))
  }

  /// 0: Sunday.
  var weekday: Int64 { (number % 7 + 11) % 7 }

  var nextMonth: CivilDay {
    month == 12
      ? CivilDay(year: year + 1, month: 1, day: 1) : CivilDay(year: year, month: month + 1, day: 1)
  }

  static func isLeap(_ year: Int64) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  static func floor(_ number: Int64, _ by: Int64) -> Int64 {
    let (quotient, remainder) = number.quotientAndRemainder(dividingBy: by)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
