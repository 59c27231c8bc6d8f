import Foundation
import Locks
import Testing

@testable import Network

@Suite("Threads")
struct ThreadTests {
  @Test func carriesItsNameAndRunsOnce() throws {
    let seen = Guarded<[String]>([])
    let latch = Latch(1)
    try Network.Thread.start(name: "a-name") {
      // comm holds the name of the thread that reads it.
      let text = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? ""
      seen.withLock { $0.append(text) }
      latch.countDown()
    }
    latch.wait()
    #expect(seen.withLock { $0 } == ["a-name\n"])
  }
}
