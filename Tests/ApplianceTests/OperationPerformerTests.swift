import JSON
import Testing

@testable import Appliance

@Suite("Performing operations")
struct OperationPerformerTests {
  private struct Answer: OperationPerformer {
    let name: String

    func perform(
      _ operation: Operation, _ arguments: JSONValue
    ) throws(OperationError) -> JSONValue {
      ["providers": [["name": .string(name)]]]
    }
  }

  private func run(
    running: Answer?, line: [String] = ["provider", "list", "--json"]
  ) -> (ExitCode, String) {
    let test = TestConsole()
    let parts = ProgramParts(
      serve: { _, _ throws(CommandError) in },
      openLocally: { _ throws(OperationError) in Answer(name: "alone") },
      connect: { _ throws(OperationError) in running })
    let code = Program(console: test.console, parts: parts).run(line)
    return (code, test.output + test.errors)
  }

  @Test func asksTheRunningApplianceFirst() {
    #expect(run(running: Answer(name: "running")).1.contains("running"))
    #expect(run(running: nil).1.contains("alone"))
  }

  @Test func saysWhatIsWrongWithTheConfiguration() {
    let (code, text) = run(running: nil, line: ["provider", "list", "--config", "/nowhere"])
    #expect(code == .usage)
    #expect(text == "appliance: /nowhere: No such file or directory\n")
  }

  @Test func namesAnOptionForEverySetting() {
    #expect(Settings.requestBytesMax.optionName == "--request-bytes-max")
  }
}
