import CLinux
import Glibc
import Testing

@testable import Network

@Suite("Readiness")
struct ReadinessTests {
  @Test func anEdgeThatNobodyWaitedForIsKept() async throws {
    let wake = try await onLoop { loop -> Wake in
      let readiness = Readiness()
      readiness.noteDrained()
      readiness.fire(EPOLLIN.rawValue)
      return await readiness.wait(for: .readable, or: nil, until: loop.now, on: loop)
    }
    #expect(wake == .ready)
  }

  @Test func theEndStaysReadable() {
    let readiness = Readiness()
    readiness.fire(EPOLLIN.rawValue | EPOLLRDHUP.rawValue)
    readiness.noteDrained()
    #expect(readiness.isReadable)
    #expect(readiness.isPeerGone)
  }

  @Test func aCompanionThatIsGoneEndsTheWaitAtOnce() async throws {
    let wake = try await onLoop { loop -> Wake in
      let (near, far) = (Readiness(), Readiness())
      near.noteDrained()
      far.fire(EPOLLHUP.rawValue)
      return await near.wait(for: .readable, or: far, until: .distantFuture, on: loop)
    }
    #expect(wake == .peerGone)
  }

  /// A writer that waits for a slow peer is let go, and none waits from then on.
  @Test func aCutEndsEveryWait() async throws {
    let errors = try await onLoop { loop -> [StreamError?] in
      var ends: [Int32] = [0, 0]
      let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue)
      try #require(socketpair(AF_UNIX, kind, 0, &ends) == 0)
      let near = try StreamSocket(adopting: ends[0], on: loop)
      let far = try StreamSocket(adopting: ends[1], on: loop)
      defer { far.close() }
      let ticket = near.ticket
      loop.execute { loop.cut(ticket) }
      var errors: [StreamError?] = []
      for _ in 0..<2 {
        do throws(StreamError) {
          // More than the kernel takes while nobody reads.
          try await near.write([UInt8](repeating: 7, count: 8_000_000), until: .distantFuture)
          errors.append(nil)
        } catch {
          errors.append(error)
        }
      }
      return errors
    }
    #expect(errors == [.peerGone, .peerGone])
  }
}
