import JSON
import Testing

@testable import Appliance

@Suite("appliance user")
struct UserCommandsTests {
  @Test func addsAndSets() {
    let test = TestConsole()
    test.run("user add ada --level 100 --affinity user")
    #expect(test.operation == .userAdd)
    #expect(test.arguments == ["name": "ada", "level": 100, "affinity": "user"])
    test.run("user set ada --status suspended")
    #expect(test.operation == .userSet)
    #expect(test.arguments == ["name": "ada", "status": "suspended"])
  }

  @Test func refusesAnUnknownStatus() {
    #expect(TestConsole().run("user set ada --status asleep") == .usage)
  }

  @Test func removes() {
    let test = TestConsole()
    test.run("user remove ada")
    #expect(test.operation == .userRemove)
    #expect(test.output == "Removed user ada and its tokens.\n")
  }
}
