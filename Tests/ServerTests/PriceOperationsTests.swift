import Gateway
import JSON
import Testing

@testable import Server

@Suite("Operations on prices")
struct PriceOperationsTests {
  @Test func setMergesAndRemovesFieldsAndKeepsEveryDigit() throws {
    let desk = try TestDesk.furnished()
    let set = try desk.perform(
      "price.set",
      #"{"model":"m-1","fields":{"output_cost_per_token":2.000000000000001e-06,"max_output_tokens":10}}"#
    )
    #expect(
      set.text
        == #"{"price":{"input_cost_per_token":1e-06,"output_cost_per_token":2.000000000000001e-06,"max_output_tokens":10}}"#
    )
    let cut = try desk.perform(
      "price.set",
      #"{"model":"m-1","fields":{"input_cost_per_token":null,"max_output_tokens":null}}"#)
    #expect(cut.text == #"{"price":{"output_cost_per_token":2.000000000000001e-06}}"#)
    let listed = try desk.perform("price.list", #"{"model":"m-1"}"#)
    #expect(listed["prices"]?.text == #"{"m-1":{"output_cost_per_token":2.000000000000001e-06}}"#)
    #expect(
      listed["price_version"]?.string == desk.installation.records.snapshot.prices.version)
  }

  @Test func listsByName() throws {
    let desk = try TestDesk.furnished()
    try desk.perform("price.set", #"{"model":"a","fields":{"input_cost_per_token":0}}"#)
    #expect(try desk.perform("price.list")["prices"]?.object?.map(\.name) == ["a", "m-1"])
    #expect(try desk.perform("price.list", #"{"model":"gone"}"#)["prices"]?.text == "{}")
  }

  @Test(arguments: [
    ("price.set", "{}", "invalid"), ("price.set", #"{"model":"m-1"}"#, "invalid"),
    ("price.set", #"{"model":"m-1","fields":[]}"#, "invalid"),
    ("price.set", #"{"model":"m-1","fields":{"input_cost_per_token":-1}}"#, "invalid"),
    ("price.set", #"{"model":"m-1","fields":{"input_cost_per_token":"much"}}"#, "invalid"),
    ("price.import", "{}", "invalid"), ("price.import", #"{"prices":[]}"#, "invalid"),
    ("price.remove", "{}", "invalid"), ("price.remove", #"{"model":"gone"}"#, "not_found"),
  ])
  func refusals(_ operation: String, arguments: String, code: String) throws {
    let desk = try TestDesk.furnished()
    let before = try desk.perform("export")
    #expect(try desk.code(operation, arguments) == code)
    #expect(try desk.perform("export") == before)
  }

  @Test func removes() throws {
    let desk = try TestDesk.furnished()
    #expect(
      try desk.perform("price.remove", #"{"model":"m-1"}"#).text
        == #"{"removed":"m-1","built_in":false}"#)
    #expect(try desk.perform("price.list")["prices"]?.text == "{}")
  }

  /// A built-in price is shown by name, holds again where the operator's goes, and cannot go itself.
  @Test func aBuiltInPriceStandsBehind() throws {
    let desk = try TestDesk()
    let model = #"{"model":"gpt-4o-mini"}"#
    func listed() throws -> JSONValue { try desk.perform("price.list", model) }
    let builtIn = try #require(try listed().at("prices.gpt-4o-mini"))
    #expect(builtIn["input_cost_per_token"] != nil)
    #expect(try listed()["built_in"]?.bool == true)
    #expect(try desk.perform("price.list")["prices"]?.text == "{}")
    #expect(try desk.code("price.remove", model) == "conflict")
    try desk.perform(
      "price.set", #"{"model":"gpt-4o-mini","fields":{"input_cost_per_token":1e-06}}"#)
    #expect(try listed()["built_in"]?.bool == false)
    #expect(try listed().at("prices.gpt-4o-mini.input_cost_per_token") == .number("1e-06"))
    #expect(try desk.perform("price.remove", model)["built_in"]?.bool == true)
    #expect(try listed().at("prices.gpt-4o-mini") == builtIn)
  }

  @Test func importsATableAndNamesWhatItSkips() throws {
    let desk = try TestDesk.furnished()
    let result = try desk.perform(
      "price.import",
      #"""
      {"prices": {"sample_spec": {"input_cost_per_token": 0.0, "mode": "one of: chat"},
        "a": {"input_cost_per_token": 3e-06, "litellm_provider": "openai", "mode": "chat"},
        "b": {"input_cost_per_token": -1}, "c": 7, "m-1": {"input_cost_per_token": 5e-06}}}
      """#)
    #expect(result["imported"] == 2)
    #expect(result["skipped"]?.text == #"["b","c"]"#)
    #expect(result["repeated"]?.text == "[]")
    #expect(result["warnings"]?.array?.count == 2)
    #expect(result.at("warnings.0")?.string?.contains("'b'") == true)
    let prices = try desk.perform("price.list")
    #expect(result["price_version"] == prices["price_version"])
    #expect(prices["prices"]?.object?.map(\.name) == ["a", "m-1"])
    #expect(prices["prices"]?["m-1"]?.text == #"{"input_cost_per_token":5e-06}"#)
  }

  /// Of two entries the last holds, wherever they stand; the table is not refused for it.
  @Test func aModelThatIsNamedTwiceIsTakenOnceAndNamed() throws {
    let desk = try TestDesk()
    let result = try desk.perform(
      "price.import",
      #"""
      {"prices": {"a": {"input_cost_per_token": 1e-06}, "b": {"input_cost_per_token": 2e-06},
        "a": {"input_cost_per_token": 3e-06}, "a": {"input_cost_per_token": 4e-06}}}
      """#)
    #expect(result["imported"] == 2)
    #expect(result["repeated"]?.text == #"["a","a"]"#)
    #expect(result.at("warnings.0")?.string?.contains("'a' more than once") == true)
    let prices = try desk.perform("price.list")["prices"]
    #expect(
      prices?.text == #"{"a":{"input_cost_per_token":4e-06},"b":{"input_cost_per_token":2e-06}}"#)
  }

  /// The rest of a price that is built in stays, and so does the longest answer.
  @Test func setGoesOnFromWhatIsBuiltIn() throws {
    let desk = try TestDesk.furnished()
    let base = try #require(
      desk.installation.records.snapshot.basePrices.entries.first {
        $0.prices(.input) && $0.prices(.output) && $0.outputTokensMax != nil
          && !$0.key.contains("/")
      })
    try desk.perform(
      "price.set", #"{"model":"\#(base.key)","fields":{"input_cost_per_token":0.5}}"#)
    let entry = try #require(desk.installation.records.snapshot.prices.entry(key: base.key))
    #expect(entry.isOwn && entry.outputTokensMax == base.outputTokensMax)
    #expect(
      entry.rate(.input, inputTokens: 0, tier: .standard)?.price
        == DollarAmount(nanoUSD: 500_000_000))
    #expect(
      entry.rate(.output, inputTokens: 0, tier: .standard)
        == base.rate(.output, inputTokens: 0, tier: .standard))
  }
}
