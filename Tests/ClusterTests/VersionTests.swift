import Testing

@testable import Cluster

@Suite("Version")
struct VersionTests {
  @Test func ordersByWallThenLogicalThenNode() {
    let ordered = [
      Version(wallMilliseconds: 1, logical: 9, node: 9),
      Version(wallMilliseconds: 2, logical: 0, node: 9),
      Version(wallMilliseconds: 2, logical: 1, node: 0),
      Version(wallMilliseconds: 2, logical: 1, node: 1),
    ]
    #expect(ordered.shuffled().sorted() == ordered)
  }
}
