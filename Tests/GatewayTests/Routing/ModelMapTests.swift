import Testing

@testable import Gateway

@Suite("Model map")
struct ModelMapTests {
  static let document = """
    {'providers': [{'name': 'a', 'dialect': 'openai', 'base_url': 'https://a.example'}],
     'models': [
      {'name': 'gpt-4o', 'targets': [{'provider': 'a', 'model': 'exact'}]},
      {'name': '*', 'targets': [{'provider': 'a', 'model': 'any'}]},
      {'name': 'gpt-*', 'targets': [{'provider': 'a', 'model': 'family'}]},
      {'name': 'gpt-4*', 'targets': [{'provider': 'a', 'model': 'four'}]},
      {'name': '*-mini', 'targets': [{'provider': 'a', 'model': 'mini'}]}]}
    """

  static let cases: [(String, String)] = [
    ("gpt-4o", "exact"), ("gpt-4o-x", "four"), ("gpt-5", "family"), ("o1-mini", "mini"),
    // Both patterns share five bytes with it: the order of their texts decides.
    ("gpt-4-mini", "mini"), ("claude", "any"), ("", "any"),
  ]

  @Test(arguments: cases)
  func findsTheLongest(model: String, target: String) throws {
    let world = try World(Self.document)
    let found = world.snapshot.models.mapping(for: model)
    #expect(found?.mapping.definition.targets.first?.model == target)
  }

  @Test func listsExactNamesOnly() throws {
    var world = try World(Self.document)
    #expect(world.snapshot.models.exactNames == ["gpt-4o"])
    try world.load(
      "{'models': [{'name': 'x', 'targets': [{'provider': 'a', 'model': 'y'}]}]}", replacing: true)
    #expect(world.snapshot.models.exactNames == ["x"])
    #expect(world.snapshot.models.mappings.map(\.name) == ["x"])
    #expect(world.snapshot.models.mapping(for: "gpt-5") == nil)
  }
}
