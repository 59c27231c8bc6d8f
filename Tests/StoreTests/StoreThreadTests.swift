import Testing

@testable import Store

@Suite("Threads of the store")
struct StoreThreadTests {
  @Test func runOnce() throws {
    let runs = Monitor(0)
    for _ in 0..<10 {
      try startThread(name: "a name that is too long") {
        runs.withLock { $0 += 1 }
        runs.wake()
      }
    }
    runs.wait { $0 == 10 ? .done(()) : .again(atMilliseconds: nil) }
    #expect(runs.withLock { $0 } == 10)
  }
}
