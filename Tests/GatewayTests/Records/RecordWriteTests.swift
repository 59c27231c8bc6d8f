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
}
