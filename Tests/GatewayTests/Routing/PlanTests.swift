import Testing

@testable import Gateway

@Suite("Plans")
struct PlanTests {
  @Test func carryTheCallersLevelAndAffinity() throws {
    let world = try World(
      """
      {'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'}],
       'keys': [{'provider': 'a', 'label': '1', 'secret': 'k'}],
       'users': [{'name': 'ada', 'level': 5, 'affinity': 'user'}, {'name': 'bob'}],
       'tokens': [{'user': 'ada', 'label': 'l', 'secret': 't', 'level': 3},
        {'user': 'bob', 'label': 'l', 'secret': 'u'}]}
      """)
    let ada = try world.plan(model: "m")
    #expect(ada.candidates.map(\.tiers) == [Tiers(upTo: 3)])
    #expect(ada.affinity == world.snapshot.user(named: "ada")?.stableHash)
    let bob = try world.plan(model: "m", token: "u")
    #expect(bob.candidates.map(\.tiers) == [Tiers(upTo: 1)])
    #expect(bob.affinity == nil && bob.pinned == nil)
  }
}
