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

  /// A token lowers its user's level and never raises it.
  @Test(arguments: [(nil, 10), (3, 3), (10, 10), (99, 10), (0, 0)] as [(Int?, Int)])
  func level(ofToken level: Int?, isEffectively expected: Int) throws {
    let user = User(
      id: "u", definition: try UserDefinition(["name": "ada", "level": 10], id: "u"))
    #expect(Caller(user: user, token: try Self.token(level: level)).level == expected)
  }
}
