import Testing

@testable import Appliance

@Suite("A setting")
struct SettingTests {
  @Test func checksAWholeNumber() throws {
    let setting = Setting.integer("cups", default: 2, in: 1...10, help: "Cups.")
    #expect(try setting.read(.integer(10)) == 10)
    let wanted = SettingError(message: "cups must be a whole number from 1 to 10, not 11")
    #expect(throws: wanted) { try setting.read(.integer(11)) }
    #expect(throws: SettingError.self) { try setting.read(.text("3")) }
    #expect(throws: SettingError.self) { try setting.read(.boolean(true)) }
  }

  @Test func checksATextThatIsOneOfAFew() throws {
    let setting = Setting.text("colour", default: "red", allowed: ["red", "blue"], help: "C.")
    #expect(try setting.read(.text("blue")) == "blue")
    let wanted = SettingError(message: "colour must be one of \"red\", \"blue\", not \"green\"")
    #expect(throws: wanted) { try setting.read(.text("green")) }
  }

  @Test func checksAddresses() throws {
    let setting = Setting.addresses("listen", default: [], help: "L.")
    let one = ListenAddress(host: "127.0.0.1", port: 80)
    #expect(try setting.read(.text("127.0.0.1:80")) == [one])
    #expect(try setting.read(.texts(["127.0.0.1:80"])) == [one])
    #expect(throws: SettingError.self) { try setting.read(.texts([])) }
    #expect(throws: SettingError.self) { try setting.read(.texts(["127.0.0.1"])) }
  }

  @Test func writesWhatTheFileCanRead() throws {
    let text = "a \"b\" \\ c\n\t\u{1}é"
    let file = try ConfigurationFile(
      parsing: Array("x = \(quoted(text))".utf8), fileName: "f")
    #expect(file.entries.map(\.value) == [.text(text)])
    #expect(SettingValue.texts(["a", "b"]).written == "[\"a\", \"b\"]")
  }
}
