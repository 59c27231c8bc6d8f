import JSON
import Testing

@testable import Gateway

@Suite("Rosters")
struct RosterTests {
  static func key(
    _ id: String, level: Int = 1, weight: Int = 1, models: [String]? = nil,
    status: KeyDefinition.Status = .active, incarnation: UInt64 = 1
  ) throws -> Key {
    var value: [(String, String)] = []
    value.append(("status", "'\(status.rawValue)'"))
    if let models { value.append(("models", "\(models)")) }
    let fields = value.map { "'\($0.0)': \($0.1)" }.joined(separator: ", ")
    let text =
      "{'provider': 'p', 'label': '\(id)', 'level': \(level), 'weight': \(weight), \(fields)}"
    let definition = try KeyDefinition(
      try .init(parsing: text.replacing("'", with: "\"")), id: id)
    return Key(
      id: id, definition: definition, secret: ClearSecret(Array(id.utf8)), incarnation: incarnation)
  }

  @Test func sortByLevelThenAge() throws {
    let roster = Roster(
      keys: [
        try Self.key("c", level: 1), try Self.key("b", level: 5), try Self.key("a", level: 5),
        try Self.key("d", level: 9, status: .disabled), try Self.key("e", status: .pending),
      ], revision: 1)
    #expect(roster.keys.map(\.id) == ["a", "b", "c"])
    #expect(roster.pools == [.init(level: 5, range: 0..<2), .init(level: 1, range: 2..<3)])
    #expect(Roster(keys: [], revision: 1).isEmpty)
  }

  static let fits: [(String, Int, Roster.Fit)] = [
    ("gpt-4o", 9, .listed), ("gpt-4o", 4, .open), ("gpt-4o", 0, .none),
    ("o1-mini", 9, .listed), ("o1-mini", 1, .open), ("other", 9, .open), ("other", 0, .none),
    ("", 9, .open), ("", 1, .open), ("", 0, .none),
  ]

  @Test(arguments: fits)
  func knowWhatTheyServe(model: String, levelMax: Int, fit: Roster.Fit) throws {
    let roster = Roster(
      keys: [
        try Self.key("a", level: 5, models: ["gpt-4o", "o1*"]), try Self.key("b", level: 1),
        try Self.key("c", level: 0, models: []),
      ], revision: 1)
    #expect(roster.fit(model, Tiers(upTo: levelMax)) == fit)
    #expect(roster.couldServe(Tiers(upTo: 1)) && !roster.couldServe(Tiers(upTo: 0)))
    #expect(roster.listedModels(Tiers(upTo: 9)) == ["gpt-4o"])
    #expect(roster.listedModels(Tiers(upTo: 1)).isEmpty)
  }

  @Test func lookAtThePermittedLevelsAlone() throws {
    let roster = Roster(
      keys: [
        try Self.key("a", level: 9, models: ["m"]), try Self.key("b", level: 5),
        try Self.key("c", level: 1, models: ["m"]),
      ], revision: 1)
    let middle = Tiers(start: 9, ceiling: 9, allowed: [5])
    #expect(roster.fit("m", middle) == .open)
    #expect(roster.listedModels(middle).isEmpty)
    #expect(roster.fit("m", Tiers(start: 9, ceiling: 9, allowed: [2])) == .none)
    #expect(roster.home(of: "m", Tiers(upTo: 9)) == 9)
    #expect(roster.home(of: "x", Tiers(upTo: 9)) == 5)
    #expect(roster.home(of: "x", Tiers(upTo: 4)) == nil)
    #expect(roster.fit("m", Tiers(upTo: 9).only(5)) == .open)
    #expect(roster.fit("x", Tiers(upTo: 9).only(9)) == .none)
  }
}
