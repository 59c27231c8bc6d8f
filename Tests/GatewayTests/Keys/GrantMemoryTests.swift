import Providers
import Testing

@testable import Gateway

@Suite("Memory of grants")
struct GrantMemoryTests {
  /// Around the end of a pool, in pools of any size beside others, and while keys come and go.
  @Test(arguments: [1, 2, 15, 16, 17, 40])
  func turnsStayInOrder(count: Int) throws {
    var health = ProviderHealth(policy: HealthPolicy())
    let pools = try (1...3).flatMap { level in
      try (10..<10 + count).map { try RosterTests.key("k\(level)-\($0)", level: level) }
    }
    var used: [String] = []
    for (revision, keys) in [pools, Array(pools.dropLast(2)), pools].enumerated() {
      let roster = Roster(keys: keys, revision: UInt64(revision + 1))
      let inPool = keys.filter { $0.level == 3 }.count
      for _ in 0..<inPool * 2 {
        let answer = health.choose(
          KeyRequest(level: 3, model: "m"), roster: roster, now: .at(1))
        guard case .use(let grant) = answer else { continue }
        grant.memory.ask()
        if revision == 0 { used.append(grant.key.id) }
        health.report(grant, .served, now: .at(1), random: 0)
      }
    }
    let once = (10..<10 + count).map { "k3-\($0)" }
    #expect(used == once + once)
  }
}
