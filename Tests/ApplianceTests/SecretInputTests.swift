import Foundation
import JSON
import Testing

@testable import Appliance

@Suite("A secret")
struct SecretInputTests {
  @Test func comesFromStandardInputWithoutItsLineEnd() {
    let test = TestConsole(input: " sk-1\r\n")
    #expect(test.run("key add p l --secret-stdin") == .success)
    #expect(test.arguments?["secret"]?.string == "sk-1")
  }

  @Test func comesFromAFile() throws {
    let path = NSTemporaryDirectory() + "secret-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("sk-2\n".utf8).write(to: URL(filePath: path))
    let test = TestConsole()
    #expect(test.run("key add p l --secret-file \(path)") == .success)
    #expect(test.arguments?["secret"]?.string == "sk-2")
  }

  @Test(arguments: [
    ("", "appliance: The secret from standard input is empty.\n"),
    (
      "sk 1",
      "appliance: The secret from standard input must be one line of visible ASCII characters "
        + "without spaces.\n"
    ),
    (
      "sk\u{1}",
      "appliance: The secret from standard input must be one line of visible ASCII characters "
        + "without spaces.\n"
    ),
  ])
  func isChecked(input: String, message: String) {
    let test = TestConsole(input: input)
    #expect(test.run("key add p l --secret-stdin") == .failed)
    #expect(test.errors == message)
    #expect(test.operation == nil)
  }

  @Test func isNeverTooLong() {
    let test = TestConsole(input: String(repeating: "a", count: SecretInput.bytesMax + 1))
    #expect(test.run("key add p l --secret-stdin") == .failed)
  }

  @Test(arguments: [
    "key add p l", "key add p l --secret-stdin --secret-file f", "key add p l --secret s",
  ])
  func isAWrongCommandLineOtherwise(line: String) {
    let test = TestConsole(input: "sk-1")
    #expect(test.run(line) == .usage)
    #expect(test.operation == nil)
  }

  @Test func saysThatAFileIsNotThere() {
    let test = TestConsole()
    #expect(test.run("key add p l --secret-file /nowhere") == .failed)
    #expect(test.errors == "appliance: /nowhere: No such file or directory.\n")
  }
}
