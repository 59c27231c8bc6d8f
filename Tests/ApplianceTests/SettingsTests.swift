import Testing

@testable import Appliance

@Suite("The table of settings")
struct SettingsTests {
  @Test func namesAreUniqueAndInSnakeCase() {
    let names = Settings.all.map(\.name)
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(name.allSatisfy { $0.isLowercase || $0 == "_" }, "\(name)")
    }
  }

  @Test func everyDefaultIsReadAsItIsWritten() throws {
    for setting in Settings.all {
      let line = Array("\(setting.name) = \(setting.defaultText)".utf8)
      let configuration = try Configuration(parsing: line, fileName: "f")
      #expect(setting.written(in: configuration) == setting.defaultText, "\(setting.name)")
    }
  }

  @Test func everySettingIsAnOptionOfServe() {
    let serve = Program.commands.first { $0.words == ["serve"] }
    for setting in Settings.all {
      #expect(serve?.options.contains { $0.name == setting.optionName } == true, "\(setting.name)")
    }
  }
}
