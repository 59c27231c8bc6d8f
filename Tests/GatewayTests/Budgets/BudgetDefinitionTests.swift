import JSON
import Testing

@testable import Gateway

@Suite("Budgets as records write them")
struct BudgetDefinitionTests {
  private func budgets(_ text: String) throws -> [Budget] {
    let world = try World(
      """
      {'users':[{'name':'ada','budgets':\(text)}],
       'tokens':[{'user':'ada','label':'t','secret':'t','budgets':[{'usd':1,'period':'day'}]}]}
      """)
    let caller = try world.caller("t")
    #expect(caller.token.allowance?.budgets.count == 1)
    return try #require(caller.user.allowance).budgets
  }

  @Test func budgetsAreRead() throws {
    let budgets = try budgets(
      """
      [{'usd':10,'period':'month'},{'usd':'0.000000001','period':'hour','aligned':false},
       {'usd':2.50,'period':'day','timezone':'+02:00','mode':'strict',
        'raises':[{'usd':1,'until':'2027-01-31T00:00:00Z'}]}]
      """)
    #expect(budgets.map(\.definition.nanoUSD) == [10_000_000_000, 1, 2_500_000_000])
    #expect(budgets.map(\.definition.isAligned) == [true, false, true])
    #expect(budgets[2].definition.mode == .strict && budgets[0].definition.mode == .soft)
    let end = try #require(Timestamp.milliseconds(parsing: "2027-01-31T00:00:00Z"))
    #expect(budgets[2].definition.nanoUSD(at: end - 1) == 3_500_000_000)
    #expect(budgets[2].definition.nanoUSD(at: end) == 2_500_000_000)
    #expect(budgets[0].text(at: 0) == "$10 a month")
  }

  @Test(arguments: [
    ("{}", "budgets must be a list"), ("[1]", "budgets must be a list such as"),
    ("[{'period':'day'}]", "usd must be an amount"),
    ("[{'usd':-1,'period':'day'}]", "usd must be an amount"),
    ("[{'usd':1e-10,'period':'day'}]", "usd must be an amount"),
    ("[{'usd':1e30,'period':'day'}]", "usd must be an amount"),
    ("[{'usd':'x','period':'day'}]", "usd must be an amount"),
    ("[{'usd':1}]", "period must be one of"), ("[{'usd':1,'period':'year'}]", "period must be one"),
    ("[{'usd':1,'period':'day','aligned':1}]", "aligned must be true or false"),
    ("[{'usd':1,'period':'day','timezone':'Mars/Olympus'}]", "no time zone 'Mars/Olympus'"),
    ("[{'usd':1,'period':'day','timezone':5}]", "timezone must be a name"),
    ("[{'usd':1,'period':'hour','timezone':'+05:37'}]", "an offset is whole quarter hours"),
    ("[{'usd':1,'period':'hour','timezone':'-00:01'}]", "timezone '-00:01' is that of no place"),
    ("[{'usd':1,'period':'day','mode':'hard'}]", "mode must be 'soft' or 'strict'"),
    ("[{'usd':1,'period':'day','raises':[{'usd':1}]}]", "a raise is"),
    ("[{'usd':1,'period':'day','limit':1}]", "a budget has no 'limit'"),
    ("[{'usd':1,'period':'day'},{'usd':2,'period':'day'}]", "two for the same day"),
  ])
  func whatCannotBeIsRefused(text: String, words: String) {
    let error = #expect(throws: ImportError.self) {
      try World("{'users':[{'name':'ada','budgets':\(text)}]}")
    }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  struct Bounds: Sendable, CustomTestStringConvertible {
    let period: BudgetDefinition.Period
    var zone = "UTC"
    let at: String
    let start: String
    let end: String
    var testDescription: String { "\(period) in \(zone) at \(at)" }
  }

  @Test(arguments: [
    Bounds(
      period: .hour, at: "2027-05-05T10:59:59.999Z", start: "2027-05-05T10:00:00Z",
      end: "2027-05-05T11:00:00Z"),
    Bounds(
      period: .hour, zone: "+05:45", at: "2027-05-05T10:20:00Z", start: "2027-05-05T10:15:00Z",
      end: "2027-05-05T11:15:00Z"),
    Bounds(
      period: .hour, zone: "+05:37", at: "2027-05-05T10:14:59.999Z",
      start: "2027-05-05T09:15:00Z", end: "2027-05-05T10:15:00Z"),
    Bounds(
      period: .hour, zone: "+05:37", at: "2027-05-05T10:15:00Z", start: "2027-05-05T10:15:00Z",
      end: "2027-05-05T11:15:00Z"),
    Bounds(
      period: .day, zone: "-00:01", at: "2027-05-05T00:00:30Z", start: "2027-05-05T00:00:00Z",
      end: "2027-05-06T00:00:00Z"),
    Bounds(
      period: .month, zone: "+00:01", at: "2027-05-31T23:50:00Z", start: "2027-05-31T23:45:00Z",
      end: "2027-06-30T23:45:00Z"),
    Bounds(
      period: .day, at: "2027-05-05T10:00:00Z", start: "2027-05-05T00:00:00Z",
      end: "2027-05-06T00:00:00Z"),
    Bounds(
      period: .day, zone: "-03:00", at: "2027-05-05T02:59:59Z", start: "2027-05-04T03:00:00Z",
      end: "2027-05-05T03:00:00Z"),
    Bounds(
      period: .day, zone: "Europe/Berlin", at: "2027-03-28T12:00:00Z",
      start: "2027-03-27T23:00:00Z", end: "2027-03-28T22:00:00Z"),
    Bounds(
      period: .week, at: "2027-05-09T23:59:59Z", start: "2027-05-03T00:00:00Z",
      end: "2027-05-10T00:00:00Z"),
    Bounds(
      period: .week, at: "2027-05-10T00:00:00Z", start: "2027-05-10T00:00:00Z",
      end: "2027-05-17T00:00:00Z"),
    Bounds(
      period: .month, at: "2028-02-29T10:00:00Z", start: "2028-02-01T00:00:00Z",
      end: "2028-03-01T00:00:00Z"),
    Bounds(
      period: .month, zone: "Europe/Berlin", at: "2027-12-31T23:30:00Z",
      start: "2027-12-31T23:00:00Z", end: "2028-01-31T23:00:00Z"),
    Bounds(
      period: .month, zone: "America/New_York", at: "2027-11-20T00:00:00Z",
      start: "2027-11-01T04:00:00Z", end: "2027-12-01T05:00:00Z"),
  ])
  func periodsAreTheCalendars(example: Bounds) throws {
    let table = ZoneTable { ZoneRulesTests.file($0) }
    guard let zone = table.zone(named: example.zone) else {
      print("skipped: there is no \(example.zone) in /usr/share/zoneinfo")
      return
    }
    let budget = Budget(
      definition: BudgetDefinition(nanoUSD: 1, period: example.period, zoneName: example.zone),
      zone: zone)
    let at = try #require(Timestamp.milliseconds(parsing: example.at))
    let bounds = budget.bounds(at: at)
    #expect(Timestamp.text(bounds.start) == example.start)
    #expect(Timestamp.text(bounds.end) == example.end)
    #expect(bounds.start % SpendQuarter.milliseconds == 0)
  }

  /// A record of before, with an offset that is refused now: it is loaded, and may be changed in all
  /// else.
  @Test func anOddOffsetThatIsStoredStays() throws {
    var world = try World(
      "{'users':[{'name':'ada'}],'tokens':[{'user':'ada','label':'t','secret':'t'}]}")
    let id = try world.caller("t").user.id
    let odd = "{'usd':1,'period':'hour','timezone':'+05:37'}"
    let record = try world.record(.user, id, "{'name':'ada','budgets':[\(odd)]}")
    let loaded = Snapshot.loading([record], unseal: World.unseal)
    #expect(loaded.problems.isEmpty && loaded.snapshot.user(id: id)?.allowance != nil)
    try world.apply([record])
    try world.load("{'users':[{'name':'ada','level':2}]}")
    try world.load("{'users':[{'name':'ada','budgets':[\(odd.replacing("1,", with: "2,"))]}]}")
    try world.load(
      "{'users':[{'name':'ada','budgets':[\(odd),{'usd':5,'period':'day'}]}]}", replacing: true)
    let budgets = try world.caller("t").user.allowance?.budgets
    #expect(budgets?.map(\.definition.zoneName) == ["+05:37", "UTC"])
    #expect(throws: ImportError.self) {
      try world.load("{'users':[{'name':'ada','budgets':[\(odd.replacing("37", with: "38"))]}]}")
    }
  }

  /// A raise stays with the budget that counts the same, whatever its amount and how strict it is.
  @Test(arguments: [
    ("{'usd':2,'period':'day'}", 12), ("{'usd':2,'period':'day','aligned':true}", 12),
    ("{'usd':2,'period':'day','timezone':'UTC','mode':'strict'}", 12),
    ("{'usd':2,'period':'day','raises':[]}", 2), ("{'usd':2,'period':'day','raises':null}", 2),
    ("{'usd':2,'period':'week'}", 2), ("{'usd':2,'period':'day','aligned':false}", 2),
    ("{'usd':2,'period':'day','timezone':'+02:00'}", 2),
    ("{'usd':2,'period':'day','raises':[{'usd':1,'until':'2027-01-31T00:00:00Z'}]}", 3),
  ])
  func aRaiseStaysWithItsBudget(changed: String, dollars: Int64) throws {
    var world = try World(
      """
      {'users':[{'name':'ada','budgets':[{'usd':1,'period':'day',
        'raises':[{'usd':10,'until':'2027-01-31T00:00:00Z'}]}]}],
       'tokens':[{'user':'ada','label':'t','secret':'t'}]}
      """)
    try world.load("{'users':[{'name':'ada','budgets':[\(changed)]}]}")
    let budget = try #require(world.caller("t").user.allowance?.budgets.first)
    #expect(budget.definition.nanoUSD(at: 0) == dollars * 1_000_000_000)
  }
}
