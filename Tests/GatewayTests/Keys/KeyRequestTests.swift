import Testing

@testable import Gateway

@Suite("Obstacles")
struct KeyRequestTests {
  @Test func together() {
    var obstacle = Obstacle()
    obstacle.merge(Obstacle(againAt: .at(5), usableAt: .at(6), isCooling: true))
    obstacle.merge(Obstacle(againAt: nil, usableAt: nil, isUnfit: true))
    obstacle.merge(Obstacle(againAt: .at(4), usableAt: .at(9), isCircuitOpen: true))
    #expect(
      obstacle
        == Obstacle(
          againAt: .at(4), usableAt: .at(6), isCooling: true, isCircuitOpen: true, isUnfit: true))
  }
}
