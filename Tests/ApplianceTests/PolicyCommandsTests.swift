import JSON
import Testing

@testable import Appliance

@Suite("appliance explain and audit")
struct PolicyCommandsTests {
  @Test func explainAsks() {
    let test = TestConsole()
    test.run("explain --user ada --model m --endpoint messages --ip ::1 --level 3 --token laptop")
    #expect(test.operation == .explain)
    #expect(
      test.arguments == [
        "user": "ada", "model": "m", "endpoint": "messages", "token": "laptop", "ip": "::1",
        "level": 3,
      ])
    #expect(test.run("explain --model m") == .usage)
    test.run("explain --user ada --input-tokens 7 --max-tokens 9 --own-key")
    #expect(
      test.arguments == ["user": "ada", "input_tokens": 7, "max_tokens": 9, "own_key": true])
    #expect(test.run("explain --user ada --max-tokens many") == .usage)
  }

  @Test func explainTells() {
    let refused: JSONValue = [
      "allowed": false, "status": 403, "code": "ip_not_allowed", "message": "No.",
      "endpoint": "messages", "dialect": "anthropic",
      "decisions": [["phase": "authorize", "rule": "user 'ada' ips: not in the list"]],
    ]
    let test = TestConsole(answers: [.explain: .success(refused)])
    test.run("explain --user ada")
    #expect(
      test.output
        == "Refused with 403 ip_not_allowed: No.\nendpoint: messages (anthropic)\n"
        + "authorize: user 'ada' ips: not in the list\n")
    let allowed: JSONValue = [
      "allowed": true, "plan": [["provider": "p", "model": "m", "levels": [9, 1]]],
      "keys": [["provider": "p", "key": "k", "level": 9, "model": "m"]],
      "endpoint": "messages", "dialect": "anthropic", "wait_ms": 1_500,
    ]
    let other = TestConsole(answers: [.explain: .success(allowed)])
    other.run("explain --user ada")
    #expect(
      other.output.hasPrefix(
        "Allowed.\nendpoint: messages (anthropic)\n"
          + "It would wait 2 s for a key, since all rest.\n\nPlan:\n"))
    #expect(other.output.contains("Keys, in order:\nKEY  LEVEL  MODEL\np/k      9  m\n"))
  }

  @Test func explainTellsOfLimitsAndBudgets() {
    let told: JSONValue = [
      "allowed": true, "request": ["input_tokens": 1_000], "output_cap": 400,
      "not_bounded": ["a search"],
      "limits": [
        [
          "token": .null, "limit": "rpm", "model": .null, "max": 5, "used": 5, "takes": 1,
          "left_after": .null, "resets_at": "2027-01-01T00:00:00Z", "refuses": true,
        ]
      ],
      "budgets": [
        [
          "token": "laptop", "usd": 1, "period": "day", "spent_usd": 0, "reserved_usd": 0,
          "takes_usd": 1, "left_after_usd": 0, "resets_at": .null, "refuses": false,
        ]
      ],
      "keys": [
        ["provider": "p", "key": "k", "level": 9, "model": "m", "owner": "ada"],
        ["provider": "p", "key": .null, "level": .null, "model": "m", "own": true],
      ],
    ]
    let test = TestConsole(answers: [.explain: .success(told)])
    test.run("explain --user ada")
    for text in [
      "It would go out with a cap of 400 output tokens", "Its cost has no bound: a search",
      "Limits, for 1000 input tokens:", "2027-01-01T00:00:00Z  refuses", "Budgets, in dollars:",
      "laptop", "p/k (of ada)", "p/the client's own",
    ] {
      #expect(test.output.contains(text), "\(text)")
    }
  }

  @Test func auditAsksAndLists() {
    let entries: JSONValue = [
      "entries": [
        [
          "time": "2027-01-01T00:00:00Z", "actor": .null, "uid": 7, "origin": "socket",
          "operation": "user.set", "change": "changed", "kind": "user", "name": "ada",
          "before": ["name": "ada", "level": 1], "after": ["name": "ada", "level": 2, "ips": []],
        ]
      ]
    ]
    let test = TestConsole(answers: [.auditList: .success(entries)])
    test.run("audit --limit 5 --kind user --name ada")
    #expect(test.operation == .auditList)
    #expect(test.arguments == ["limit": 5, "kind": "user", "name": "ada"])
    #expect(test.output.contains("2027-01-01T00:00:00  7"))
    #expect(test.output.contains("level, ips"))
    #expect(TestConsole().run("audit --limit x") == .usage)
  }
}
