import Testing

@testable import Gateway

@Suite("Moments")
struct MomentTests {
  @Test func addAndSubtract() {
    let moment = Moment(nanoseconds: 1_000)
    #expect((moment + .seconds(2)).nanoseconds == 2_000_001_000)
    #expect((moment + .nanoseconds(-1)).nanoseconds == 999)
    #expect(moment + .seconds(2) - moment == .seconds(2))
    #expect(moment < moment + .nanoseconds(1))
  }

  @Test func saturate() {
    #expect(Moment.distantFuture + .seconds(1) == .distantFuture)
    #expect(Moment.distantPast + .seconds(-1) == .distantPast)
    #expect(Moment(nanoseconds: 0) + .seconds(Int64.max) == .distantFuture)
    #expect(Moment.distantFuture - Moment.distantPast == Duration.nanoseconds(Int64.max))
    #expect(Moment.distantPast - Moment.distantFuture == Duration.nanoseconds(Int64.min))
  }

  @Test func followTheContinuousClock() {
    let instant = ContinuousClock.now
    let later = instant.advanced(by: .milliseconds(1_500))
    #expect(Moment(later) - Moment(instant) == .milliseconds(1_500))
  }
}
