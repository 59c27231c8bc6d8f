import Testing

@testable import Appliance

@Suite("Times on the command line")
struct TimeTextTests {
  @Test(arguments: [
    ("1970-01-01", 0), ("2000-02-29", 951_782_400_000), ("2027-01-31", 1_801_353_600_000),
    ("2027-01-31T12:00:00Z", 1_801_396_800_000), ("2027-01-31T12:00:00.25Z", 1_801_396_800_250),
    ("2027-01-31 13:00:00+01:00", 1_801_396_800_000), ("1969-12-31T23:59:59Z", -1_000),
    ("0001-01-01", -62_135_596_800_000), ("90s", 1_090_000), ("2m", 1_120_000), ("1h", 4_600_000),
    ("1d", 87_400_000), ("1w", 605_800_000), ("0d", 1_000_000),
  ])
  func areRead(text: String, milliseconds: Int64) {
    #expect(
      TimeText.milliseconds(text, nowMilliseconds: 1_000_000, spansGo: .forward) == milliseconds)
  }

  @Test func aSpanMayLeadBack() {
    #expect(TimeText.milliseconds("1s", nowMilliseconds: 5_000, spansGo: .backward) == 4_000)
  }

  @Test(arguments: [
    "", "d", "-1d", "1y", "now", "2027-13-01", "2027-02-29", "2027-1-1", "2027-01-31T",
    "2027-01-31T12:00:00", "2027-01-31T25:00:00Z", "2027-01-31T12:00:00+1:00",
    "2027-01-31T12:00:00.Z", "99999999999999999999d", "900000000000000d",
  ])
  func areRefused(text: String) {
    #expect(TimeText.milliseconds(text, nowMilliseconds: 0, spansGo: .forward) == nil)
  }

  @Test func areNamedInTheMessage() {
    let test = TestConsole()
    #expect(test.run("token add ada --expires tomorrow") == .usage)
    #expect(test.errors.contains("--expires takes a time as"))
  }
}
