import JSON
import Testing

@testable import Appliance

@Suite("appliance request show")
struct ReceiptCommandsTests {
  static let request: JSONValue = [
    "request_id": "req_1", "user": "ada", "key": nil, "attempts": 2, "status": 200,
    "usage": ["input_tokens": 1000, "output_tokens": 0], "usage_source": "reported",
    "wait_ms": 12,
    "limits": [
      ["token": nil, "limit": "rpm", "model": "m*", "max": 60, "used_before": 3, "takes": 1]
    ],
    "budgets": [
      ["token": "laptop", "usd": 10, "period": "month", "spent_before_usd": 1.5, "takes_usd": 0.25]
    ],
    "plan": [["provider": "open", "model": "m", "level": 3]],
    "attempt_list": [
      [
        "provider": "open", "model": "m", "key": "main", "level": 3, "wait_ms": 12,
        "duration_ms": 7, "status": 429, "end": "rate_limited",
        "reason": "the key's rate limit is reached", "retry_after_ms": 20_000,
        "possible_cost_usd": nil,
      ]
    ],
    "cost": [
      "price_version": "v1", "price_key": "m",
      "lines": [
        [
          "item": "input", "quantity": "1000", "unit_price_usd": "0.00000015",
          "amount_usd": "0.00015", "price_field": "input_cost_per_token",
        ]
      ],
      "sum_usd": "0.00015", "factors": [["name": "us", "factor": "1.1"]],
      "exact_usd": "0.000165", "cost_usd": "0.000165", "possible_usd": "0.5",
    ],
  ]

  @Test func tellsTheStoryAndTheArithmetic() {
    let test = TestConsole(answers: [.requestShow: .success(["request": Self.request])])
    #expect(test.run("request show req_1") == .success)
    #expect(test.arguments == ["id": "req_1"])
    for line in [
      "request id  req_1", "user        ada", "Plan", "Limits", "rpm    m*      60       3      1",
      "Budgets, in dollars", "laptop   10  month            1.5", "open      m          3",
      "Attempts",
      "the key's rate limit is reached; come back in 20000 ms", "Usage, reported",
      "input tokens  1000", "Cost, by price table v1, entry m",
      "input      1000  ×      0.00000015  =     0.00015  input_cost_per_token",
      "times us                         1.1\nexactly                          0.000165\n",
      "attempts that were left may add  0.5",
    ] {
      #expect(test.output.contains(line), "\(line)\n\(test.output)")
    }
    #expect(!test.output.contains("output tokens"))
    #expect(!test.output.contains("key  "))
  }

  /// Only where a provider was asked is there a cost that may be unknown.
  @Test(
    arguments: [
      (0, nil, "\nCost: none, no provider was asked.\n"), (1, nil, "unknown, see anomalies"),
      (0, "0", "cost usd  0\n"),
    ] as [(Int64, String?, String)])
  func saysWhyThereIsNoCost(_ attempts: Int64, _ cost: String?, _ line: String) {
    var request = Self.request
    request["attempts"] = .int(attempts)
    request["cost"] = [
      "price_version": "v1", "cost_usd": cost.map(JSONValue.string) ?? .null,
    ]
    let test = TestConsole(answers: [.requestShow: .success(["request": request])])
    test.run("request show req_1")
    #expect(test.output.contains(line), "\(test.output)")
  }

  /// Of a client that left before anything was used, no anomaly speaks of a cost.
  @Test(
    arguments: [
      ("abandoned", "none", nil, "\nCost: none, no usage is known.\n"),
      ("abandoned", "estimated", nil, "unknown, see anomalies"),
      ("abandoned", "none", "0.5", "attempts that were left may add  0.5"),
      ("served", "none", nil, "unknown, see anomalies"),
    ] as [(String, String, String?, String)])
  func saysOfAnAbandonedRequestWhetherItUsedAnything(
    _ outcome: String, _ source: String, _ possible: String?, _ line: String
  ) {
    var request = Self.request
    request["outcome"] = .string(outcome)
    request["usage_source"] = .string(source)
    request["cost"] = [
      "price_version": "v1", "cost_usd": nil,
      "possible_usd": possible.map(JSONValue.string) ?? .null,
    ]
    let test = TestConsole(answers: [.requestShow: .success(["request": request])])
    test.run("request show req_1")
    #expect(test.output.contains(line), "\(test.output)")
  }

  @Test func printsJSON() throws {
    let test = TestConsole(answers: [.requestShow: .success(["request": Self.request])])
    test.run("request show req_1 --json")
    #expect(try JSONValue(parsing: test.output) == Self.request)
  }

  @Test func saysWhenThereIsNoCost() {
    let request: JSONValue = ["request_id": "r", "cost": ["price_version": "v1", "lines": []]]
    let test = TestConsole(answers: [.requestShow: .success(["request": request])])
    test.run("request show r")
    #expect(test.output.contains("Cost, by price table v1\ncost usd  unknown, see anomalies\n"))
    #expect(!test.output.contains("Plan"))
  }

  @Test func needsAnID() {
    #expect(TestConsole().run("request show") == .usage)
  }
}
