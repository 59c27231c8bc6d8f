import Testing

@testable import Gateway

@Suite("Keys")
struct KeyTests {
  static let cases: [([String]?, String, Bool)] = [
    (nil, "gpt-4o", true), (nil, "", true), ([], "gpt-4o", false), ([], "", false),
    (["gpt-4o"], "gpt-4o", true), (["gpt-4o"], "gpt-4", false), (["gpt-*"], "gpt-4", true),
    (["gpt-*"], "", true),
  ]

  @Test(arguments: cases)
  func serve(models: [String]?, model: String, expected: Bool) throws {
    #expect(try RosterTests.key("k", models: models).serves(model) == expected)
  }

  @Test func doNotPrintTheirSecret() throws {
    let key = try RosterTests.key("canary")
    #expect(String(reflecting: key.secret) == "[secret]")
  }
}
