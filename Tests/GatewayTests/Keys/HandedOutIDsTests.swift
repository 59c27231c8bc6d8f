import Providers
import Testing

@testable import Gateway

@Suite("Ids that providers hand out")
struct HandedOutIDsTests {
  func owner(_ key: String, _ user: String = "u") -> HandedOutIDs.Owner {
    HandedOutIDs.Owner(keyID: key, userID: user)
  }

  @Test func pinARequestToTheirKey() throws {
    let known = ["a": owner("k1"), "b": owner("k1"), "c": owner("k2"), "d": owner("k1", "other")]
    func pin(_ ids: [String]) throws -> String? {
      try HandedOutIDs.pinnedKeyID(for: ids, userID: "u") { known[$0] }
    }
    #expect(try pin([]) == nil)
    #expect(try pin(["a"]) == "k1")
    #expect(try pin(["a", "b"]) == "k1")
    #expect(throws: Refusal.resourceNotFound(id: "d")) { try pin(["a", "d"]) }
    #expect(throws: Refusal.resourceNotFound(id: "x")) { try pin(["x"]) }
    #expect(throws: Refusal.self) { try pin(["a", "c"]) }
  }

  @Test func liveAsLongAsTheProviderKeepsThem() {
    let day: Int64 = 86_400_000
    #expect(HandedOutIDs.lifetimeMilliseconds(of: "resp_1") == 31 * day)
    #expect(HandedOutIDs.lifetimeMilliseconds(of: "conv_1") == 366 * day)
    #expect(HandedOutIDs.lifetimeMilliseconds(of: "files/1") == 3 * day)
  }

  @Test func areRefusedWhileTheStoreCannotBeRead() {
    #expect(throws: Refusal.overloaded("no disk")) {
      try HandedOutIDs.pinnedKeyID(for: ["a"], userID: "u") { _ throws(Refusal) in
        throw .overloaded("no disk")
      }
    }
  }
}
