/// Unix time as text: `2026-01-02T03:04:05.678Z` (RFC 3339).
package enum Timestamp {
  package static func text(_ milliseconds: Int64) -> String {
    var bytes: [UInt8] = []
    append(milliseconds, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  static func append(_ milliseconds: Int64, to out: inout [UInt8]) {
    // Years 0 to 9999; a clock outside of them shows the nearest.
    let milliseconds = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
    let day = 86_400_000 as Int64
    let days = milliseconds >= 0 ? milliseconds / day : (milliseconds - day + 1) / day
    let time = milliseconds - days * day
    let (year, month, dayOfMonth) = date(daysSince1970: days)
    append(year, 4, to: &out)
    out.append(UInt8(ascii: "-"))
    append(month, 2, to: &out)
    out.append(UInt8(ascii: "-"))
    append(dayOfMonth, 2, to: &out)
    out.append(UInt8(ascii: "T"))
    append(time / 3_600_000, 2, to: &out)
    out.append(UInt8(ascii: ":"))
    append(time / 60_000 % 60, 2, to: &out)
    out.append(UInt8(ascii: ":"))
    append(time / 1_000 % 60, 2, to: &out)
    out.append(UInt8(ascii: "."))
    append(time % 1_000, 3, to: &out)
    out.append(UInt8(ascii: "Z"))
  }

  /// The date in the Gregorian calendar, by eras of 400 years that begin on 1 March, so that the
  /// leap day is the last of its year.
  private static func date(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let daysOfEra = 146_097 as Int64
    let sinceMarch0000 = days + 719_468
    let era = (sinceMarch0000 >= 0 ? sinceMarch0000 : sinceMarch0000 - daysOfEra + 1) / daysOfEra
    let dayOfEra = sinceMarch0000 - era * daysOfEra
    let yearOfEra =
      (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    // March to January have 153 days in every five months.
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (era * 400 + yearOfEra + (month <= 2 ? 1 : 0), month, day)
  }

  private static func append(_ number: Int64, _ width: Int, to out: inout [UInt8]) {
    var divisor: Int64 = 1
    for _ in 1..<width { divisor *= 10 }
    while divisor > 0 {
      out.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number / divisor % 10))
      divisor /= 10
    }
  }
}
