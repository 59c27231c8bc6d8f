import Foundation
import Testing

@testable import Locks

@Suite("Guarded values")
struct GuardedTests {
  private final class Counter: Sendable {
    let value = Guarded<[Int]>([])
  }

  /// What cannot be copied is lent like anything else.
  private struct Handle: ~Copyable {
    var uses = 0
  }

  private struct Full: Error {}

  /// No change is lost, and the thread sanitizer has nothing to say.
  @Test func oneThreadAtATime() {
    let counter = Counter()
    let threads = 4
    let group = DispatchGroup()
    for number in 0..<threads {
      group.enter()
      Thread {
        for _ in 0..<2_000 { counter.value.withLock { $0.append(number) } }
        group.leave()
      }.start()
    }
    #expect(group.wait(timeout: .now() + 60) == .success)
    let numbers = counter.value.withLock { $0 }
    for number in 0..<threads {
      #expect(numbers.count { $0 == number } == 2_000)
    }
  }

  @Test func errorsPassThroughAndUnlock() {
    let counter = Counter()
    #expect(throws: Full.self) {
      try counter.value.withLock { (numbers: inout [Int]) throws(Full) -> Int in
        numbers.append(1)
        throw Full()
      }
    }
    #expect(counter.value.withLock { $0 } == [1])
  }

  @Test func lendsWhatCannotBeCopied() {
    let handle = Guarded(Handle())
    handle.withLock { $0.uses += 1 }
    #expect(handle.withLock { $0.uses } == 1)
  }
}
