import Providers
import Testing

@testable import Gateway

@Suite("Providers")
struct ProviderTests {
  @Test func oneWithoutKeysWhereNoneIsTaken() throws {
    var world = try World(
      "{'providers': [{'name': 'local', 'dialect': 'openai', 'base_url': 'http://127.0.0.1:1', 'auth': 'none'}]}"
    )
    let provider = try world.provider("local")
    #expect(provider.keys.isEmpty)
    #expect(provider.roster.keys.map(\.label) == ["none"])
    #expect(provider.roster.fit("m", Tiers(upTo: 0)) == .open)
    #expect(provider.key(id: provider.roster.keys[0].id) != nil)
    try world.load("{'keys': [{'provider': 'local', 'label': 'own', 'models': ['x']}]}")
    #expect(try world.provider("local").roster.keys.map(\.label) == ["own"])
  }

  @Test func aProviderThatTakesAKeyNeedsIt() throws {
    var world = try World(
      "{'providers': [{'name': 'local', 'dialect': 'openai', 'base_url': 'http://127.0.0.1:1', 'auth': 'none'}], 'keys': [{'provider': 'local', 'label': 'own'}]}"
    )
    let error = #expect(throws: ImportError.self) {
      try world.load("{'providers': [{'name': 'local', 'auth': 'bearer'}]}")
    }
    #expect(error?.message.contains("secret is missing") == true)
  }

  @Test func healthGoesAlongWithTheService() throws {
    var world = try World(
      "{'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'}], 'keys': [{'provider': 'a', 'label': '1', 'secret': 'k'}]}"
    )
    let first = try world.provider("a")
    try world.load("{'providers': [{'name': 'a', 'headers': {'x-team': 'b'}}]}")
    let second = try world.provider("a")
    #expect(second !== first && second.state === first.state)
    #expect(second.keys[0] === first.keys[0])
    try world.load("{'providers': [{'name': 'a', 'base_url': 'https://b.example'}]}")
    #expect(try world.provider("a").state !== first.state)
  }

  @Test func keysAskForValidation() throws {
    let world = try World(
      "{'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'}], 'keys': [{'provider': 'a', 'label': '1', 'secret': 'k'}]}"
    )
    let provider = try world.provider("a")
    #expect(
      provider.keysNeedingProbe(
        KeyCheckPolicy(interval: nil, countMax: 9), now: .at(0), random: 0
      ).isEmpty)
    guard
      case .use(let grant) = provider.state.choose(
        KeyRequest(level: 1, model: "m"), roster: provider.roster, now: .at(0))
    else { return #expect(Bool(false)) }
    provider.state.report(grant, .answered(.keySuspect), now: .at(0), random: 0)
    #expect(
      provider.keysNeedingProbe(
        KeyCheckPolicy(interval: nil, countMax: 9), now: .at(0), random: 0
      ).map(\.label) == ["1"])
    #expect(
      provider.keysNeedingProbe(
        KeyCheckPolicy(interval: nil, countMax: 9), now: .at(1), random: 0
      ).isEmpty)
    provider.probeResult(grant.key, KeyFindings(.invalid), now: .at(1))
    #expect(provider.state.status(now: .at(1)).map(\.state) == [.invalid])
    provider.probeResult(grant.key, KeyFindings(.valid), now: .at(2))
    #expect(provider.state.status(now: .at(2)).map(\.state) == [.ready])
  }
}
