import Foundation
import JSON
import Testing

@testable import Appliance

@Suite("appliance serve, status, config, version")
struct ProgramCommandsTests {
  @Test func servesWithTheOptionsOverTheFile() throws {
    let path = NSTemporaryDirectory() + "conf-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("data = \"/a\"\nworkers = 2".utf8).write(to: URL(filePath: path))
    let test = TestConsole()
    #expect(test.run("serve --config \(path)") == .success)
    #expect(test.run("serve --config \(path) --data /b --listen 127.0.0.1:0") == .success)
    #expect(test.output == "serving /a\nserving /b\n")
  }

  @Test(arguments: ["serve --workers many", "serve --listen nowhere", "serve --wokers 3"])
  func refusesAWrongOption(line: String) {
    #expect(TestConsole().run(line) == .usage)
  }

  @Test func checksAFile() throws {
    let path = NSTemporaryDirectory() + "conf-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("workers = 2\nlisen = 3".utf8).write(to: URL(filePath: path))
    let test = TestConsole()
    #expect(test.run("config check \(path)") == .failed)
    #expect(
      test.errors
        == "appliance: \(path):2: there is no setting 'lisen'; did you mean 'listen'?\n")
  }

  /// What `serve` would refuse is not right.
  @Test func checksThatTLSHasBothFiles() throws {
    let path = NSTemporaryDirectory() + "conf-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("tls_certificate_file = \"c.pem\"".utf8).write(to: URL(filePath: path))
    let test = TestConsole()
    #expect(test.run("config check \(path)") == .usage)
    #expect(test.errors.contains("tls_key_file is missing"))
  }

  @Test func explains() {
    let test = TestConsole()
    #expect(test.run("config explain workers") == .success)
    #expect(test.output.hasPrefix("workers\n"))
    #expect(test.run("config explain workrs") == .usage)
    #expect(test.errors.contains("Did you mean 'workers'?"))
  }

  @Test func showsTheStatus() {
    let test = TestConsole(
      answers: [.status: .success(["version": "1", "listen": ["http://a"], "running": true])])
    test.run("status")
    #expect(test.output == "version  1\nlisten   http://a\nrunning  yes\n")
  }

  @Test func printsItsVersion() {
    let test = TestConsole()
    test.run("version")
    test.run("version --json")
    #expect(test.output.hasPrefix("appliance \(ProgramCommands.versionNumber)\n{"))
  }
}
