import Locks
import Foundation
import Providers
import Synchronization
import Testing

@testable import Gateway

@Suite("State shared by threads")
struct ProviderStateTests {
  private final class Tally: Sendable {
    let value = Guarded<[String: Int]>([:])
  }

  /// Real threads on one state: every grant is reported, turns stay fair, nothing is lost.
  @Test func threadsShareOneState() throws {
    let keys = try (0..<8).map { try RosterTests.key("k\($0)") }
    let roster = Roster(keys: keys, revision: 1)
    let state = ProviderState()
    let counts = Tally()
    let perThread = 5_000
    let threads = (0..<4).map { seed in
      Thread {
        var random = Seeded(state: UInt64(seed))
        var own: [String: Int] = [:]
        for turn in 0..<perThread {
          let request = KeyRequest(level: 1, model: turn % 3 == 0 ? "m" : "n")
          let now = Moment(nanoseconds: Int64(turn) * 1_000)
          guard case .use(let grant) = state.choose(request, roster: roster, now: now) else {
            continue
          }
          own[grant.key.id, default: 0] += 1
          state.report(grant, .served, now: now, random: random.next())
        }
        counts.value.withLock { $0.merge(own) { $0 + $1 } }
      }
    }
    let done = Self.run(threads)
    #expect(done)
    let result = counts.value.withLock { $0 }
    #expect(result.values.reduce(0, +) == 4 * perThread)
    #expect(result.values.allSatisfy { abs($0 - perThread / 2) <= 2 }, "\(result)")
    let status = state.status(now: .at(0))
    #expect(status.map(\.successes).reduce(0, +) == UInt64(4 * perThread))
  }

  /// However many threads ask, an open circuit lets one probe out.
  @Test func oneProbeAtATime() throws {
    let roster = Roster(keys: try (0..<3).map { try RosterTests.key("k\($0)") }, revision: 1)
    let state = ProviderState()
    let request = KeyRequest(level: 1, model: "m")
    for _ in 0..<10 {
      guard case .use(let grant) = state.choose(request, roster: roster, now: .at(0)) else {
        continue
      }
      state.report(grant, .connectFailed, now: .at(0), random: 0)
    }
    let granted = Atomic(0)
    let done = withUnsafeThreads(4) {
      for _ in 0..<2_000 {
        if case .use = state.choose(request, roster: roster, now: .at(5)) {
          granted.add(1, ordering: .relaxed)
        }
      }
    }
    #expect(done)
    #expect(granted.load(ordering: .relaxed) == 1)
  }

  /// Runs threads to their end, bounded by a minute.
  static func run(_ threads: [Thread]) -> Bool {
    for thread in threads { thread.start() }
    let end = Date().addingTimeInterval(60)
    while threads.contains(where: { !$0.isFinished }), Date() < end { usleep(1_000) }
    return threads.allSatisfy(\.isFinished)
  }

  private func withUnsafeThreads(_ count: Int, _ body: @escaping @Sendable () -> Void) -> Bool {
    Self.run((0..<count).map { _ in Thread(block: body) })
  }
}
