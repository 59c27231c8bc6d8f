import JSON
import Testing

@testable import Appliance

@Suite("Output of records")
struct RecordOutputTests {
  static let providers: JSONValue = [
    "providers": [
      ["name": "openai", "dialect": "openai", "keys": 2, "auth": "bearer", "base_url": "https://x"]
    ]
  ]

  @Test func isATableForAPerson() {
    let test = TestConsole(answers: [.providerList: .success(Self.providers)])
    test.run("provider list")
    #expect(
      test.output == """
        NAME    DIALECT  KEYS  AUTH    BASE URL
        openai  openai      2  bearer  https://x

        """)
  }

  @Test func isAnArrayForAProgram() throws {
    let test = TestConsole(answers: [.providerList: .success(Self.providers)])
    test.run("provider list --json")
    #expect(try JSONValue(parsing: test.output) == Self.providers["providers"])
  }

  @Test func saysWhatToDoWhenThereIsNothing() {
    let test = TestConsole(answers: [.providerList: .success(["providers": []])])
    #expect(test.run("provider list") == .success)
    #expect(test.output.isEmpty)
    #expect(test.errors.hasPrefix("No providers yet."))
    #expect(test.run("provider list --json") == .success)
    #expect(test.output == "[]\n")
  }

  @Test(
    arguments: [
      (nil, "Revoked token l of ada.\n"), (0, "Revoked token l of ada.\n"),
      (2, "Revoked token l of ada. 2 under way were broken off.\n"),
    ] as [(Int64?, String)])
  func saysHowManyWereBrokenOff(_ cut: Int64?, _ sentence: String) throws {
    var result: JSONValue = ["token": ["label": "l"]]
    if let cut { result["cut"] = .int(cut) }
    let test = TestConsole(answers: [.tokenSet: .success(result)])
    test.run("token revoke ada l --now")
    #expect(test.output == sentence)
    let program = TestConsole(answers: [.tokenSet: .success(result)])
    program.run("token revoke ada l --now --json")
    let record = try JSONValue(parsing: program.output)
    #expect(record["label"] == "l" && record["cut"]?.int == cut)
  }

  @Test func showsValuesInCells() {
    #expect(cellText(["a", 1, true, nil]) == "a, 1, yes, ")
    #expect(cellText(["a": 1]) == "{\"a\":1}")
    #expect(cellText(nil).isEmpty)
  }
}
