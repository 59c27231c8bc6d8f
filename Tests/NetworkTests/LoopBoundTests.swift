import Testing

@testable import Network

@Suite("State of one loop")
struct LoopBoundTests {
  @Test func isChangedOnItsLoop() async throws {
    let sum = try await onLoop { loop -> Int in
      let bound = LoopBound(0, on: loop)
      for number in 1...10 {
        bound.withValue { $0 += number }
        await loop.yield()
      }
      return bound.withValue { $0 }
    }
    #expect(sum == 55)
  }

  @Test func handsErrorsOn() async throws {
    await #expect(throws: StreamError.closed) {
      try await onLoop { loop in
        let bound = LoopBound(0, on: loop)
        try bound.withValue { _ throws(StreamError) in throw .closed }
      }
    }
  }
}
