import Testing

@testable import Store

@Suite("A lock that can be waited on")
struct MonitorTests {
  @Test func countsExactlyUnderThreads() throws {
    let monitor = Monitor(0)
    let ended = Monitor(0)
    for _ in 0..<4 {
      try startThread(name: "test") {
        for _ in 0..<20_000 { monitor.withLock { $0 += 1 } }
        ended.withLock { $0 += 1 }
        ended.wake()
      }
    }
    ended.wait { $0 == 4 ? .done(()) : .again(atMilliseconds: nil) }
    #expect(monitor.withLock { $0 } == 80_000)
  }

  @Test func looksAgainAtItsTime() {
    let monitor = Monitor(0)
    let start = monotonicMilliseconds()
    let end = monitor.wait { looks -> Monitor<Int>.Look<Int64> in
      looks += 1
      let now = monotonicMilliseconds()
      return now < start + 30 ? .again(atMilliseconds: start + 30) : .done(now)
    }
    #expect(end >= start + 30)
    #expect(monitor.withLock { $0 } < 10)
  }
}
