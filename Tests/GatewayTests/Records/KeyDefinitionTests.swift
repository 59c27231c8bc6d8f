import JSON
import Testing

@testable import Gateway

@Suite("Key records")
struct KeyDefinitionTests {
  @Test func readsEveryField() throws {
    let definition = try KeyDefinition(
      [
        "provider": "p", "label": "first", "secret": ["sealed": "s"], "level": 100, "weight": 3,
        "models": ["gpt-4o", "o*"], "status": "disabled",
      ], id: "k")
    #expect(definition.level == 100 && definition.weight == 3 && definition.status == .disabled)
    #expect(definition.sealedSecret == "s")
    #expect(definition.models?.literals == ["gpt-4o"])
    #expect(definition.models?.patterns.map(\.text) == ["o*"])
  }

  @Test func anEmptyListOfModelsIsNotAnAbsentOne() throws {
    var value: JSONValue = ["provider": "p", "label": "l", "secret": ["sealed": "s"]]
    #expect(try KeyDefinition(value, id: "k").models == nil)
    value["models"] = []
    #expect(try KeyDefinition(value, id: "k").models?.isEmpty == true)
  }

  @Test func sealedTextsHaveOneForm() {
    #expect(SealedText.read(SealedText.value("abc")) == "abc")
    #expect(SealedText.read(["sealed": "a", "id": "b"]) == nil)
    #expect(SealedText.read(["sealed": 1]) == nil)
    #expect(SealedText.read("abc") == nil)
  }
}
