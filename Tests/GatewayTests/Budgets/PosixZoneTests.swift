import Testing

@testable import Gateway

@Suite("Rules at the end of a time zone (POSIX.1-2017 section 8.3)")
struct PosixZoneTests {
  /// Unix times on either side of a change, and the offsets there.
  struct Case: Sendable, CustomTestStringConvertible {
    let text: String
    let at: Int64
    let before: Int
    let after: Int
    var testDescription: String { "\(text) at \(at)" }
  }

  @Test(arguments: [
    // Berlin: 2027-03-28T01:00Z and 2027-10-31T01:00Z.
    Case(text: "CET-1CEST,M3.5.0,M10.5.0/3", at: 1_806_195_600, before: 3_600, after: 7_200),
    Case(text: "CET-1CEST,M3.5.0,M10.5.0/3", at: 1_824_944_400, before: 7_200, after: 3_600),
    // New York: 2027-03-14T07:00Z.
    Case(text: "EST5EDT,M3.2.0,M11.1.0", at: 1_805_007_600, before: -18_000, after: -14_400),
    // Sydney, south of the equator: 2027-04-03T16:00Z ends the summer.
    Case(text: "AEST-10AEDT,M10.1.0,M4.1.0/3", at: 1_806_768_000, before: 39_600, after: 36_000),
    // Lord Howe moves by half an hour: 2027-04-03T15:00Z.
    Case(
      text: "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", at: 1_806_764_400, before: 39_600, after: 37_800
    ),
    // Nuuk, with hours below zero: 2027-03-28T01:00Z.
    Case(text: "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", at: 1_806_195_600, before: -7_200, after: -3_600),
    // A leap year by days: day 60 is the first of March in both countings.
    Case(text: "AAA0BBB,J60/0,J300/0", at: 1_835_481_600, before: 0, after: 3_600),
    Case(text: "AAA0BBB,60/0,299/0", at: 1_835_481_600, before: 0, after: 3_600),
  ])
  func changes(example: Case) throws {
    let zone = try #require(PosixZone(Array(example.text.utf8)[...]))
    #expect(zone.offset(at: example.at - 1) == example.before)
    #expect(zone.offset(at: example.at) == example.after)
  }

  @Test(arguments: ["UTC0", "<+0530>-5:30", "EST5"])
  func withoutSummer(text: String) throws {
    let zone = try #require(PosixZone(Array(text.utf8)[...]))
    #expect(zone.summer == nil)
    #expect(zone.offset(at: .min / 4) == zone.standardOffset)
  }

  @Test(arguments: [
    "", "A", "AB0", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.1.0,M10.5.0",
    "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J9", "CET-1CEST,J366,J9",
    "CET-1CEST,366,9", "CET-25", "CET-1:60", "<>0", "<+0", "UTC0x", "CET-1CEST,M3.5.0,M10.5.0/168",
    "CET-1CEST,M3.5.0,M10.5.0/3x", "\u{0}", "CET-1CEST,M,M", "CET-99999999999999999999",
  ])
  func whatIsNoRuleIsRefused(text: String) {
    #expect(PosixZone(Array(text.utf8)[...]) == nil)
  }
}
