import JSON
import Testing

@testable import Appliance

@Suite("appliance setting")
struct SettingCommandsTests {
  @Test(arguments: [
    ("5", JSONValue.number("5")), ("true", .bool(true)), ("allow", .string("allow")),
  ])
  func sets(text: String, value: JSONValue) {
    let test = TestConsole()
    #expect(test.run("setting set x \(text)") == .success)
    #expect(test.arguments == ["name": "x", "value": value])
  }

  @Test func returnsToTheDefault() {
    let test = TestConsole(
      answers: [.settingSet: .success(["setting": ["name": "x", "value": 10]])])
    test.run("setting set x --default")
    #expect(test.arguments == ["name": "x", "value": nil])
    #expect(test.output == "x is now 10.\n")
    #expect(test.run("setting set x") == .usage)
    #expect(test.run("setting set x 1 --default") == .usage)
  }
}
