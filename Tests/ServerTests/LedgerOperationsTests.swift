import Gateway
import JSON
import Providers
import Store
import Testing

@testable import Server

@Suite("Reading the ledger")
struct LedgerOperationsTests {
  static func receipt(_ number: Int, user: String, model: String) -> Receipt {
    var receipt = Receipt(
      requestID: "req_\(number)", startedAtMilliseconds: 1_800_000_000_000 + Int64(number) * 1_000)
    receipt.user = user
    receipt.token = "laptop"
    receipt.dialect = .openai
    receipt.endpoint = .chatCompletions
    receipt.model = model
    receipt.upstreamModel = "up-\(model)"
    receipt.provider = "open"
    receipt.key = "first"
    receipt.level = 1
    receipt.attempts = 2
    receipt.status = 200
    receipt.isStream = true
    receipt.outcome = .served
    receipt.usage.inputTokens = 10
    receipt.usage.outputTokens = 5
    receipt.usageSource = .reported
    receipt.costNanoUSD = 1_500_000_001
    receipt.timeToFirstTokenMilliseconds = 7
    receipt.durationMilliseconds = 9
    return receipt
  }

  static func desk() throws -> TestDesk {
    let desk = try TestDesk()
    for number in 1...3 {
      try desk.record(
        receipt(number, user: number == 3 ? "bob" : "ada", model: "m-\(number)"))
    }
    var failed = Receipt(requestID: "req_4", startedAtMilliseconds: 1_800_000_009_000)
    failed.status = 401
    failed.anomalies = ["invalid_api_key"]
    try desk.record(failed)
    return desk
  }

  @Test func aRequestHasExactlyItsFields() throws {
    let desk = try Self.desk()
    let rows = try #require(try desk.perform("requests.list")["requests"]?.array)
    #expect(rows.count == 4)
    let names =
      "request_id time user token dialect endpoint model upstream_model provider key level attempts "
      + "status stream outcome usage usage_source cost_usd anomalies ttft_ms duration_ms"
    for row in rows { #expect(row.object?.map(\.name).joined(separator: " ") == names) }
    let usage =
      "input_tokens output_tokens total_tokens cached_input_tokens cache_write_tokens "
      + "cache_write_5m_tokens cache_write_1h_tokens reasoning_tokens input_audio_tokens "
      + "output_audio_tokens input_image_tokens output_image_tokens cached_input_audio_tokens "
      + "cached_input_image_tokens tool_use_input_tokens accepted_prediction_tokens "
      + "rejected_prediction_tokens"
    #expect(rows[1]["usage"]?.object?.map(\.name).joined(separator: " ") == usage)
    #expect(rows[0].at("request_id")?.string == "req_4")
    for name in ["user", "model", "key", "level", "cost_usd", "ttft_ms"] {
      #expect(rows[0][name] == .null, "\(name)")
    }
    #expect(rows[0]["anomalies"]?.text == #"["invalid_api_key"]"#)
    #expect(rows[1]["cost_usd"]?.string == "1.500000001")
    #expect(rows[1]["time"]?.string == "2027-01-15T08:00:03Z")
    #expect(rows[1]["endpoint"]?.string == "chat/completions")
  }

  @Test(
    arguments: [
      ("{}", ["req_4", "req_3", "req_2", "req_1"]), (#"{"limit":2}"#, ["req_4", "req_3"]),
      (#"{"limit":0}"#, []), (#"{"limit":-1}"#, []), (#"{"user":"ada"}"#, ["req_2", "req_1"]),
      (#"{"model":"m-3"}"#, ["req_3"]), (#"{"user":"ada","model":"m-3"}"#, []),
      (#"{"since_ms":1800000003000}"#, ["req_4", "req_3"]),
      (#"{"limit":99999999999}"#, ["req_4", "req_3", "req_2", "req_1"]),
    ] as [(String, [String])])
  func requests(_ arguments: String, ids: [String]) throws {
    let rows = try Self.desk().perform("requests.list", arguments)["requests"]?.array
    #expect(rows?.compactMap { $0["request_id"]?.string } == ids)
  }

  @Test func sumsByWhatIsAsked() throws {
    let desk = try Self.desk()
    let summary = try desk.perform("usage.summary", #"{"by":["user"]}"#)
    #expect(summary.object?.map(\.name) == ["rows", "total", "from", "to"])
    #expect(
      summary.at("rows.0")?.text
        == #"{"user":"ada","requests":2,"failed":0,"input_tokens":20,"output_tokens":10,"#
        + #""total_tokens":30,"cached_input_tokens":0,"cache_write_tokens":0,"#
        + #""reasoning_tokens":0,"cost_usd":"3.000000002","unpriced":0,"#
        + #""estimated":0,"attempts":4,"possible_usd":"0"}"#)
    #expect(summary.at("total.requests") == 4)
    #expect(summary.at("total.failed") == 1)
    #expect(summary.at("total.cost_usd")?.string == "4.500000003")
    #expect(summary["from"] == .null && summary["to"] == .null)
    let early = try desk.perform(
      "usage.summary", #"{"by":["model"],"from_ms":1800000000001,"to_ms":1800000002000}"#)
    #expect(early.at("total.requests") == 4)
    #expect(early["from"]?.string == "2027-01-15T08:00:00Z")
    #expect(early["to"]?.string == "2027-01-15T09:00:00Z")
    let late = try desk.perform("usage.summary", #"{"from_ms":1800003600000}"#)
    #expect(late.at("total.requests") == 0)
    let both = try desk.perform("usage.summary", #"{"by":["user","day","model"]}"#)
    #expect(both["rows"]?.array?.count == 4)
    #expect(
      both.at("rows.0")?.object?.prefix(3).map { "\($0.name)=\($0.value.string ?? "-")" }
        == ["day=2027-01-15T00:00:00Z", "user=ada", "model=m-1"])
    #expect(
      try desk.perform("usage.summary", #"{"by":["key"]}"#).at("rows.0.key")?.string == "open/first"
    )
  }

  @Test func anEmptyLedgerSumsToZero() throws {
    let summary = try TestDesk().perform("usage.summary")
    #expect(summary["rows"]?.text == "[]")
    #expect(summary.at("total.requests") == 0)
    #expect(summary.at("total.cost_usd")?.string == "0")
  }

  @Test(arguments: [
    ("requests.list", #"{"limit":"many"}"#), ("requests.list", #"{"user":7}"#),
    ("requests.list", #"{"since_ms":"yesterday"}"#),
    ("usage.summary", #"{"by":["colour"]}"#), ("usage.summary", #"{"by":["user","user"]}"#),
    ("usage.summary", #"{"by":["hour","day"]}"#), ("usage.summary", #"{"by":[7]}"#),
    ("usage.summary", #"{"from_ms":"x"}"#),
  ])
  func refusals(_ operation: String, arguments: String) throws {
    #expect(try TestDesk().code(operation, arguments) == "invalid")
  }
}
