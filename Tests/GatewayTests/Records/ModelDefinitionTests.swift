import JSON
import Testing

@testable import Gateway

@Suite("Model and price records")
struct ModelDefinitionTests {
  @Test func readsTargetsAndFallbacks() throws {
    let definition = try ModelDefinition(
      [
        "name": "gpt-*",
        "targets": [
          ["provider": "p", "model": "x-*", "weight": 0], ["provider": "q", "model": "y"],
        ],
        "fallbacks": ["other", "z-*", ["provider": "r", "model": "w"]],
        "level": 7,
      ], id: "m")
    #expect(definition.level == 7)
    #expect(definition.pattern.text == "gpt-*")
    #expect(definition.targets.map(\.weight) == [0, 1])
    #expect(
      definition.fallbacks == [
        .name("other"), .name("z-*"), .target(.init(providerID: "r", model: "w", weight: 1)),
      ])
  }

  @Test func readsAPrice() throws {
    let definition = try ModelPriceDefinition(
      ["name": "m", "price": ["input_cost_per_token": .number("2.5e-06")]], id: "m")
    #expect(definition.entry.key == "m")
    #expect(definition.entry.rates.count == 1)
  }
}
