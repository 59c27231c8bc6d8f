import CLinux
import Glibc
import Testing

@testable import Network

@Suite("The writing side of a stream")
struct SenderTests {
  private static func pair() throws -> (Sender, Readiness, Int32) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
    try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
    let readiness = Readiness()
    return (Sender(ends[0], readiness), readiness, ends[1])
  }

  private static func drain(_ descriptor: Int32) -> [UInt8] {
    var heard: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &bytes, bytes.count, 0)
      guard count > 0 else { return heard }
      heard += bytes.prefix(count)
    }
  }

  /// What the kernel does not take is kept, and goes out in order when it says that it has room.
  @Test func keepsWhatTheKernelDoesNotTake() throws {
    let (sender, readiness, far) = try Self.pair()
    let bytes = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    sender.noteQueued(bytes.count)
    sender.send(bytes, 0..<bytes.count)
    #expect(sender.isStuck && sender.isBusy && !sender.canQueue && readiness.stuck === sender)
    var heard: [UInt8] = []
    for _ in 0..<1_000 where sender.isStuck {
      heard += Self.drain(far)
      readiness.fire(EPOLLOUT.rawValue)
    }
    heard += Self.drain(far)
    #expect(heard == bytes)
    #expect(!sender.isBusy && sender.canQueue && readiness.stuck == nil && sender.failure == nil)
  }

  /// What comes while some is kept does not overtake it.
  @Test func whatFollowsWaitsBehindWhatIsKept() throws {
    let (sender, readiness, far) = try Self.pair()
    let first = [UInt8](repeating: 1, count: 1_000_000)
    sender.send(first, 0..<first.count)
    try #require(sender.isStuck)
    var heard = Self.drain(far)
    sender.send([2, 3, 4], 1..<3)
    for _ in 0..<1_000 where sender.isStuck {
      readiness.fire(EPOLLOUT.rawValue)
      heard += Self.drain(far)
    }
    #expect(heard == first + [3, 4])
  }

  @Test func aBrokenStreamLooksAsIfItsPeerHadLeft() throws {
    let (sender, readiness, far) = try Self.pair()
    close(far)
    #expect(!readiness.isPeerGone)
    sender.noteQueued(1)
    sender.send([1], 0..<1)
    #expect(sender.failure != nil && readiness.isPeerGone && !sender.isBusy)
    sender.send([1], 0..<1)
    #expect(!sender.isBusy)
  }

  @Test func oneStreamQueuesNoMoreThanItsShare() throws {
    let (sender, _, _) = try Self.pair()
    sender.noteQueued(65_535)
    #expect(sender.canQueue)
    sender.noteQueued(1)
    #expect(!sender.canQueue)
    sender.send([], 0..<0)
    #expect(sender.canQueue)
  }

  @Test func nothingIsWrittenOnceItIsClosed() throws {
    let (sender, readiness, far) = try Self.pair()
    let bytes = [UInt8](repeating: 1, count: 1_000_000)
    sender.send(bytes, 0..<bytes.count)
    try #require(readiness.stuck != nil)
    sender.close()
    #expect(readiness.stuck == nil && !sender.isBusy)
    _ = Self.drain(far)
    sender.send([1], 0..<1)
    sender.push()
    #expect(Self.drain(far) == [])
    #expect(throws: StreamError.closed) { try sender.tryWrite([1], 0..<1) }
    #expect(throws: StreamError.closed) { try sender.tryWriteBoth([1], [2]) }
  }

  @Test func twoRunsGoOutAsOne() throws {
    let (sender, readiness, far) = try Self.pair()
    #expect(try sender.tryWriteBoth([1, 2], [3]) == 3)
    #expect(Self.drain(far) == [1, 2, 3])
    #expect(try sender.tryWriteBoth([1, 2], []) == 0)
    readiness.noteFull()
    #expect(try sender.tryWriteBoth([1, 2], [3]) == 0)
    #expect(Self.drain(far) == [])
  }
}
