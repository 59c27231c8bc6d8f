import Foundation
import Testing

@testable import Appliance

@Suite("The console")
struct ConsoleTests {
  @Test func readsAFileUpToItsLimit() throws {
    let path = NSTemporaryDirectory() + "console-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(repeating: 0x61, count: 100_000).write(to: URL(filePath: path))
    #expect(try readFile(path, bytesMax: 100_000)?.count == 100_000)
    #expect(try readFile(path, bytesMax: 99_999) == nil)
  }

  @Test func saysInTheSystemsWordsWhyAFileCannotBeRead() {
    let error = #expect(throws: SystemFailure.self) { try readFile("/nowhere", bytesMax: 1) }
    #expect(error?.message == "/nowhere: No such file or directory")
  }

  @Test func readsTheEnvironment() {
    #expect(environmentValue("SURELY_NOT_SET_HERE").isEmpty)
    #expect(!environmentValue("PATH").isEmpty)
  }
}
