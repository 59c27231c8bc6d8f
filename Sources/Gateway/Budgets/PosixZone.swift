/// The rule at the end of a TZif file: how a zone goes on after its last recorded change.
///
/// The TZ string of POSIX.1-2017, section 8.3, with the extensions of RFC 8536, section 3.3.1
/// (hours from -167 to 167): `CET-1CEST,M3.5.0,M10.5.0/3`.
struct PosixZone: Equatable, Sendable {
  /// Seconds east of UTC.
  let standardOffset: Int
  let summer: Summer?

  struct Summer: Equatable, Sendable {
    let offset: Int
    let start: Change
    let end: Change
  }

  /// When a year's change falls, in local time before it.
  struct Change: Equatable, Sendable {
    enum Day: Equatable, Sendable {
      /// 1 to 365, never counting a leap day.
      case julian(Int)
      /// 0 to 365, counting it.
      case zeroBased(Int)
      /// Month, week (5: the last), day of the week (0: Sunday).
      case weekday(month: Int, week: Int, day: Int)
    }

    let day: Day
    let seconds: Int
  }

  /// Nil for what is no such text.
  init?(_ text: ArraySlice<UInt8>) {
    var reader = Reader(rest: text)
    guard reader.name(), let standard = reader.time(hoursMax: 24) else { return nil }
    standardOffset = -standard
    guard !reader.rest.isEmpty else {
      summer = nil
      return
    }
    guard reader.name() else { return nil }
    var offset = standardOffset + 3_600
    if reader.rest.first != UInt8(ascii: ",") {
      guard let stated = reader.time(hoursMax: 24) else { return nil }
      offset = -stated
    }
    guard reader.skip(","), let start = reader.change(), reader.skip(","),
      let end = reader.change(), reader.rest.isEmpty
    else { return nil }
    summer = Summer(offset: offset, start: start, end: end)
  }

  /// Seconds east of UTC at a Unix time.
  func offset(at seconds: Int64) -> Int {
    guard let summer else { return standardOffset }
    let year = CivilDay(unixSeconds: seconds + Int64(standardOffset)).year
    let start = summer.start.localSeconds(year: year) - Int64(standardOffset)
    let end = summer.end.localSeconds(year: year) - Int64(summer.offset)
    let isSummer =
      start <= end ? start <= seconds && seconds < end : seconds < end || start <= seconds
    return isSummer ? summer.offset : standardOffset
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
      guard rest.first == UInt8(ascii: character) else { return false }
      rest = rest.dropFirst()
      return true
    }

    /// Three or more letters, or anything of letters, digits and signs in angle brackets.
    mutating func name() -> Bool {
      if skip("<") {
        let name = rest.prefix { $0 != UInt8(ascii: ">") }
        rest = rest.dropFirst(name.count)
        return !name.isEmpty && skip(">")
      }
      let name = rest.prefix { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }
      rest = rest.dropFirst(name.count)
      return name.count >= 3
    }

    mutating func number(_ range: ClosedRange<Int>) -> Int? {
      let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
      guard (1...3).contains(digits.count) else { return nil }
      rest = rest.dropFirst(digits.count)
      let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
      return range.contains(value) ? value : nil
    }

    /// `hh[:mm[:ss]]` with a sign, in seconds.
    mutating func time(hoursMax: Int) -> Int? {
      let isNegative = skip("-")
      if !isNegative { _ = skip("+") }
      guard let hours = number(0...hoursMax) else { return nil }
      var seconds = hours * 3_600
      if skip(":") {
        guard let minutes = number(0...59) else { return nil }
        seconds += minutes * 60
        if skip(":") {
          guard let rest = number(0...59) else { return nil }
          seconds += rest
        }
      }
      return isNegative ? -seconds : seconds
    }

    mutating func change() -> Change? {
      let day: Change.Day
      if skip("M") {
        guard let month = number(1...12), skip("."), let week = number(1...5), skip("."),
          let weekday = number(0...6)
        else { return nil }
        day = .weekday(month: month, week: week, day: weekday)
      } else if skip("J") {
        guard let number = number(1...365) else { return nil }
        day = .julian(number)
      } else {
        guard let number = number(0...365) else { return nil }
        day = .zeroBased(number)
      }
      guard skip("/") else { return Change(day: day, seconds: 7_200) }
      return time(hoursMax: 167).map { Change(day: day, seconds: $0) }
    }
  }
}

extension PosixZone.Change {
  /// Seconds from 1970 on in the local time before the change.
  func localSeconds(year: Int64) -> Int64 {
    let newYear = CivilDay(year: year, month: 1, day: 1).number
    let number: Int64
    switch day {
    case .julian(let day):
      let isPastLeapDay = CivilDay.isLeap(year) && day >= 60
      number = newYear + Int64(day) - (isPastLeapDay ? 0 : 1)
    case .zeroBased(let day): number = newYear + Int64(day)
    case .weekday(let month, let week, let weekday):
      let first = CivilDay(year: year, month: month, day: 1)
      let ahead = (Int64(weekday) - first.weekday + 7) % 7
      var day = first.number + ahead + Int64(week - 1) * 7
      if day >= first.nextMonth.number { day -= 7 }
      number = day
    }
    return number * 86_400 + Int64(seconds)
  }
}
