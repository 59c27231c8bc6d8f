import Testing

@testable import Gateway

@Suite("Sets of lanes")
struct LaneSetTests {
  @Test func findWhatTheyMade() throws {
    let keys = [try RosterTests.key("a"), try RosterTests.key("b")]
    var lanes = LaneSet(countMax: 2)
    func make(_ model: String) -> Lane { Lane(level: 1, model: model, range: 0..<2, keys: keys) }
    let first = lanes.place(level: 1, model: "x", now: .at(1)) { make("x") }
    lanes[first].chose(0, inTurn: true)
    let second = lanes.place(level: 1, model: "y", now: .at(2)) { make("y") }
    #expect(first != second && lanes.place(level: 1, model: "x") == first)
    #expect(lanes[second].next(now: .at(2), stamp: 1)?.index == 1, "goes on with the turns")
    #expect(lanes.place(level: 2, model: "x") == nil)
    _ = lanes.place(level: 1, model: "x", now: .at(3)) { make("x") }
    // The third takes the place of the one unused for longest.
    let third = lanes.place(level: 1, model: "z", now: .at(4)) { make("z") }
    #expect(third == second && lanes.indices.count == 2)
    #expect(lanes.place(level: 1, model: "y") == nil && lanes.place(level: 1, model: "x") == first)
  }

  @Test func rebuildingKeepsWhatIsKept() throws {
    let keys = [try RosterTests.key("a")]
    var lanes = LaneSet(countMax: 9)
    for model in ["x", "y", "z"] {
      _ = lanes.place(level: 1, model: model, now: .at(1)) {
        Lane(level: 1, model: model, range: 0..<1, keys: keys)
      }
    }
    lanes.rebuild { $0.model == "y" ? nil : $0 }
    #expect(lanes.place(level: 1, model: "y") == nil)
    #expect(lanes.place(level: 1, model: "z").map { lanes[$0].model } == "z")
    #expect(lanes.cooling(key: 0, now: .at(2)).isEmpty)
  }
}
