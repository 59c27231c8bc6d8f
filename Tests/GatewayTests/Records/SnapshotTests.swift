import Providers
import Testing

@testable import Gateway

@Suite("Snapshots")
struct SnapshotTests {
  @Test func findWhatTheyHold() throws {
    let world = try World(SnapshotBuilderTests.document)
    let snapshot = world.snapshot
    #expect(snapshot.allProviders.map(\.name) == ["a", "b", "c"])
    #expect(snapshot.providers(of: .openai).map(\.name) == ["a", "b"])
    #expect(snapshot.providers(of: .gemini).isEmpty)
    let caller = try world.caller("t2")
    #expect(caller.user.name == "bob" && caller.token.label == "l")
    #expect(snapshot.token(id: caller.token.id) === caller.token)
    #expect(snapshot.user(id: caller.user.id) === caller.user)
    let key = try #require(snapshot.provider(named: "a")?.keys.first)
    #expect(snapshot.key(id: key.id) === key)
    #expect(snapshot.records(.user).count == 2)
    #expect(snapshot.record(.user, id: "nobody") == nil)
    #expect(snapshot.shownName(.token, id: caller.token.id) == "bob/l")
    #expect(snapshot.shownName(.token, id: "x") == "x")
  }

  @Test func knowWhatGoesTogether() throws {
    let snapshot = try World(SnapshotBuilderTests.document).snapshot
    let provider = try #require(snapshot.provider(named: "a"))
    #expect(
      snapshot.dependents(of: .provider, id: provider.id)
        == [RecordID(kind: .key, id: provider.keys[0].id)])
    let user = try #require(snapshot.user(named: "ada"))
    #expect(snapshot.dependents(of: .user, id: user.id).map(\.kind) == [.token])
    #expect(snapshot.dependents(of: .model, id: "m").isEmpty)
  }

  @Test func theEmptyOneKnowsNobody() {
    #expect(Snapshot.empty.caller(digest: World.digest([1])) == nil)
    #expect(Snapshot.empty.allProviders.isEmpty && Snapshot.empty.generation == 0)
  }
}
