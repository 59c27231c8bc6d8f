import JSON
import Testing

@testable import Appliance

@Suite("appliance key")
struct KeyCommandsTests {
  @Test func addsWithEveryField() {
    let test = TestConsole(input: "sk-1\n")
    let code = test.run(
      "key add p main --secret-stdin --level 100 --weight 3 --models a,b --status pending")
    #expect(code == .success)
    #expect(test.operation == .keyAdd)
    #expect(
      test.arguments == [
        "provider": "p", "label": "main", "level": 100, "weight": 3, "models": ["a", "b"],
        "status": "pending", "secret": "sk-1",
      ])
    #expect(!test.output.contains("sk-1"))
  }

  @Test func setsWithoutASecret() {
    let test = TestConsole()
    #expect(test.run("key set p main --status disabled") == .success)
    #expect(test.arguments == ["provider": "p", "label": "main", "status": "disabled"])
  }

  @Test func returnsFieldsToTheirDefaults() {
    let test = TestConsole()
    #expect(test.run("key set p main --clear models,weight") == .success)
    #expect(
      test.arguments == ["provider": "p", "label": "main", "models": nil, "weight": nil])
    #expect(test.run("key set p main --clear secret") == .usage)
  }

  @Test func listsOneProvidersKeys() {
    let test = TestConsole()
    test.run("key list --provider p")
    #expect(test.arguments == ["provider": "p"])
  }

  /// Every model that rests is told, not the first alone.
  @Test func showsAllModelsThatRest() {
    let rests: JSONValue = [
      ["model": "m1", "until": "2026-01-02T03:04:05.678Z", "reason": "rate limited"],
      ["model": "m2", "until": "2026-01-02T03:05:05.678Z", "reason": "cannot do it"],
    ]
    let resting: JSONValue = ["label": "main", "cooling": rests]
    let test = TestConsole(answers: [.keyShow: .success(["key": resting])])
    #expect(test.run("key show p main") == .success)
    #expect(
      test.output == """
        label: main
        cooling: m1 until 2026-01-02T03:04:05.678Z: rate limited; \
        m2 until 2026-01-02T03:05:05.678Z: cannot do it

        """)
    let ready: JSONValue = ["label": "main", "cooling": []]
    let other = TestConsole(answers: [.keyShow: .success(["key": ready])])
    other.run("key show p main")
    #expect(other.output == "label: main\ncooling: none\n")
  }

  @Test func removes() {
    let test = TestConsole()
    test.run("key remove p main")
    #expect(test.operation == .keyRemove)
    #expect(test.arguments == ["provider": "p", "label": "main"])
  }
}
