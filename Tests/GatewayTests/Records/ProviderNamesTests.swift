import Providers
import Testing

@testable import Gateway

@Suite("Names of providers")
struct ProviderNamesTests {
  private static func provider(_ name: String) throws -> Provider {
    let profile = try ProviderProfile(
      name: name, dialect: "openai", baseURL: "https://\(name).example/v1")
    return Provider(id: name, profile: profile, keys: [], revision: 0, state: ProviderState())
  }

  @Test(arguments: [0, 1, 2, 3, 100])
  func everyNameIsFoundAndNoOther(count: Int) throws {
    let names = (0..<count).map { "provider-\($0)" }
    let all = ProviderNames(try names.map(Self.provider))
    for name in names { #expect(all.find(name.utf8.span)?.name == name) }
    for name in ["", "provider-", "provider-100", "Provider-0", "provider-00"] {
      #expect(all.find(name.utf8.span) == nil, "\(name)")
    }
  }

  @Test func aModelIsPartedAtItsFirstSlash() throws {
    let world = try World(
      "{'providers': [{'name': 'one', 'dialect': 'openai', 'base_url': 'https://one.example/v1'}]}")
    for model in ["", "/", "/m", "m", "one", "one/", "on/m", "ones/m", "nobody/m"] {
      #expect(world.snapshot.providerNamed(in: model) == nil, "\(model)")
    }
    for rest in ["m", "a/b", "/", "gpt-4o-mini-2024-07-18", "mödel"] {
      let found = try #require(world.snapshot.providerNamed(in: "one/" + rest))
      #expect(found.0.name == "one" && found.rest == rest)
    }
  }
}
