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
    #expect(
      try desk.perform("price.list", #"{"model":"m-1"}"#).text
        == #"{"prices":{"m-1":{"output_cost_per_token":2.000000000000001e-06}}}"#)
  }

  @Test func listsByName() throws {
    let desk = try TestDesk.furnished()
    try desk.perform("price.set", #"{"model":"a","fields":{"input_cost_per_token":0}}"#)
    #expect(try desk.perform("price.list")["prices"]?.object?.map(\.name) == ["a", "m-1"])
    #expect(try desk.perform("price.list", #"{"model":"gone"}"#).text == #"{"prices":{}}"#)
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
    #expect(try desk.perform("price.remove", #"{"model":"m-1"}"#).text == #"{"removed":"m-1"}"#)
    #expect(try desk.perform("price.list").text == #"{"prices":{}}"#)
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
    #expect(result.text == #"{"imported":2,"skipped":["b","c"]}"#)
    let prices = try desk.perform("price.list")
    #expect(prices["prices"]?.object?.map(\.name) == ["a", "m-1"])
    #expect(prices["prices"]?["m-1"]?.text == #"{"input_cost_per_token":5e-06}"#)
  }
}
