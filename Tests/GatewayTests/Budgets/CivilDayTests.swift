import Testing

@testable import Gateway

@Suite("Days of the calendar")
struct CivilDayTests {
  @Test func everyDayHasItsNumber() {
    var day = CivilDay(year: 1583, month: 1, day: 1)
    for number in day.number..<day.number + 300_000 {
      let same = CivilDay(number: number)
      if same != CivilDay(year: same.year, month: same.month, day: same.day)
        || same.number != number
      {
        Issue.record("day \(number) is not itself")
        return
      }
      day = same
    }
    #expect(day.year == 2404)
  }

  @Test(arguments: [
    (0, 1970, 1, 1, 4), (-1, 1969, 12, 31, 3), (20_000, 2024, 10, 4, 5), (11_016, 2000, 2, 29, 2),
    (-719_468, 0, 3, 1, 3),
  ])
  func known(number: Int64, year: Int64, month: Int, day: Int, weekday: Int64) {
    let found = CivilDay(number: number)
    #expect((found.year, found.month, found.day) == (year, month, day))
    #expect(found.weekday == weekday)
  }

  @Test func theNextMonthBeginsWhereThisEnds() {
    #expect(
      CivilDay(year: 2027, month: 12, day: 31).nextMonth == CivilDay(year: 2028, month: 1, day: 1))
    #expect(
      CivilDay(year: 2028, month: 2, day: 1).nextMonth.number == CivilDay(
        year: 2028, month: 2, day: 29
      ).number + 1)
    #expect(CivilDay.isLeap(2000) && !CivilDay.isLeap(1900) && CivilDay.isLeap(2028))
  }

  @Test(arguments: [Int64.min, .max, -86_401, 86_399])
  func noTimeIsTooFar(seconds: Int64) {
    let day = CivilDay(unixSeconds: seconds)
    #expect((1...12).contains(day.month) && (1...31).contains(day.day))
  }
}
