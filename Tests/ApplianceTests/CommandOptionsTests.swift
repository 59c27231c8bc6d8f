import JSON
import Testing

@testable import Appliance

@Suite("Options as fields of a record")
struct CommandOptionsTests {
  private func call(_ options: [String: [String]]) -> Invocation {
    Invocation(
      command: Program.commands[0], operands: ["one"], options: options,
      console: TestConsole().console, parts: .live)
  }

  @Test func leaveOutWhatIsNotGiven() throws {
    let none = call([:])
    #expect(none.field("--a") == nil)
    #expect(none.listField("--a") == nil)
    #expect(try none.switchField("a") == nil)
    #expect(try none.pairsField("--a") == nil)
    #expect(none.operandField(1) == nil)
    #expect(none.operandField(0) == "one")
  }

  @Test func returnAFieldToItsDefaultWhenEmpty() throws {
    #expect(call(["--a": [""]]).field("--a") == .null)
    #expect(call(["--a": [""]]).listField("--a") == [])
    #expect(try call(["--a": ["X="]]).pairsField("--a") == ["X": nil])
  }

  @Test func areChecked() throws {
    #expect(try call(["--a": ["x"]]).field("--a", oneOf: ["x", "y"]) == "x")
    #expect(throws: CommandError.usage("--a takes one of x, y, not 'z'.")) {
      try call(["--a": ["z"]]).field("--a", oneOf: ["x", "y"])
    }
    #expect(try call(["--no-a": [""]]).switchField("a") == false)
    #expect(throws: CommandError.self) {
      try call(["--a": [""], "--no-a": [""]]).switchField("a")
    }
    #expect(
      throws: CommandError.usage("--a takes NAME=VALUE, or NAME= to take the name out, not '=x'.")
    ) {
      try call(["--a": ["=x"]]).pairsField("--a")
    }
  }
}
