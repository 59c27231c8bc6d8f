import JSON
import Testing

@testable import Providers

@Suite("Model lists")
struct ModelListTests {
  static let entries = [
    ModelListEntry(name: "gpt-4o", owner: "openai", createdMilliseconds: 1_700_000_000_123),
    ModelListEntry(name: "a/\"b\"", owner: "appliance", createdMilliseconds: 0),
  ]

  @Test func openAI() throws {
    #expect(
      try JSONValue(parsing: ModelList.list(Self.entries, dialect: .openai)) == [
        "object": "list",
        "data": [
          ["id": "gpt-4o", "object": "model", "created": 1_700_000_000, "owned_by": "openai"],
          ["id": "a/\"b\"", "object": "model", "created": 0, "owned_by": "appliance"],
        ],
      ])
  }

  @Test func anthropic() throws {
    #expect(
      try JSONValue(parsing: ModelList.list(Self.entries, dialect: .anthropic)) == [
        "data": [
          [
            "type": "model", "id": "gpt-4o", "display_name": "gpt-4o",
            "created_at": "2023-11-14T22:13:20Z",
          ],
          [
            "type": "model", "id": "a/\"b\"", "display_name": "a/\"b\"",
            "created_at": "1970-01-01T00:00:00Z",
          ],
        ],
        "has_more": false, "first_id": "gpt-4o", "last_id": "a/\"b\"",
      ])
  }

  @Test func gemini() throws {
    let list = try JSONValue(parsing: ModelList.list(Self.entries, dialect: .gemini))
    #expect(list["models"]?.array?.count == 2)
    #expect(list["nextPageToken"] == nil)
    let model = list["models"]?[0]
    #expect(model?["name"]?.string == "models/gpt-4o")
    #expect(model?["displayName"]?.string == "gpt-4o")
    #expect(model?["supportedGenerationMethods"]?[0]?.string == "generateContent")
  }

  @Test(arguments: Dialect.allCases)
  func anEmptyListIsAList(_ dialect: Dialect) throws {
    let list = try JSONValue(parsing: ModelList.list([], dialect: dialect))
    #expect(list[dialect == .gemini ? "models" : "data"] == [])
    if dialect == .anthropic { #expect(list["first_id"]?.isNull == true) }
  }

  @Test(arguments: Dialect.allCases)
  func oneModelIsAnElementOfTheList(_ dialect: Dialect) throws {
    let list = try JSONValue(parsing: ModelList.list(Self.entries, dialect: dialect))
    let single = try JSONValue(parsing: ModelList.single(Self.entries[0], dialect: dialect))
    #expect(list[dialect == .gemini ? "models" : "data"]?[0] == single)
  }
}
