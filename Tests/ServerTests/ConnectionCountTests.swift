import Testing

@testable import Server

@Suite("The cap on client connections")
struct ConnectionCountTests {
  @Test func refusesBeyondItsCap() {
    let count = ConnectionCount(max: 2)
    #expect(count.enter())
    #expect(count.enter())
    #expect(!count.enter())
    #expect(count.value == 2)
    count.leave()
    #expect(count.enter())
  }
}
