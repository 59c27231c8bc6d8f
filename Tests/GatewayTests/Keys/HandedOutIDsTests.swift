import Providers
import Testing

@testable import Gateway

@Suite("Ids that providers hand out")
struct HandedOutIDsTests {
  func owner(_ key: String, _ user: String = "u", at provider: String = "p") -> HandedOutIDs.Owner {
    HandedOutIDs.Owner(keyID: key, providerID: provider, userID: user)
  }

  @Test func pinARequestToTheirKey() throws {
    let known = [
      "a": owner("k1"), "b": owner("k1"), "c": owner("k2"), "d": owner("k1", "other"),
      "e": owner("k1", at: "q"),
    ]
    func pin(_ ids: [String]) throws -> String? {
      try HandedOutIDs.owner(of: ids, userID: "u") { known[$0] }?.keyID
    }
    #expect(try pin([]) == nil)
    #expect(try pin(["a"]) == "k1")
    #expect(try pin(["a", "b"]) == "k1")
    #expect(throws: Refusal.resourceNotFound(id: "d")) { try pin(["a", "d"]) }
    #expect(throws: Refusal.resourceNotFound(id: "x")) { try pin(["x"]) }
    #expect(throws: Refusal.self) { try pin(["a", "c"]) }
    // One key that was brought to two providers.
    #expect(throws: Refusal.self) { try pin(["a", "e"]) }
  }

  static let document = """
    {'providers': [
      {'name': 'oa', 'dialect': 'openai', 'base_url': 'https://oa.example/v1'},
      {'name': 'or', 'dialect': 'openai', 'base_url': 'https://or.example/v1'}]}
    """

  /// Which provider a passthrough names, which ids, and which of them is none there.
  static let places: [(provider: String?, ids: [String], refused: String?)] = [
    (nil, ["a", "b"], nil), (nil, ["c"], nil), ("oa", ["a", "b"], nil), ("oa", ["c"], "c"),
    ("oa", ["a", "c"], "c"), ("or", ["a"], "a"), ("or", ["c"], nil), ("or", [], nil),
    // Who is not there is refused as such.
    ("gone", ["a"], nil),
  ]

  /// An id of another provider leads nowhere where a passthrough names its own.
  @Test(arguments: places)
  func underAPassthroughAreItsProviders(
    _ provider: String?, _ ids: [String], _ refused: String?
  ) throws {
    let world = try World(Self.document)
    let (oa, or) = (try world.provider("oa").id, try world.provider("or").id)
    let known = [
      "a": owner("k1", at: oa), "b": owner("k1", at: oa), "c": owner("k2", at: or),
    ]
    let question = Router.Question(
      model: nil, dialect: .openai, passthroughProvider: provider)
    do throws(Refusal) {
      let found = try HandedOutIDs.owner(
        of: ids, userID: "u", at: question.providerOfIDs(world.snapshot), owner: { known[$0] })
      #expect(refused == nil && found == ids.first.flatMap { known[$0] })
    } catch {
      #expect(refused.map { Refusal.resourceNotFound(id: $0) } == error)
    }
  }

  /// Whose key holds an id, and which key the client brings; where the request is bound to.
  static let bindings: [(key: String, own: String?, pinned: String?, provider: String?, Int?)] = [
    ("k1", nil, "k1", nil, nil), ("own/f1", "own/f1", nil, "p", nil),
    ("own/f1", nil, nil, nil, 400), ("own/f1", "own/f2", nil, nil, 404),
    ("k1", "own/f1", nil, nil, 404),
  ]

  @Test(arguments: bindings)
  func bindARequest(
    to key: String, own: String?, pinned: String?, provider: String?, status: Int?
  ) {
    var question = Router.Question(model: "m", dialect: .openai)
    do throws(Refusal) {
      try question.bind(to: owner(key), id: "resp_1", ownKeyID: own)
      #expect(status == nil)
    } catch {
      #expect(error.status == status && error.message.contains("resp_1"))
    }
    #expect(question.pinnedKeyID == pinned && question.pinnedProviderID == provider)
  }

  @Test func liveAsLongAsTheProviderKeepsThem() {
    let day: Int64 = 86_400_000
    #expect(HandedOutIDs.lifetimeMilliseconds(of: "resp_1") == 31 * day)
    #expect(HandedOutIDs.lifetimeMilliseconds(of: "conv_1") == 366 * day)
    #expect(HandedOutIDs.lifetimeMilliseconds(of: "files/1") == 3 * day)
  }

  @Test func areRefusedWhileTheStoreCannotBeRead() {
    #expect(throws: Refusal.overloaded("no disk")) {
      try HandedOutIDs.owner(of: ["a"], userID: "u") { _ throws(Refusal) in
        throw .overloaded("no disk")
      }
    }
  }
}
