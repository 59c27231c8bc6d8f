import JSON
import Testing

@testable import Gateway

@Suite("User records")
struct UserDefinitionTests {
  @Test func readsEveryField() throws {
    let definition = try UserDefinition(
      [
        "name": "ada", "status": "suspended", "level": 100, "allow_levels": [100, 1, 1],
        "failover": "any", "affinity": "user", "models": ["m"], "endpoints": ["*"], "ips": ["::1"],
        "model_map": ["a": "b"], "disconnect": "drain", "contribute_keys": true,
      ], id: "u")
    #expect(definition.name == "ada" && definition.level == 100)
    #expect(definition.status == .suspended && definition.affinity == .user)
    #expect(definition.allowedLevels == [1, 100] && definition.failover == .any)
    #expect(definition.access?.models != nil && definition.access?.endpoints != nil)
    #expect(definition.access?.addresses != nil && definition.modelMap.map(\.name) == ["a"])
    #expect(definition.disconnect == .drain && definition.contributesKeys)
  }

  @Test func hasNoRulesByDefault() throws {
    let definition = try UserDefinition(["name": "ada"], id: "u")
    #expect(definition.level == 1 && definition.allowedLevels == nil)
    #expect(definition.failover == .lower && definition.disconnect == .cancel)
    #expect(definition.access == nil && definition.modelMap.isEmpty)
    #expect(definition.status == .active && !definition.contributesKeys)
  }

  @Test(
    arguments: [
      ("allow_levels", 1), ("allow_levels", [-1]), ("allow_levels", ["1"]), ("failover", "up"),
      ("disconnect", true), ("contribute_keys", "yes"), ("model_map", []), ("models", "m"),
    ] as [(String, JSONValue)])
  func refuses(field: String, value: JSONValue) {
    let record = JSONValue.object([.init("name", "ada"), .init(field, value)])
    let error = #expect(throws: RecordError.self) { try UserDefinition(record, id: "u") }
    #expect(error?.field == field)
  }
}
