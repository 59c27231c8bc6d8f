import Providers
import Testing

@testable import Gateway

@Suite("Authentication")
struct AuthenticationTests {
  static let document = """
    {'users': [{'name': 'ada'}, {'name': 'bob', 'status': 'suspended'}],
     'tokens': [
      {'user': 'ada', 'label': 'a', 'secret': 'good'},
      {'user': 'ada', 'label': 'b', 'secret': 'ending', 'expires_at': '1970-01-01T00:00:10Z'},
      {'user': 'ada', 'label': 'c', 'secret': 'held', 'status': 'suspended'},
      {'user': 'bob', 'label': 'd', 'secret': 'bobs'}]}
    """

  static let cases: [(String, Int64, Refusal?)] = [
    ("good", 0, nil),
    ("stranger", 0, .unknownToken),
    ("", 0, .unknownToken),
    ("ending", 9_999, nil),
    ("ending", 10_000, .tokenExpired),
    ("held", 0, .unknownToken),
    // The user is refused by access control, with words of its own.
    ("bobs", 0, nil),
  ]

  @Test(arguments: cases)
  func authenticates(token: String, nowMilliseconds: Int64, refusal: Refusal?) throws {
    let world = try World(Self.document)
    var thrown: Refusal?
    do {
      _ = try Authentication.authenticate(
        digest: World.digest(Array(token.utf8)), snapshot: world.snapshot,
        nowMilliseconds: nowMilliseconds)
    } catch {
      thrown = error
    }
    #expect(thrown == refusal)
  }
}
