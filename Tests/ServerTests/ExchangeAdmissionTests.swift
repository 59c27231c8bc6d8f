import Gateway
import JSON
import Network
import Testing

@testable import Server

@Suite("Admission over real sockets", .timeLimit(.minutes(10)))
struct ExchangeAdmissionTests {
  private func limit(_ bench: TestBench, _ limits: String) throws {
    let user = "{\"name\":\"ada\",\"limits\":\(limits)}"
    try bench.perform("user.set", try JSONValue(parsing: user))
  }

  @Test func aUserWithoutLimitsIsToldOfNone() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    let answer = try bench.ask(Ask.chat())
    #expect(answer.status == 200)
    #expect(!answer.headText.lowercased().contains("ratelimit"))
  }

  @Test func aLimitIsEnforcedAndTold() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    try limit(bench, #"{"rpm":2,"tpm":100000}"#)
    let first = try bench.ask(Ask.chat())
    #expect(first.status == 200)
    #expect(first.field("x-ratelimit-limit-requests") == "2")
    #expect(first.field("x-ratelimit-remaining-requests") == "1")
    #expect(first.field("x-ratelimit-limit-tokens") == "100000")
    let list = try bench.ask(Ask.get("/v1/models"))
    #expect(list.status == 200)
    #expect(list.field("x-ratelimit-remaining-requests") == "0")
    let sent = bench.upstream.requests.count
    for request in [Ask.chat(), Ask.chat(stream: true), Ask.get("/v1/models")] {
      let refused = try bench.ask(request)
      #expect(refused.status == 429)
      #expect(refused.json["error"]?["code"]?.string == "rate_limit_exceeded")
      #expect((55...60).contains(Int(refused.field("retry-after") ?? "") ?? 0))
      #expect(refused.field("x-ratelimit-remaining-requests") == "0")
    }
    let anthropic = try bench.ask(
      Ask.post(
        "/v1/messages/count_tokens", #"{"model":"m","messages":[]}"#,
        fields: ["anthropic-version: 2023-06-01"]))
    // There is no Anthropic provider here: what cannot be routed takes nothing and is told so.
    #expect(anthropic.status == 404)
    #expect(bench.upstream.requests.count == sent)
    try limit(bench, "null")
    #expect(try bench.ask(Ask.chat()).status == 200)
  }

  @Test func aRequestAboveItsLimitIsNotToBeRepeated() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    try limit(bench, #"{"tpm":50}"#)
    let refused = try bench.ask(Ask.chat(extra: #","max_tokens":500"#))
    #expect(refused.status == 429)
    #expect(refused.json["error"]?["code"]?.string == "request_above_limit")
    #expect(refused.field("retry-after") == nil)
    #expect(refused.field("x-should-retry") == "false")
    #expect(try bench.ask(Ask.chat(extra: #","max_tokens":5"#)).status == 200)
  }

  /// What counts of a day is what the row says, so that a restart finds the same: of speech, which is
  /// billed by the character, no token; and of an embedding that states no usage, its input.
  @Test(
    arguments: [
      ("chat/completions", #"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#, 5...5),
      ("audio/speech", #"{"model":"m","input":"Hello there","voice":"alloy"}"#, 0...0),
      ("embeddings", #"{"model":"m","input":"Hello there"}"#, 1...20),
      ("images/generations", #"{"model":"m","prompt":"A cat on a roof"}"#, 0...0),
    ] as [(String, String, ClosedRange<Int64>)])
  func aRestartFindsWhatADayHas(path: String, body: String, counted: ClosedRange<Int64>) throws {
    let bench = try TestBench { call in
      call.answer(200, path == "chat/completions" ? Said.whole : #"{"data":[],"model":"m"}"#)
    }
    defer { bench.stop() }
    try limit(bench, #"{"tpd":100000,"itpd":100000,"rpd":9}"#)
    #expect(try bench.ask(Ask.post("/v1/\(path)", body)).status == 200)
    let usage = try bench.receipts(1)[0]["usage"]
    let input = usage?["input_tokens"]?.int ?? 0
    let tokens = input + (usage?["output_tokens"]?.int ?? 0)
    #expect(counted.contains(tokens))
    let snapshot = bench.installation.records.snapshot
    let user = try #require(snapshot.user(named: "ada")?.allowance)
    func used(_ accounts: Accounts) -> [Int64] {
      let now = MonotonicTime.now().nanoseconds / 1_000_000
      return accounts.outlook(
        user: user, token: nil, Demand(model: "m"), now: now, wall: 0
      ).limits.map(\.used)
    }
    let restarted = Accounts()
    try AccountKeeper(accounts: restarted, writer: bench.installation.writer).load(snapshot)
    #expect(used(bench.installation.accounts) == [1, tokens, input])
    #expect(used(restarted) == [1, tokens, input])
  }

  private static func response(_ status: String, usage: String = "null") -> String {
    #"{"id":"resp_1","object":"response","status":"\#(status)","model":"m","output":[],"#
      + #""usage":\#(usage)}"#
  }

  private static let used = #"{"input_tokens":3,"output_tokens":2,"total_tokens":5}"#

  /// The reading that says what a response has used is charged for it, once, though nothing was set
  /// aside for it; and it is not refused, whatever is left of the budget.
  @Test func whatIsMadeInTheBackgroundIsChargedWhenItIsRead() throws {
    let bench = try TestBench { call in
      switch call.number {
      case 1: call.answer(200, Self.response("queued"))
      case 2: call.answer(200, Self.response("in_progress"))
      default: call.answer(200, Self.response("completed", usage: Self.used))
      }
    }
    defer { bench.stop() }
    try bench.perform(
      "price.set",
      ["model": "m", "fields": ["input_cost_per_token": 0.001, "output_cost_per_token": 0.01]])
    func set(_ budget: String) throws {
      let user = #"{"name":"ada","limits":{"tpm":10000},"budgets":[\#(budget)]}"#
      try bench.perform("user.set", try JSONValue(parsing: user))
    }
    func budget() throws -> [String?] {
      let budget = try bench.perform("budget.show", ["user": "ada"])["budgets"]?[0]
      return [budget?["spent_usd"]?.text, budget?["reserved_usd"]?.text]
    }
    try set(#"{"usd":1,"period":"total"}"#)
    let body = #"{"model":"m","input":"hi","background":true,"max_output_tokens":9}"#
    #expect(try bench.ask(Ask.post("/v1/responses", body)).status == 200)
    #expect(try budget() == ["0", "0"])
    try set(#"{"usd":0,"period":"total","mode":"strict"}"#)
    #expect(try bench.ask(Ask.post("/v1/responses", body)).status == 402)
    for spent in ["0", "0.023", "0.023"] {
      let answer = try bench.ask(Ask.get("/v1/responses/resp_1"))
      #expect(answer.status == 200)
      #expect(try budget() == [spent, "0"])
    }
    #expect(bench.upstream.requests.count == 4)
    let rows = try bench.receipts(5)
    #expect(rows.map { $0["cost_usd"]?.string } == [nil, nil, "0", "0.023", "0"])
    #expect(
      rows.map { $0["usage_source"]?.string } == ["none", "none", "none", "reported", "none"])
    #expect(rows.map { $0["usage"]?["output_tokens"]?.int } == [0, 0, 0, 2, 0])
    let anomalies = rows.map { $0["anomalies"]?.array?.compactMap(\.string) ?? [] }
    #expect(anomalies[0] == ["cost_not_bounded", "no usage in the response", "usage_follows"])
    #expect(anomalies[3] == [])
    // The tokens are a debt of the minute that they were told in.
    let snapshot = bench.installation.records.snapshot
    let user = try #require(snapshot.user(named: "ada")?.allowance)
    let outlook = bench.installation.accounts.outlook(
      user: user, token: nil, Demand(model: "m"),
      now: MonotonicTime.now().nanoseconds / 1_000_000, wall: 0)
    #expect(outlook.limits.map(\.used) == [5])
  }

  @Test func whatWasSetAsideComesBack() throws {
    let bench = try TestBench()
    defer { bench.stop() }
    try limit(bench, #"{"concurrent":1,"tpm":1000}"#)
    for _ in 0..<5 {
      try eventually("the end of the one before") {
        try bench.ask(Ask.chat(extra: #","max_tokens":900"#)).status == 200
      }
    }
  }
}
