import JSON
import Testing

@testable import Server

@Suite("Showing limits and budgets that a request would meet")
struct OutlookViewsTests {
  private func desk(_ user: String) throws -> TestDesk {
    let desk = try TestDesk.furnished()
    try desk.perform("user.set", #"{"name":"ada",\#(user)}"#)
    return desk
  }

  @Test func whatWouldBeTakenAndLeft() throws {
    let desk = try desk(
      #""limits":{"rpm":5},"budgets":[{"usd":2,"period":"total"},{"usd":9,"period":"day"}]"#)
    try desk.perform(
      "token.set", #"{"user":"ada","label":"laptop","limits":{"tpd":1000}}"#)
    try desk.perform("price.set", #"{"model":"m-1","fields":{"output_cost_per_token":0}}"#)
    let told = try desk.perform(
      "explain",
      #"{"user":"ada","token":"laptop","model":"best","input_tokens":100,"max_tokens":50}"#)
    #expect(told["request"] == ["input_tokens": 100, "max_tokens": 50, "own_key": false])
    #expect(
      told.at("limits.0") == [
        "token": .null, "limit": "rpm", "model": .null, "max": 5, "used": 0, "takes": 1,
        "left_after": 4, "resets_at": .null, "refuses": false,
      ])
    #expect(told.at("limits.1.token") == "laptop" && told.at("limits.1.takes") == 150)
    #expect(told.at("budgets.0.usd") == 2 && told.at("budgets.0.takes_usd")?.text == "0.0004")
    #expect(told.at("budgets.0.left_after_usd")?.text == "1.9996")
    #expect(told.at("budgets.0.resets_at")?.isNull == true)
    #expect(told.at("budgets.1.resets_at")?.isNull == false)
    #expect(told["output_cap"]?.isNull == true && told["not_bounded"]?.array?.isEmpty == true)
  }

  @Test func whatRefusesIsMarked() throws {
    let desk = try desk(#""limits":{"tpm":99,"rpm":5},"budgets":[{"usd":0,"period":"total"}]"#)
    let told = try desk.perform("explain", #"{"user":"ada","model":"best"}"#)
    #expect(told["allowed"] == false && told["status"] == 429)
    #expect(told["rule"] == "user 'ada' limits: 99 tokens a minute")
    #expect(told.at("limits.0.refuses") == false && told.at("limits.1.refuses") == true)
    #expect(told.at("limits.1.left_after")?.isNull == true)
    let spent = try desk.perform("explain", #"{"user":"ada","model":"best","input_tokens":0}"#)
    #expect(spent["status"] == 402 && spent["rule"] == "user 'ada' budgets: $0 in all")
    #expect(spent.at("budgets.0.refuses") == true)
    let own = try desk.perform(
      "explain", #"{"user":"ada","model":"best","input_tokens":0,"own_key":true}"#)
    #expect(own["allowed"] == true && own.at("keys.0.own") == true)
    #expect(own.at("keys.0.key")?.isNull == true && own.at("budgets.0.refuses") == false)
  }

  @Test func aUserWithoutAnyHasNone() throws {
    let told = try TestDesk.furnished().perform("explain", #"{"user":"ada","model":"best"}"#)
    #expect(told["limits"] == [] && told["budgets"] == [])
    #expect(told.at("decisions.3.rule") == "no limits and no budgets")
  }

  @Test(arguments: [
    #""input_tokens":-1"#, #""max_tokens":-1"#, #""input_tokens":99999999999"#,
    #""max_tokens":"many""#,
  ])
  func refuses(argument: String) throws {
    #expect(try TestDesk.furnished().code("explain", #"{"user":"ada",\#(argument)}"#) == "invalid")
  }
}
