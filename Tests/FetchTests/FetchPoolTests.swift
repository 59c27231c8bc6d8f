import Foundation
import Locks
import Testing

@testable import Fetch

@Suite("Fetches on threads of their own")
struct FetchPoolTests {
  typealias Outcome = Result<FetchResponse, FetchError>

  final class Box: Sendable {
    let outcomes = Guarded<[Outcome]>([])
    private let arrivals = DispatchSemaphore(value: 0)

    func add(_ outcome: Outcome) {
      outcomes.withLock { $0.append(outcome) }
      arrivals.signal()
    }

    /// Waits until `count` outcomes are there.
    func wait(for count: Int) {
      for _ in 0..<count { #expect(arrivals.wait(timeout: .now() + 20) == .success) }
      #expect(outcomes.withLock { $0.count } == count)
    }
  }

  @Test func answersEachOnce() throws {
    let server = try StubServer(answer: ok())
    let pool = try FetchPool()
    let box = Box()
    for number in 0..<100 {
      let isTaken = pool.submit(FetchRequest("\(server.url)/\(number)", way: .anywhere)) {
        box.add($0)
      }
      #expect(isTaken)
    }
    #expect(
      pool.submit(FetchRequest("nonsense", way: .anywhere)) { box.add($0) })
    box.wait(for: 101)
    let served = box.outcomes.withLock { $0.filter { (try? $0.get().status) == 200 }.count }
    #expect(served == 100)
    #expect(server.requests.withLock { Set($0).count } == 100)
  }

  @Test func isBoundedAndCancelsWhenClosed() throws {
    let begun = DispatchSemaphore(value: 0)
    let server = try StubServer { _, connection in
      begun.signal()
      StubServer.hold(connection)
    }
    let pool = try FetchPool(threads: 1, waitingMax: 2)
    let box = Box()
    func submit() -> Bool {
      pool.submit(FetchRequest(server.url, way: .anywhere)) { box.add($0) }
    }
    #expect(submit())
    try #require(begun.wait(timeout: .now() + 10) == .success)
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
