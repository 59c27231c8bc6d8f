import Foundation
import Locks
import Testing

@testable import Fetch

@Suite("Fetches on threads of their own")
struct FetchPoolTests {
  typealias Outcome = Result<FetchResponse, FetchError>

  /// Waits until `count` outcomes are there.
  func wait(for count: Int, _ outcomes: borrowing Guarded<[Outcome]>) {
    let deadline = ContinuousClock.now + .seconds(20)
    while outcomes.withLock({ $0.count }) < count && ContinuousClock.now < deadline {
      usleep(2_000)
    }
    #expect(outcomes.withLock { $0.count } == count)
  }

  final class Box: Sendable { let outcomes = Guarded<[Outcome]>([]) }

  @Test func answersEachOnce() throws {
    let server = try StubServer(answer: ok())
    let pool = try FetchPool()
    let box = Box()
    for number in 0..<100 {
      let isTaken = pool.submit(FetchRequest("\(server.url)/\(number)", way: .anywhere)) {
        outcome in
        box.outcomes.withLock { $0.append(outcome) }
      }
      #expect(isTaken)
    }
    #expect(
      pool.submit(FetchRequest("nonsense", way: .anywhere)) { outcome in
        box.outcomes.withLock { $0.append(outcome) }
      })
    wait(for: 101, box.outcomes)
    let served = box.outcomes.withLock { $0.filter { (try? $0.get().status) == 200 }.count }
    #expect(served == 100)
    #expect(server.requests.withLock { Set($0).count } == 100)
  }

  @Test func isBoundedAndCancelsWhenClosed() throws {
    let server = try StubServer { _, _ in usleep(10_000_000) }
    let pool = try FetchPool(threads: 1, waitingMax: 2)
    let box = Box()
    func submit() -> Bool {
      pool.submit(FetchRequest(server.url, way: .anywhere)) { outcome in
        box.outcomes.withLock { $0.append(outcome) }
      }
    }
    #expect(submit())
    let deadline = ContinuousClock.now + .seconds(10)
    while server.requests.withLock({ $0.isEmpty }) && ContinuousClock.now < deadline {
      usleep(2_000)
    }
    // One runs, two wait, and there is no room for a fourth.
    #expect(submit() && submit())
    #expect(!submit())
    let start = ContinuousClock.now
    pool.close()
    #expect(ContinuousClock.now - start < .seconds(5))
    let errors = box.outcomes.withLock { outcomes in
      outcomes.compactMap { outcome in
        if case .failure(let error) = outcome { error } else { nil }
      }
    }
    #expect(errors == [.cancelled, .cancelled, .cancelled])
    #expect(!submit())
    pool.close()
  }
}
