import Foundation
import Testing

@testable import Appliance

@Suite("appliance.conf.sample")
struct ConfigurationSampleTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test func isWhatTheTableOfSettingsSays() throws {
    let file = Self.root.appending(path: "appliance.conf.sample")
    #expect(
      try String(contentsOf: file, encoding: .utf8) == ConfigurationSample.text,
      "write it with: appliance config sample > appliance.conf.sample")
  }

  /// Taking the comment signs from the settings leaves a file that is right.
  @Test func isRightWhenUncommented() throws {
    let lines = ConfigurationSample.text.split(separator: "\n").filter { line in
      Settings.all.contains { line.hasPrefix("# \($0.name) = ") }
    }
    #expect(lines.count == Settings.all.count)
    let text = lines.map { $0.dropFirst(2) }.joined(separator: "\n")
    _ = try Configuration(parsing: Array(text.utf8), fileName: "f")
  }

  @Test func explainsWhatIsSet() throws {
    let configuration = try Configuration(parsing: Array("workers = 3".utf8), fileName: "f")
    let text = ConfigurationSample.explanation(of: Settings.workers, in: configuration)
    #expect(text.contains("Default: 0\n    Here:    3\n"))
  }

  @Test func wrapsBetweenWords() {
    #expect(wrapped("aa bb  cc\ndd", columns: 5) == ["aa bb", "cc dd"])
    #expect(wrapped("aaaaaaa b", columns: 3) == ["aaaaaaa", "b"])
    #expect(wrapped("", columns: 3).isEmpty)
  }
}
