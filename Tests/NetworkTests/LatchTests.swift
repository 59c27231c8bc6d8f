import Testing

@testable import Network

@Suite("Latch and threads")
struct LatchTests {
  @Test func waitsForAll() throws {
    let latch = Latch(8)
    for _ in 0..<8 { try Thread.start(name: "part") { latch.countDown() } }
    latch.wait()
  }

  @Test func theFirstFailureStays() {
    let failure = FirstFailure()
    failure.note(SystemError("bind", code: 98))
    failure.note(SystemError("listen", code: 1))
    #expect(failure.failure == SystemError("bind", code: 98))
  }
}
