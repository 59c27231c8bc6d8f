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

  @Test func setsEveryRule() {
    let test = TestConsole()
    test.run(
      """
      user set ada --allow-levels 100,1 --failover any --map best=openai/gpt-4o --map old= \
      --disconnect drain --contribute-keys --models gpt-*,!gpt-5 --endpoints chat/* \
      --ips 10.0.0.0/8 --clear affinity,level
      """)
    #expect(
      test.arguments == [
        "name": "ada", "allow_levels": [100, 1], "failover": "any",
        "map": ["best": "openai/gpt-4o", "old": .null], "disconnect": "drain",
        "contribute_keys": true, "models": ["gpt-*", "!gpt-5"], "endpoints": ["chat/*"],
        "ips": ["10.0.0.0/8"], "affinity": .null, "level": .null,
      ])
  }

  @Test(arguments: [
    "--allow-levels x", "--failover up", "--disconnect never", "--clear name", "--map =x",
    "--contribute-keys --no-contribute-keys",
  ])
  func refuses(options: String) {
    #expect(TestConsole().run("user set ada \(options)") == .usage)
  }

  @Test func suspendsAndResumes() {
    let test = TestConsole()
    test.run("user suspend ada --now")
    #expect(test.operation == .userSet)
    #expect(test.arguments == ["name": "ada", "status": "suspended", "now": true])
    test.run("user resume ada")
    #expect(test.arguments == ["name": "ada", "status": "active"])
  }

  @Test func refusesAnUnknownStatus() {
    #expect(TestConsole().run("user set ada --status asleep") == .usage)
  }

  @Test func showsEveryRule() {
    let ada: JSONValue = ["name": "ada", "models": [], "ips": ["::1", "::2"]]
    let test = TestConsole(answers: [.userShow: .success(["user": ada])])
    test.run("user show ada")
    #expect(test.arguments == ["name": "ada"])
    #expect(test.output == "name: ada\nmodels: an empty list\nips: ::1, ::2\n")
  }

  @Test func removes() {
    let test = TestConsole()
    test.run("user remove ada")
    #expect(test.operation == .userRemove)
    #expect(test.output == "Removed user ada and its tokens.\n")
  }
}
