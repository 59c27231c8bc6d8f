import Providers
import Testing

@testable import Gateway

@Suite("Lists of models")
struct ModelListingTests {
  @Test func showWhatTheCallerMayUse() throws {
    let world = try World(RouterTests.document)
    func names(_ token: String, _ dialect: Providers.Dialect) throws -> [String] {
      ModelListing.models(
        for: try world.caller(token), dialect: dialect, snapshot: world.snapshot
      ).map { "\($0.model) \($0.provider)" }
    }
    #expect(
      try names("t", .openai) == [
        "an/claude or", "best oa", "gpt-4o oa", "gpt-4o-mini oa", "loop-a oa", "loop-b or",
      ])
    #expect(try names("t9", .openai).contains("gpt-high or"))
    #expect(try names("t", .anthropic) == ["claude-map an"])
    #expect(try names("t", .gemini).isEmpty)
  }

  /// What is not listed and can be asked for all the same is known by its name.
  @Test(
    arguments: [
      ("best", .openai, "oa"), ("my-gpt-4o", .openai, "oa"), ("o1-pro", .openai, "oa"),
      ("oa/gpt-4o", .openai, "oa"), ("oa/gpt-9", .openai, nil),
      ("claude-map", .anthropic, "an"), ("claude-map", .openai, nil), ("gpt-high", .openai, nil),
      ("claude-any", .anthropic, nil), ("an/claude-any", .anthropic, "an"), ("any", .gemini, nil),
    ] as [(String, Providers.Dialect, String?)])
  func knowWhatCanBeAskedFor(
    _ name: String, _ dialect: Providers.Dialect, _ provider: String?
  )
    throws
  {
    let world = try World(RouterTests.document)
    let entry = ModelListing.entry(
      name, for: try world.caller("t"), dialect: dialect, snapshot: world.snapshot)
    #expect(entry == provider.map { ModelListing.Entry(model: name, provider: $0) })
  }
}
