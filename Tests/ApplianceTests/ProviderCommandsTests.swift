import JSON
import Testing

@testable import Appliance

@Suite("appliance provider")
struct ProviderCommandsTests {
  @Test func addsWithEveryField() {
    let test = TestConsole()
    let code = test.run(
      "provider add az --dialect openai --base-url https://x --auth api-key --api-version v1 "
        + "--style azure --no-allow-private --stream-usage never --header X-A=1 --header X-B=2")
    #expect(code == .success)
    #expect(test.operation == .providerAdd)
    #expect(
      test.arguments == [
        "name": "az", "dialect": "openai", "base_url": "https://x", "auth": "api-key",
        "api_version": "v1", "style": "azure", "allow_private": false, "stream_usage": "never",
        "headers": ["X-A": "1", "X-B": "2"],
      ])
  }

  @Test func setsOnlyWhatIsGiven() {
    let test = TestConsole()
    test.run("provider set p --stream-usage ask")
    #expect(test.operation == .providerSet)
    #expect(test.arguments == ["name": "p", "stream_usage": "ask"])
  }

  @Test func refusesAnUnknownDialect() {
    let test = TestConsole()
    #expect(test.run("provider add p --dialect klingon --base-url u") == .usage)
    #expect(test.run("provider add p --dialect openai") == .usage)
    #expect(test.operation == nil)
  }

  @Test func showsEveryField() {
    let test = TestConsole(
      answers: [.providerShow: .success(["provider": ["name": "p", "keys": 1]])])
    test.run("provider show p")
    #expect(test.output == "name: p\nkeys: 1\n")
  }

  @Test func removesByForce() {
    let test = TestConsole()
    test.run("provider remove p --force")
    #expect(test.arguments == ["name": "p", "force": true])
  }
}
