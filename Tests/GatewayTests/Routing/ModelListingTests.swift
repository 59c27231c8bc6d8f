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
}
