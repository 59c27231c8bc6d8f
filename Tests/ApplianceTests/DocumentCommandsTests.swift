import JSON
import Testing

@testable import Appliance

@Suite("appliance import and export")
struct DocumentCommandsTests {
  @Test func importsFromStandardInput() {
    let result: JSONValue = ["created": 1, "changed": 2, "unchanged": 3, "removed": 4]
    let test = TestConsole(
      input: "{\"users\": []}", answers: [.importDocument: .success(result)])
    test.run("import - --replace")
    #expect(test.arguments == ["document": ["users": []], "replace": true])
    #expect(test.output == "1 created, 2 changed, 3 unchanged, 4 removed.\n")
  }

  @Test func saysWhereTheDocumentIsWrong() {
    let test = TestConsole(input: "{\n  \"users\": nope\n}")
    #expect(test.run("import -") == .failed)
    #expect(test.errors.hasPrefix("appliance: standard input:2:1"), "\(test.errors)")
    #expect(test.operation == nil)
  }

  @Test func exports() throws {
    let document: JSONValue = ["users": [["name": "ada"]]]
    let test = TestConsole(answers: [.exportDocument: .success(["document": document])])
    test.run("export")
    #expect(test.arguments == ["clear_secrets": false])
    #expect(try JSONValue(parsing: test.output) == document)
    test.run("export --clear-secrets")
    #expect(test.arguments == ["clear_secrets": true])
  }
}
