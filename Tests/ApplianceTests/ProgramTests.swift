import Testing

@testable import Appliance

@Suite("The program")
struct ProgramTests {
  @Test func endsWithHonestExitCodes() {
    let refusal = OperationError(code: "not_found", message: "There is no user 'x'.")
    let busy = OperationError(code: "in_use", message: "Another appliance uses ./data.")
    let test = TestConsole(answers: [.userRemove: .failure(refusal), .userList: .failure(busy)])
    #expect(test.run("version") == .success)
    #expect(test.run("user remove x") == .failed)
    #expect(test.run("user remove") == .usage)
    #expect(test.run("user list") == .unavailable)
    #expect(test.run("help nonsense") == .usage)
    #expect(test.errors.contains("appliance: There is no user 'x'.\n"))
  }

  @Test func printsHelpOnStandardOutput() {
    let test = TestConsole()
    #expect(test.run("key add --help") == .success)
    #expect(test.output.hasPrefix("Add an upstream key"))
    #expect(test.errors.isEmpty)
  }
}
