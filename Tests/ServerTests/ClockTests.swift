import Foundation
import Testing

@testable import Server

@Suite("Times for people")
struct ClockTests {
  @Test func theWallClockIsUnixTime() {
    let ours = wallClockMilliseconds()
    let theirs = Int64(Date().timeIntervalSince1970 * 1_000)
    #expect(abs(theirs - ours) < 60_000)
  }

  @Test(
    arguments: [
      (Duration.zero, Int64(0)), (Duration.microseconds(999), 0), (Duration.microseconds(1_000), 1),
      (Duration.seconds(2), 2_000), (Duration.milliseconds(2_999), 2_999),
      (Duration.seconds(90) + Duration.microseconds(1_999), 90_001),
    ] as [(Duration, Int64)])
  func millisecondsAreRoundedDown(_ duration: Duration, milliseconds: Int64) {
    #expect(duration.wholeMilliseconds == milliseconds)
  }
}
