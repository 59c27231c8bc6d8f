import JSON
import Testing

@testable import Gateway

@Suite("User records")
struct UserDefinitionTests {
  @Test func readsEveryField() throws {
    let definition = try UserDefinition(
      [
        "name": "ada", "status": "suspended", "level": 100, "affinity": "user",
        "disconnect": "drain",
      ], id: "u")
    #expect(definition.name == "ada" && definition.level == 100)
    #expect(definition.status == .suspended && definition.affinity == .user)
    #expect(definition.disconnect == .drain)
    #expect(try UserDefinition(["name": "bob"], id: "b").disconnect == .cancel)
  }
}
