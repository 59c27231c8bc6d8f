import JSON
import Testing

@testable import Appliance

@Suite("appliance requests and usage")
struct LedgerCommandsTests {
  static let row: JSONValue = [
    "request_id": "r1", "time": "2027-01-31T12:00:00.000Z", "user": "ada", "model": "m",
    "provider": nil, "key": nil, "attempts": 3, "status": 200, "outcome": "served",
    "usage": ["input_tokens": 7, "output_tokens": 5], "cost_usd": "0.000001", "duration_ms": 12,
  ]

  @Test func printsOneObjectALine() throws {
    let test = TestConsole(answers: [.requestsList: .success(["requests": [Self.row, Self.row]])])
    #expect(test.run("requests --json --limit 2") == .success)
    #expect(test.arguments == ["limit": 2])
    let lines = test.output.split(separator: "\n")
    #expect(lines.count == 2)
    for line in lines { #expect(try JSONValue(parsing: String(line)) == Self.row) }
  }

  @Test func printsATableForAPerson() {
    let test = TestConsole(answers: [.requestsList: .success(["requests": [Self.row]])])
    test.run("requests")
    #expect(test.arguments == ["limit": 20])
    #expect(test.output.contains("2027-01-31T12:00:00  ada   m      -         -        3"))
  }

  @Test(arguments: [
    ("requests", "No requests yet.\n"), ("requests --user nobody", "No request matches.\n"),
    ("requests --model m --since 1h", "No request matches.\n"),
  ])
  func saysThatThereAreNone(_ line: String, _ sentence: String) {
    let test = TestConsole(answers: [.requestsList: .success(["requests": []])])
    #expect(test.run(line) == .success)
    #expect(test.errors == sentence && test.output.isEmpty)
  }

  @Test func boundsTheLimit() {
    #expect(TestConsole().run("requests --limit 0") == .usage)
    #expect(TestConsole().run("requests --limit many") == .usage)
  }

  @Test func sumsUpInATableWithATotal() {
    let summary: JSONValue = [
      "rows": [["user": "ada", "requests": 2]], "total": ["requests": 2],
    ]
    let test = TestConsole(answers: [.usageSummary: .success(summary)])
    test.run("usage --from 2027-01-31")
    #expect(test.arguments == ["by": ["user"], "from_ms": 1_801_353_600_000])
    #expect(test.output.contains("ada           2"))
    #expect(test.output.contains("total         2"))
  }

  @Test func sumsUpAsCSV() {
    let summary: JSONValue = ["rows": [["user": "a,\"b\"", "requests": 2]]]
    let test = TestConsole(answers: [.usageSummary: .success(summary)])
    test.run("usage --by user --csv")
    #expect(test.output.hasPrefix("user,requests,"))
    #expect(test.output.contains("\r\n\"a,\"\"b\"\"\",2,"))
  }

  @Test func sumsUpBySeveralSubjectsThePeriodFirst() {
    let summary: JSONValue = [
      "rows": [["day": "2027-01-31T00:00:00Z", "user": "ada", "model": "m", "requests": 2]],
      "total": ["requests": 2],
    ]
    let test = TestConsole(answers: [.usageSummary: .success(summary)])
    test.run("usage --by user,day --by model")
    #expect(test.arguments == ["by": ["user", "day", "model"]])
    #expect(test.output.hasPrefix("DAY                   USER  MODEL  REQUESTS"))
    #expect(test.output.contains("2027-01-31T00:00:00Z  ada   m             2"))
    #expect(test.output.contains("total                 -     -             2"))
    test.run("usage --by user,day --csv")
    #expect(test.output.contains("day,user,requests,failed,"))
  }

  @Test func refusesAnUnknownSubject() {
    #expect(TestConsole().run("usage --by hour,day") == .usage)
    #expect(TestConsole().run("usage --by user,user") == .usage)
    #expect(TestConsole().run("usage --by colour") == .usage)
    #expect(TestConsole().run("usage --csv --json") == .usage)
  }
}
