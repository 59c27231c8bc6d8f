import JSON
import Testing

@testable import Gateway

@Suite("The rules of a record")
struct AccessRulesTests {
  @Test func anAbsentListIsNoRuleAndAnEmptyOneIs() throws {
    #expect(try UserDefinition(["name": "ada"], id: "u").access == nil)
    #expect(try UserDefinition(["name": "ada", "models": .null], id: "u").access == nil)
    let empty = try UserDefinition(["name": "ada", "models": []], id: "u").access
    #expect(empty?.models?.verdict(on: "m") == .notListed)
    #expect(empty?.endpoints == nil && empty?.addresses == nil)
    #expect(empty != (try UserDefinition(["name": "ada", "ips": []], id: "u").access))
  }

  @Test(
    arguments: [
      ("models", ["a*b*"], "models must hold names"), ("models", [" a"], "without spaces"),
      ("endpoints", ["horoscopes"], "'horoscopes' means none"),
      ("ips", ["10.0.0.0/99"], "not '10.0.0.0/99'"),
    ] as [(String, [String], String)])
  func aWrongEntryIsNamed(field: String, list: [String], message: String) {
    let value: JSONValue = .object([
      .init("name", "ada"), .init(field, .array(list.map { .string($0) })),
    ])
    let error = #expect(throws: RecordError.self) { try UserDefinition(value, id: "u") }
    #expect(error?.field == field)
    #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    #expect(error?.name == "ada")
  }
}
