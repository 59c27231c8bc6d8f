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

  @Test func removes() {
    let test = TestConsole()
    test.run("key remove p main")
    #expect(test.operation == .keyRemove)
    #expect(test.arguments == ["provider": "p", "label": "main"])
  }
}
