import JSON
import Providers
import Testing

@testable import Gateway

@Suite("Provider records")
struct ProviderDefinitionTests {
  @Test func readsEveryField() throws {
    let definition = try ProviderDefinition(
      [
        "name": "local", "dialect": "anthropic", "base_url": "http://127.0.0.1:9000/x",
        "auth": "none", "api_version": "2024-10-21", "style": "plain", "allow_private": true,
        "stream_usage": "never", "headers": ["X-Team": "a"],
      ], id: "p")
    #expect(definition.name == "local")
    #expect(definition.profile.dialect == .anthropic)
    #expect(definition.profile.auth == .none)
    #expect(definition.profile.streamUsage == .never)
    #expect(definition.profile.headers.map(\.name) == ["x-team"])
    #expect(definition.profile.allowsPrivate)
  }
}
