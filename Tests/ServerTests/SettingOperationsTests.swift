import Gateway
import JSON
import Testing

@testable import Server

@Suite("Operations on settings")
struct SettingOperationsTests {
  @Test func everySettingIsListedWithValueDefaultAndHelp() throws {
    let desk = try TestDesk()
    let settings = try #require(try desk.perform("setting.list")["settings"]?.array)
    #expect(settings.compactMap { $0["name"]?.string } == RuntimeSettings.all.map(\.name))
    for setting in settings {
      #expect(setting.object?.map(\.name) == ["name", "value", "default", "help"])
      #expect(setting["value"] == setting["default"])
      #expect(setting["help"]?.string?.isEmpty == false)
    }
  }

  @Test func aValueIsSetAndNullIsTheDefault() throws {
    let desk = try TestDesk()
    let set = try desk.perform("setting.set", #"{"name":"queue_wait","value":"250ms"}"#)
    #expect(set.at("setting.value")?.text == "0.25")
    #expect(set.at("setting.default")?.text == "10")
    #expect(desk.installation.records.snapshot.settings.queueWait == .milliseconds(250))
    for _ in 0..<2 {
      let reset = try desk.perform("setting.set", #"{"name":"queue_wait","value":null}"#)
      #expect(reset.at("setting.value")?.text == "10")
      #expect(desk.installation.records.snapshot.settings.queueWait == .seconds(10))
    }
    #expect(try desk.perform("export").at("document.settings")?.text == "{}")
  }

  @Test(arguments: [
    (#"{"name":"colour","value":1}"#, "not_found"), ("{}", "invalid"),
    (#"{"name":"queue_wait","value":"soon"}"#, "invalid"),
    (#"{"name":"queue_wait","value":-1}"#, "invalid"),
    (#"{"name":"unpriced","value":"perhaps"}"#, "invalid"),
  ])
  func refusals(_ arguments: String, code: String) throws {
    let desk = try TestDesk()
    #expect(try desk.code("setting.set", arguments) == code)
  }
}
