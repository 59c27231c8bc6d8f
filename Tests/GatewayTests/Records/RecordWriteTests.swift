import Cluster
import JSON
import Testing

@testable import Gateway

@Suite("Writes")
struct RecordWriteTests {
  struct SealFailure: Error, Equatable {}

  @Test func aRecordComesOutSealedOrNotAtAll() throws {
    let version = Version(wallMilliseconds: 5, logical: 0, node: 1)
    let write = RecordWrite(
      kind: .key, id: "k", name: "a/1", change: .created, value: ["label": "1"],
      secrets: [SecretWrite(field: "secret", clear: ClearSecret([65]))])
    let record = write.record(version: version) { _ in "sealed-text" }
    #expect(record.value == ["label": "1", "secret": ["sealed": "sealed-text"]])
    #expect(throws: SealFailure()) {
      try write.record(version: version) { _ throws(SealFailure) in throw SealFailure() }
    }
    let removal = RecordWrite(kind: .key, id: "k", name: "a/1", change: .removed, value: nil)
    #expect(removal.record(version: version) { _ in "" }.value == nil)
  }

  @Test func removingTakesWhatCannotStay() throws {
    var world = try World(ImportPlannerTests.full)
    let user = try #require(world.snapshot.user(named: "ada"))
    let plan = try ImportPlan.removing(.user, id: user.id, from: world.snapshot)
    #expect(plan.writes.map(\.name) == ["ada/l", "ada"] && plan.count(.removed) == 2)
    try world.apply(plan)
    #expect(world.snapshot.user(named: "ada") == nil)
    let provider = try world.provider("a")
    #expect(throws: RecordError.self) {
      try ImportPlan.removing(.provider, id: provider.id, from: world.snapshot)
    }
  }

  @Test func aTableOfPricesIsPlannedByWhatItChanges() throws {
    var world = World()
    try world.load(
      "{'prices': {'a': {'input_cost_per_token': 1e-06}, 'b': {'input_cost_per_token': 1e-06}}}")
    let plan = ImportPlan.prices(
      [
        .init("a", ["input_cost_per_token": .number("1e-06")]),
        .init("b", ["input_cost_per_token": .number("2e-06")]),
        .init("c", ["input_cost_per_token": .number("3e-06")]),
      ], on: world.snapshot)
    #expect(plan.writes.map(\.name) == ["b", "c"])
    #expect(plan.writes.map(\.change) == [.changed, .created])
    #expect(plan.unchangedCount == 1)
    try world.apply(plan)
    #expect(world.snapshot.prices.count == 3)
    #expect(world.snapshot.prices.entry(key: "b")?.rates.first?.price.description == "0.000002")
  }
}
