import Foundation
import Testing

@testable import HTTP

@Suite("Dates (RFC 9110 § 5.6.7)")
struct HTTPDateTests {
  static let now: Int64 = 1_795_000_000_000  // 2026-11-18

  @Test(arguments: [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"),
    (784_111_777_999, "Sun, 06 Nov 1994 08:49:37 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
    (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 GMT"),
    (4_107_542_399_000, "Sun, 28 Feb 2100 23:59:59 GMT"),
    (Int64.max, "Fri, 31 Dec 9999 23:59:59 GMT"), (Int64.min, "Mon, 01 Jan 0001 00:00:00 GMT"),
  ])
  func writes(_ milliseconds: Int64, _ expected: String) {
    var out: [UInt8] = []
    HTTPDate.append(milliseconds: milliseconds, to: &out)
    #expect(text(out) == expected)
  }

  @Test(
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777_000),
      ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777_000),
      ("Sun Nov  6 08:49:37 1994", 784_111_777_000),
      ("Wed Nov 16 08:49:37 1994", 784_975_777_000),
      ("Wednesday, 18-Nov-76 00:00:00 GMT", 3_372_883_200_000),
      ("Thursday, 18-Nov-77 00:00:00 GMT", 248_659_200_000),
      ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800_000),
      ("Mon, 01 Jan 0001 00:00:00 GMT", -62_135_596_800_000),
    ] as [(String, Int64)])
  func readsAllForms(_ input: String, _ expected: Int64) {
    let slice = Array("x\(input)".utf8)[1...]
    #expect(HTTPDate.milliseconds(parsing: slice, nowMilliseconds: Self.now) == expected)
  }

  @Test(arguments: [
    "", "120", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 31 Feb 1994 08:49:37 GMT",
    "Sun, 29 Feb 2100 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 06-Nov-1994 08:49:37 GMT",
    "Sun, 06 Nov 0000 08:49:37 GMT", "Sun Nov 06 08:49:37 GMT1", "Sun Nov  6 08:49:37 19x4",
    "Sunday, 06-Nov-9 08:49:37 GMT", "Sunday, 06 Nov 94 08:49:37 GMT",
    "Sun, +6 Nov 1994 08:49:37 GMT",
    "Sunday, 31-Jun-94 08:49:37 GMT", ",", ", 06-Nov-94 08:49:37 GMT",
  ])
  func refuses(_ input: String) {
    #expect(
      HTTPDate.milliseconds(parsing: Array(input.utf8)[...], nowMilliseconds: Self.now) == nil)
  }

  @Test func agreesWithTheCalendarOfFoundation() throws {
    let seed: UInt64 = .random(in: 0...UInt64.max)
    var generator = SeededGenerator(seed: seed)
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "GMT")
    formatter.calendar = Calendar(identifier: .gregorian)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    for _ in 0..<2000 {
      // 1600 to 9999: Foundation's calendar is Julian before 1582.
      let seconds = Int64.random(in: -11_676_096_000...253_402_300_799, using: &generator)
      var out: [UInt8] = []
      HTTPDate.append(milliseconds: seconds * 1000, to: &out)
      #expect(
        text(out) == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))),
        "seed \(seed)")
      let parsed = HTTPDate.milliseconds(parsing: out[...], nowMilliseconds: Self.now)
      #expect(parsed == seconds * 1000, "seed \(seed)")
    }
  }
}
