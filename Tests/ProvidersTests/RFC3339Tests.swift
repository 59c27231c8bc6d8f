import Testing

@testable import Providers

@Suite("Times of RFC 3339")
struct RFC3339Tests {
  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("2026-08-02T17:44:00Z", 1_785_692_640_000),
    ("2024-02-29t23:59:60z", 1_709_251_200_000), ("2000-03-01T00:00:00.5Z", 951_868_800_500),
    ("2000-03-01T00:00:00.123456Z", 951_868_800_123), ("1969-12-31T23:59:59Z", -1_000),
    ("2026-08-02T19:44:00+02:00", 1_785_692_640_000),
    ("2026-08-02 12:14:00-05:30", 1_785_692_640_000),
  ])
  func reads(_ text: String, _ milliseconds: Int64) {
    #expect(RFC3339.milliseconds(parsing: text) == milliseconds)
  }

  @Test(arguments: [
    "", "2026", "2026-08-02", "2026-13-02T17:44:00Z", "2026-00-02T17:44:00Z",
    "2026-08-00T17:44:00Z", "2026-08-02T24:00:00Z", "2026-08-02T17:60:00Z",
    "2026-08-02T17:44:00", "2026-08-02T17:44:00+2", "2026-08-02T17:44:00+0200",
    "2026-08-02T17:44:00.Zx", "20 6-08-02T17:44:00Z", "2026-08-02T17:44:00.5",
  ])
  func refuses(_ text: String) {
    #expect(RFC3339.milliseconds(parsing: text) == nil)
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (1_785_692_640_999, "2026-08-02T17:44:00Z"),
    (951_782_400_000, "2000-02-29T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
    (4_107_542_400_000, "2100-03-01T00:00:00Z"),
  ])
  func writes(_ milliseconds: Int64, _ text: String) {
    #expect(RFC3339.text(milliseconds: milliseconds) == text)
  }

  @Test(arguments: 0..<400)
  func readsWhatItWrites(_ step: Int) {
    let milliseconds = Int64(step) * 7_919_003_000 - 500_000_000_000
    #expect(
      RFC3339.milliseconds(parsing: RFC3339.text(milliseconds: milliseconds)) == milliseconds)
  }
}
