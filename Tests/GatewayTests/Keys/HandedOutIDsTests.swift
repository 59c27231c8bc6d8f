import Foundation
import Providers
import Testing

@testable import Gateway

@Suite("Ids that providers hand out")
struct HandedOutIDsTests {
  func owner(_ key: String, _ user: String = "u", expires: Int64 = 1_000) -> HandedOutIDs.Owner {
    HandedOutIDs.Owner(keyID: key, userID: user, expiresAtMilliseconds: expires)
  }

  @Test func areRememberedUntilTheyExpire() {
    let ids = HandedOutIDs()
    ids.remember("resp_1", owner: owner("k"))
    #expect(ids.owner(of: "resp_1", nowMilliseconds: 999) == owner("k"))
    #expect(ids.owner(of: "resp_1", nowMilliseconds: 1_000) == nil)
    #expect(ids.owner(of: "resp_2", nowMilliseconds: 0) == nil)
    ids.remember("resp_1", owner: owner("l"))
    #expect(ids.owner(of: "resp_1", nowMilliseconds: 0) == owner("l"))
    ids.forget("resp_1")
    ids.forget("resp_1")
    #expect(ids.owner(of: "resp_1", nowMilliseconds: 0) == nil)
  }

  /// The newest are kept, and never more than the bound.
  @Test(arguments: [31, 32] as [UInt64])
  func areBounded(seed: UInt64) {
    var random = Seeded(state: seed)
    let ids = HandedOutIDs(countMax: 640)
    for number in 0..<20_000 {
      ids.remember("id\(number)", owner: owner("k"))
      if Int.random(in: 0..<3, using: &random) == 0 {
        ids.forget("id\(Int.random(in: 0...number, using: &random))")
      }
    }
    let kept = (0..<20_000).count { ids.owner(of: "id\($0)", nowMilliseconds: 0) != nil }
    #expect(kept <= 640 && kept > 500, "seed \(seed)")
    #expect(ids.owner(of: "id1", nowMilliseconds: 0) == nil)
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

  @Test func threadsShareThem() {
    let ids = HandedOutIDs(countMax: 100_000)
    let threads = (0..<4).map { thread in
      Thread {
        for number in 0..<5_000 {
          ids.remember(
            "\(thread)-\(number)",
            owner: HandedOutIDs.Owner(keyID: "\(thread)", userID: "u", expiresAtMilliseconds: 9))
          _ = ids.owner(of: "\((thread + 1) % 4)-\(number)", nowMilliseconds: 0)
        }
      }
    }
    #expect(ProviderStateTests.run(threads))
    for thread in 0..<4 {
      #expect(ids.owner(of: "\(thread)-4999", nowMilliseconds: 0)?.keyID == "\(thread)")
    }
  }
}
