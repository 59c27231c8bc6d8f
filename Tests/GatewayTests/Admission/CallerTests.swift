import JSON
import Testing

@testable import Gateway

@Suite("Caller")
struct CallerTests {
  static func token(level: Int?) throws -> Token {
    var value: JSONValue = [
      "user": "u", "label": "laptop", "digest": .string(String(repeating: "0a", count: 32)),
    ]
    if let level { value["level"] = .int(Int64(level)) }
    return Token(id: "t", definition: try TokenDefinition(value, id: "t"))
  }

  static func user(_ members: String = "") throws -> User {
    let text = "{'name': 'ada', 'level': 10\(members)}".replacing("'", with: "\"")
    return User(id: "u", definition: try UserDefinition(try JSONValue(parsing: text), id: "u"))
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    var user = ""
    var token: Int?
    var header: Int?
    var mapping: Int?
    /// In the order in which they are tried, of the levels 0, 1, 5, 10, 20.
    let levels: [Int]
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "a user's own level and below", levels: [10, 5, 1, 0]),
    Case(name: "a token lowers", token: 5, levels: [5, 1, 0]),
    Case(name: "a token does not raise", token: 99, levels: [10, 5, 1, 0]),
    Case(name: "a header lowers", header: 1, levels: [1, 0]),
    Case(name: "a header does not raise", token: 1, header: 20, levels: [1, 0]),
    Case(name: "levels that it may use", user: ", 'allow_levels': [10, 1]", levels: [10, 1]),
    Case(name: "between two of them", user: ", 'allow_levels': [10, 1]", header: 7, levels: [1]),
    Case(name: "none at all", user: ", 'allow_levels': []", levels: []),
    Case(name: "any: then upwards", user: ", 'failover': 'any'", levels: [10, 5, 1, 0, 20]),
    Case(
      name: "any: not above what the header says", user: ", 'failover': 'any'", header: 5,
      levels: [5, 1, 0]),
    Case(
      name: "any, among those that it may use",
      user: ", 'failover': 'any', 'allow_levels': [0, 10, 20]", levels: [10, 0, 20]),
    Case(name: "a mapping raises", mapping: 20, levels: [20, 10, 5, 1, 0]),
    Case(name: "a mapping lowers", mapping: 1, levels: [1, 0]),
    Case(
      name: "a mapping does not lead where the user may not go", user: ", 'allow_levels': [10, 1]",
      mapping: 20, levels: [10, 1]),
    Case(name: "a mapping does not lead above a token", token: 5, mapping: 20, levels: [5, 1, 0]),
  ]

  @Test(arguments: cases)
  func tiers(_ example: Case) throws {
    var caller = Caller(
      user: try Self.user(example.user), token: try Self.token(level: example.token))
    caller.requestedLevel = example.header
    let tiers = caller.tiers(startingAt: example.mapping)
    let pools = [20, 10, 5, 1, 0].enumerated().map {
      Roster.Pool(level: $0.element, range: $0.offset..<$0.offset + 1)
    }
    let walked = pools.indices.map { pools[tiers.place(at: $0, in: pools)].level }
    #expect(walked.filter(tiers.permits) == example.levels)
    #expect(walked.sorted() == [0, 1, 5, 10, 20], "each pool has its turn once")
  }
}
