import Synchronization
import Testing

@testable import Fetch

@Suite("What the threads of a pool share")
struct FetchQueueTests {
  @Test func endsWhenItIsClosed() throws {
    let queue = try FetchQueue(waitingMax: 1)
    queue.closeWriteEnd()
    queue.closeWriteEnd()
    #expect(queue.next() == nil)
    queue.run()
  }
}
