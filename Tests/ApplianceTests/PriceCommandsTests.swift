import JSON
import Testing

@testable import Appliance

@Suite("appliance price")
struct PriceCommandsTests {
  @Test(arguments: [
    ("0.15", "0.00000015"), ("15", "0.000015"), ("1000000", "1"), ("2500000.50", "2.5000005"),
    ("0", "0"), ("0.000001", "0.000000000001"), ("007", "0.000007"),
  ])
  func convertsDollarsPerMillion(text: String, perToken: String) {
    #expect(PriceCommands.perToken(dollarsPerMillion: text) == perToken)
  }

  @Test(arguments: ["", ".5", "1e3", "-1", "1.2.3", "$1", "1,5"])
  func refusesWhatIsNoDecimal(text: String) {
    #expect(PriceCommands.perToken(dollarsPerMillion: text) == nil)
  }

  @Test(arguments: [
    ("0.00000015", "0.15"), ("1.5e-07", "0.15"), ("2.5E-6", "2.5"), ("0", "0"), ("1", "1000000"),
    ("odd", "odd"),
  ])
  func showsDollarsPerMillion(text: String, perMillion: String) {
    #expect(PriceCommands.perMillion(dollarsPerToken: text) == perMillion)
  }

  @Test func sets() {
    let test = TestConsole()
    test.run("price set m --input 0.15 --output 0.60 --field mode=chat --field x=1e-7 --field y=")
    #expect(test.operation == .priceSet)
    #expect(
      test.arguments == [
        "model": "m",
        "fields": [
          "input_cost_per_token": .number("0.00000015"),
          "output_cost_per_token": .number("0.0000006"), "mode": "chat", "x": .number("1e-7"),
          "y": nil,
        ],
      ])
    #expect(test.run("price set m") == .usage)
    #expect(test.run("price set m --input cheap") == .usage)
  }

  @Test func lists() {
    let prices: JSONValue = [
      "prices": ["m": ["input_cost_per_token": .number("1.5e-07")]], "price_version": "v7",
    ]
    let test = TestConsole(answers: [.priceList: .success(prices)])
    test.run("price list")
    #expect(test.output.contains("m             0.15"))
    #expect(test.output.hasSuffix("\nPrice table v7\n"))
  }

  @Test func showsABuiltInPrice() {
    let prices: JSONValue = [
      "prices": ["m": ["input_cost_per_token": .number("1.5e-07")]], "built_in": true,
      "price_version": "v7",
    ]
    let test = TestConsole(answers: [.priceList: .success(prices)])
    test.run("price list m")
    #expect(test.arguments == ["model": "m"])
    #expect(test.output.contains("\nBuilt in; 'appliance price set' goes on from it.\n"))
    let none = TestConsole(answers: [.priceList: .success(["prices": [], "built_in": false])])
    none.run("price list m")
    #expect(none.errors == "No price for 'm' by that name, and none is built in.\n")
    none.run("price list")
    #expect(none.errors.contains("No prices of yours: the built-in ones hold"))
  }

  @Test(arguments: [
    (true, "Removed the price of m; the built-in one holds again.\n"),
    (false, "Removed the price of m.\n"),
  ])
  func removes(_ isBuiltIn: Bool, _ sentence: String) {
    let result: JSONValue = ["removed": "m", "built_in": .bool(isBuiltIn)]
    let test = TestConsole(answers: [.priceRemove: .success(result)])
    #expect(test.run("price remove m") == .success)
    #expect(test.output == sentence)
  }

  @Test func importsFromStandardInput() {
    let test = TestConsole(
      input: "{\"m\": {\"input_cost_per_token\": 1e-7}}",
      answers: [.priceImport: .success(["imported": 1, "skipped": ["sample_spec"]])])
    test.run("price import -")
    #expect(test.arguments == ["prices": ["m": ["input_cost_per_token": .number("1e-7")]]])
    #expect(test.output == "Imported 1 price; 1 entry that is none was skipped.\n")
  }

  @Test func countsWhatItImports() {
    let test = TestConsole(
      input: "{}", answers: [.priceImport: .success(["imported": 2, "skipped": ["a", "b"]])])
    test.run("price import -")
    #expect(test.output == "Imported 2 prices; 2 entries that are none were skipped.\n")
  }

  @Test func warnsOfWhatIsWrongInATable() {
    let warnings = (1...25).map { JSONValue.string("w\($0)\u{7}") }
    let test = TestConsole(
      input: "{}", answers: [.priceImport: .success(["imported": 0, "warnings": .array(warnings)])])
    #expect(test.run("price import -") == .success)
    #expect(test.errors.hasPrefix("Warning: w1\u{FFFD}\n"))
    #expect(test.errors.hasSuffix("w20\u{FFFD}\nWarning: and 5 more like these.\n"))
  }
}
