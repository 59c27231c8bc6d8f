import Testing

@testable import Network

@Suite("Name resolution")
struct ResolverTests {
  @Test(arguments: ["127.0.0.1", "::1", "[::1]"])
  func aLiteralNeedsNoLookUp(_ host: String) async throws {
    let found = try await onLoop { loop in
      try await Resolver().resolve(host, port: 9, on: loop, until: loop.now)
    }
    #expect(found.count == 1)
    #expect(found.first?.port == 9)
  }

  @Test func manyAskOnceAndAllAreTold() async throws {
    let counts = try await onLoop { loop -> [Int] in
      let resolver = Resolver()
      return try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<20 {
          group.addTask(executorPreference: loop) {
            try await resolver.resolve(
              "localhost", port: 80, on: loop, until: loop.now + .seconds(10)
            ).count
          }
        }
        var counts: [Int] = []
        for try await count in group { counts.append(count) }
        return counts
      }
    }
    #expect(counts.count == 20)
    #expect(counts.allSatisfy { $0 > 0 })
  }

  @Test func anUnknownNameIsAClearError() async throws {
    await #expect(throws: ConnectError.self) {
      try await onLoop { loop in
        _ = try await Resolver().resolve(
          "no-such-host.invalid", port: 80, on: loop, until: loop.now + .seconds(20))
      }
    }
  }
}
