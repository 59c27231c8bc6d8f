import Testing

@testable import Network

@Suite("Timer wheel")
struct TimerWheelTests {
  /// Whatever the deadline, the wait ends soon after it and never before.
  @Test(arguments: [0, 1, 24, 25, 26, 700, 6_399, 6_400, 6_425, 20_000, 100_000])
  func endsSoonAfterTheDeadline(_ milliseconds: Int64) async {
    var wheel = TimerWheel(now: MonotonicTime(nanoseconds: 0))
    let wait = Wait()
    let deadline = MonotonicTime(nanoseconds: milliseconds * 1_000_000)
    wheel.watch(wait, until: deadline)
    let waiting = Task { await wait.suspend() }
    while !wait.isActive { await Task.yield() }
    var now: Int64 = 0
    while wait.isActive, now < 200_000 {
      now += 5
      wheel.advance(to: MonotonicTime(nanoseconds: now * 1_000_000))
    }
    #expect(now >= milliseconds)
    #expect(now <= milliseconds + 3 * TimerWheel.tickNanoseconds / 1_000_000)
    #expect(await waiting.value == .timedOut)
  }

  @Test func anEarlierDeadlineIsNotHeldUpByALaterOne() async {
    var wheel = TimerWheel(now: MonotonicTime(nanoseconds: 0))
    let wait = Wait()
    wheel.watch(wait, until: MonotonicTime(nanoseconds: 75_000_000_000))
    wheel.watch(wait, until: MonotonicTime(nanoseconds: 100_000_000))
    let waiting = Task { await wait.suspend() }
    while !wait.isActive { await Task.yield() }
    wheel.advance(to: MonotonicTime(nanoseconds: 175_000_000))
    #expect(!wait.isActive)
    #expect(await waiting.value == .timedOut)
  }
}
