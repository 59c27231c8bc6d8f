import Testing

@testable import Appliance

@Suite("The configuration")
struct ConfigurationTests {
  private func parse(_ text: String) throws -> Configuration {
    try Configuration(parsing: Array(text.utf8), fileName: "appliance.conf")
  }

  @Test func holdsDefaultsThenTheFileThenTheCommandLine() throws {
    #expect(Configuration()[Settings.workers] == 0)
    var configuration = try parse("workers = 3\nlisten = [\"[::1]:80\"]")
    #expect(configuration[Settings.workers] == 3)
    #expect(configuration[Settings.listen] == [ListenAddress(host: "::1", port: 80)])
    try configuration.override(Settings.workers, with: ["4"])
    #expect(configuration[Settings.workers] == 4)
    try configuration.override(Settings.listen, with: ["a:1", "b:2"])
    #expect(configuration[Settings.listen].map(\.description) == ["a:1", "b:2"])
  }

  @Test(arguments: [
    (
      "\nwokers = 3",
      "appliance.conf:2: there is no setting 'wokers'; did you mean 'workers'?"
    ),
    (
      "zzz = 3",
      "appliance.conf:1: there is no setting 'zzz'; 'appliance config explain' lists them"
    ),
    (
      "# c\nworkers = \"many\"",
      "appliance.conf:2: workers must be a whole number from 0 to 256, not \"many\""
    ),
    (
      "log_level = \"loud\"",
      """
      appliance.conf:1: log_level must be one of "debug", "info", "warn", "error", not "loud"
      """
    ),
  ])
  func saysWhereAndWhatWouldBeRight(text: String, message: String) {
    let error = #expect(throws: ConfigurationError.self) { try parse(text) }
    #expect(error?.description == message)
  }

  @Test func saysThatAFileIsNotThere() {
    let error = #expect(throws: ConfigurationError.self) {
      try Configuration(readingFile: "/nowhere/appliance.conf")
    }
    #expect(error?.description == "/nowhere/appliance.conf: No such file or directory")
  }

  @Test func findsTheSocketInTheDataFolder() throws {
    #expect(Configuration().socketPath == "./data/appliance.sock")
    #expect(try parse("data = \"/srv/a/\"").socketPath == "/srv/a/appliance.sock")
  }
}
