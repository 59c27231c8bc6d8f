import CLinux
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
}
