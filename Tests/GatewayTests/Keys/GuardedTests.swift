import Foundation
import Testing

@testable import Gateway

@Suite("Guarded values")
struct GuardedTests {
  private final class Counter: Sendable {
    let value = Guarded<[Int]>([])
  }

  private struct Full: Error {}

  /// No change is lost, and the thread sanitizer has nothing to say.
  @Test func oneThreadAtATime() {
    let counter = Counter()
    let threads = (0..<4).map { number in
      Thread {
        for _ in 0..<2_000 { counter.value.withLock { $0.append(number) } }
      }
    }
    let done = ProviderStateTests.run(threads)
    #expect(done)
    #expect(counter.value.withLock { $0.count } == 8_000)
  }

  @Test func errorsPassThrough() {
    let counter = Counter()
    #expect(throws: Full.self) {
      try counter.value.withLock { (_: inout [Int]) throws(Full) -> Int in throw Full() }
    }
    #expect(counter.value.withLock { $0.isEmpty })
  }
}
