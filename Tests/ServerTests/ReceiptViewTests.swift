import Gateway
import JSON
import Testing

@testable import Server

@Suite("The account of one request")
struct ReceiptViewTests {
  private static func price(_ bench: TestBench) throws {
    try bench.perform(
      "price.set",
      [
        "model": "m",
        "fields": ["input_cost_per_token": 1.5e-07, "output_cost_per_token": 6.00000000001e-07],
      ])
  }

  private static func show(_ bench: TestBench) throws -> JSONValue {
    let id = try #require(try bench.receipts()[0]["request_id"]?.string)
    return try #require(try bench.perform("request.show", ["id": .string(id)])["request"])
  }

  /// Two keys fail, the third serves: all three are there, with why, and the arithmetic adds up.
  @Test func showsPlanAttemptsAndArithmetic() throws {
    var options = TestBench.Options()
    options.keys = 3
    let bench = try TestBench(options) { call in
      switch call.number {
      case 1: call.answer(429, #"{"error":{}}"#, fields: ["retry-after: 20"])
      case 2: call.answer(500, #"{"error":{}}"#)
      default: call.answer()
      }
    }
    defer { bench.stop() }
    try Self.price(bench)
    #expect(try bench.ask(Ask.chat()).status == 200)
    let request = try Self.show(bench)
    #expect(request["attempts"] == 3)
    #expect(request["plan"]?.text == #"[{"provider":"up","model":"m","level":1}]"#)
    let attempts = try #require(request["attempt_list"]?.array)
    #expect(attempts.map { $0["status"]?.int } == [429, 500, 200])
    #expect(
      attempts.map { $0["end"]?.string } == ["rate_limited", "provider_failing", "served"])
    #expect(Set(attempts.map { $0["key"]?.string }) == ["key-1", "key-2", "key-3"])
    #expect(attempts[0]["retry_after_ms"] == 20_000)
    #expect(attempts.allSatisfy { $0["wait_ms"] == 0 && $0["level"] == 1 })
    let cost = try #require(request["cost"])
    #expect(cost["price_version"]?.string == bench.installation.records.snapshot.prices.version)
    #expect(cost["price_key"]?.string == "m")
    let lines = try #require(cost["lines"]?.array)
    #expect(lines.map { $0["item"]?.string } == ["input", "output"])
    #expect(lines[1]["unit_price_usd"]?.string == "0.000000600000000001")
    var sum = DollarAmount.zero
    for line in lines {
      let price = try #require(
        DollarAmount(dollars: ExactDecimal(line["unit_price_usd"]?.string ?? "")))
      let quantity = try ExactDecimal(line["quantity"]?.string ?? "")
      let amount = try #require(price.multiplied(by: quantity))
      #expect(line["amount_usd"]?.string == amount.description)
      sum = try #require(sum.adding(amount))
    }
    #expect(cost["sum_usd"]?.string == sum.description)
    #expect(cost["exact_usd"]?.string == sum.description)
    let rounded = DollarAmount(nanoUSD: try #require(sum.nanoUSD)).description
    #expect(cost["cost_usd"]?.string == rounded)
    #expect(request["cost_usd"]?.string == rounded)
  }

  /// A provider that breaks off may bill what it was sent.
  @Test func anAbandonedAttemptSaysWhatItMayHaveCost() throws {
    var options = TestBench.Options()
    options.keys = 2
    let bench = try TestBench(options) { call in
      guard call.number == 1 else { return call.answer() }
      call.send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n")
      call.close()
    }
    defer { bench.stop() }
    try Self.price(bench)
    #expect(try bench.ask(Ask.chat(String(repeating: "word ", count: 200))).status == 200)
    let request = try Self.show(bench)
    let attempts = try #require(request["attempt_list"]?.array)
    #expect(attempts.map { $0["end"]?.string } == ["broke_off", "served"])
    let possible = try #require(attempts[0]["possible_cost_usd"]?.string)
    // About two hundred tokens at 0.15 dollars a million.
    let nano = try #require(DollarAmount(dollars: try ExactDecimal(possible))?.nanoUSD)
    #expect((20_000...60_000).contains(nano))
    #expect(attempts[1]["possible_cost_usd"] == .null)
    #expect(request.at("cost.possible_usd")?.string == possible)
    let usage = try bench.perform("usage.summary")
    #expect(usage.at("total.possible_usd")?.string == possible)
    #expect(usage.at("total.attempts") == 2)
  }

  @Test func aRefusedRequestHasNeitherPlanNorCost() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    #expect(try bench.ask(Ask.post("/v1/chat/completions", "{}", auth: nil)).status == 401)
    let request = try Self.show(bench)
    #expect(request["plan"]?.text == "[]")
    #expect(request["attempt_list"]?.text == "[]")
    #expect(request.at("cost.lines")?.text == "[]")
    #expect(request.at("cost.cost_usd") == .null)
    #expect(request.at("cost.possible_usd") == .null)
    #expect(request.at("cost.price_version")?.string?.isEmpty == false)
  }

  @Test func anUnknownIDIsNotFound() throws {
    let desk = try TestDesk()
    #expect(try desk.code("request.show", #"{"id":"req_x"}"#) == "not_found")
    #expect(try desk.code("request.show", "{}") == "invalid")
  }

  /// What a request found of limits and budgets, what it took, and what was left of it.
  @Test func showsLimitsAndBudgetsBeforeAndAfter() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    try Self.price(bench)
    let user = #"""
      {"name":"ada","level":3,"limits":{"rpm":2,"tpm":9000},"budgets":[{"usd":1,"period":"total"}]}
      """#
    try bench.perform("user.set", try JSONValue(parsing: user))
    let limits = #"{"user":"ada","label":"laptop","limits":{"concurrent":1}}"#
    try bench.perform("token.set", try JSONValue(parsing: limits))
    for status in [200, 200, 429] {
      #expect(try bench.ask(Ask.chat(extra: #","max_tokens":50"#)).status == status)
    }
    let ids = try bench.receipts(3).compactMap { $0["request_id"]?.string }
    func show(_ number: Int) throws -> JSONValue {
      try #require(try bench.perform("request.show", ["id": .string(ids[number])])["request"])
    }
    let second = try show(1)
    let kinds = second["limits"]?.array?.map { $0["limit"]?.string }
    #expect(kinds == ["rpm", "tpm", "concurrent"])
    #expect(
      second.at("limits.0") == [
        "token": .null, "limit": "rpm", "model": .null, "max": 2, "used_before": 1, "takes": 1,
        "used_after": 2,
      ])
    #expect(second.at("limits.2.token") == "laptop" && second.at("limits.2.used_after") == 0)
    let first = try show(0)
    #expect(second.at("limits.1.used_before") == first.at("limits.1.used_after"))
    let budget = try #require(second.at("budgets.0"))
    #expect(budget["usd"] == 1 && budget["period"] == "total" && budget["token"]?.isNull == true)
    #expect(budget["spent_before_usd"] == first.at("budgets.0.spent_after_usd"))
    #expect(budget["spent_before_usd"]?.text == first["cost_usd"]?.string)
    #expect(budget["takes_usd"] != 0 && budget["spent_after_usd"] != budget["spent_before_usd"])
    let decisions = second["decisions"]?.array?.compactMap { $0["rule"]?.string }
    #expect(
      decisions == [
        "no rules", "models that keys list", "level 3 of the user",
        "allowed by the limits and budgets of user and token",
      ])
    let refused = try show(2)
    #expect(refused.at("decisions.3.rule") == "user 'ada' limits: 2 requests a minute")
    #expect(refused.at("limits.0.used_before") == 2 && refused.at("limits.0.used_after") == 2)
  }

  @Test func aUserWithoutLimitsHasNone() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    #expect(try bench.ask(Ask.chat()).status == 200)
    let request = try Self.show(bench)
    #expect(request["limits"] == [] && request["budgets"] == [])
    #expect(request.at("decisions.3.rule") == "no limits and no budgets")
  }
}
