import Testing

@testable import JSON

@Suite("JSON paths")
struct JSONPathsTests {
  @Test func sharedBeginningsShareNodes() {
    let paths = JSONPaths([
      .capture("a", "b"), .count("a", "*"), .length("a", "*", "c"), .last("a"), .size(),
    ])
    #expect(paths.count == 5)
    #expect(paths.nodes.count == 5)
    #expect(paths.componentsMax == 3)
    #expect(paths.nameBytesMax == 1)
    let root = paths.nodes[0]
    #expect(root.terminals.map { paths.terminals[$0] } == [4])
    #expect(root.reach.map { paths.subtree[$0] } == [0, 1, 2, 3, 4])
    let name = bytes("xa")
    let a = paths.child(of: 0, named: name.span, 1..<2)
    #expect(a != JSONPaths.none)
    #expect(paths.nodes[a].terminals.map { paths.terminals[$0] } == [3])
    #expect(paths.nodes[a].reach.map { paths.subtree[$0] } == [0, 1, 2, 3])
    #expect(paths.nodes[a].element != JSONPaths.none)
    #expect(paths.nodes[a].isInner)
    #expect(paths.child(of: 0, named: name.span, 0..<1) == JSONPaths.none)
    #expect(paths.child(of: 0, named: name.span, 0..<2) == JSONPaths.none)
    #expect(paths.child(of: a, named: name.span, 1..<2) == JSONPaths.none)
  }

  @Test func noPathsAtAll() {
    let paths = JSONPaths([])
    #expect(paths.nodes.count == 1)
    #expect(!paths.nodes[0].isInner)
  }
}
