import Foundation
import JSON
import Testing

@testable import Gateway

@Suite("Timestamps (RFC 3339)")
struct TimestampTests {
  static let cases: [(String, Int64?)] = [
    ("1970-01-01T00:00:00Z", 0),
    ("1970-01-01T00:00:00.001Z", 1),
    ("1970-01-01t00:00:00.25z", 250),
    ("1970-01-01 00:00:01Z", 1_000),
    ("1970-01-01T01:00:00+01:00", 0),
    ("1969-12-31T22:30:00-01:30", 0),
    ("2000-02-29T12:00:00Z", 951_825_600_000),
    ("2027-01-31T00:00:00Z", 1_801_353_600_000),
    ("1600-03-01T00:00:00Z", -11_670_912_000_000),
    ("2016-12-31T23:59:60Z", 1_483_228_800_000),
    ("2027-01-31T00:00:00.123456789Z", 1_801_353_600_123),
    ("2027-01-31", nil),
    ("2027-01-31T00:00:00", nil),
    ("2027-01-31T00:00:00.Z", nil),
    ("2027-02-29T00:00:00Z", nil),
    ("2027-13-01T00:00:00Z", nil),
    ("2027-00-01T00:00:00Z", nil),
    ("2027-01-32T00:00:00Z", nil),
    ("2027-01-31T24:00:00Z", nil),
    ("2027-01-31T00:60:00Z", nil),
    ("2027-01-31T00:00:00Zx", nil),
    ("27-01-31T00:00:00Z", nil),
    ("0000-01-01T00:00:00Z", nil),
    ("2027-01-31T00:00:00+24:00", nil),
    ("", nil),
  ]

  @Test(arguments: cases)
  func reads(_ text: String, milliseconds: Int64?) {
    #expect(Timestamp.milliseconds(parsing: text) == milliseconds)
  }

  /// Written and read again, and as another implementation writes it.
  @Test(arguments: [4, 5, 6] as [UInt64])
  func roundTrips(seed: UInt64) {
    var random = Seeded(state: seed)
    let formatter = ISO8601DateFormatter()
    for _ in 0..<500 {
      let seconds = Int64.random(in: -11_000_000_000...253_402_300_799, using: &random)
      let text = Timestamp.text(seconds * 1_000)
      #expect(Timestamp.milliseconds(parsing: text) == seconds * 1_000)
      #expect(text == formatter.string(from: Date(timeIntervalSince1970: Double(seconds))))
      let fine = seconds * 1_000 + Int64.random(in: 0..<1_000, using: &random)
      #expect(Timestamp.milliseconds(parsing: Timestamp.text(fine)) == fine)
    }
  }

  @Test func valuesMayBeNumbers() {
    #expect(Timestamp.read(1_801_353_600_000) == 1_801_353_600_000)
    #expect(Timestamp.read("1970-01-01T00:00:01Z") == 1_000)
    #expect(Timestamp.read(.number("1e30")) == nil)
    #expect(Timestamp.read(.number("0.5")) == nil)
    #expect(Timestamp.read(true) == nil)
    #expect(Timestamp.text(.max) == "9999-12-31T23:59:59.999Z")
  }
}
