import Testing

@testable import Store

@Suite("Ids that live on one key")
struct OwnedIDsTests {
  func owned(_ id: String, _ user: String, key: String = "k1", expires: Int64 = 100) -> OwnedID {
    OwnedID(id: id, user: user, provider: "p1", key: key, expiresAtMilliseconds: expires)
  }

  @Test func areFoundBeforeAndAfterTheyAreStored() throws {
    try withFolder { folder throws in
      let writer = try Writer(path: "\(folder)/appliance.db")
      let ids = try OwnedIDs(writer)
      ids.remember(owned("resp_1", "ada"))
      for _ in 1...2 {
        #expect(
          try ids.find("resp_1", user: "ada", nowMilliseconds: 1) == .own(owned("resp_1", "ada")))
        #expect(try ids.find("resp_1", user: "bob", nowMilliseconds: 1) == .anothers)
        #expect(try ids.find("resp_2", user: "ada", nowMilliseconds: 1) == .unknown)
        #expect(try ids.find("resp_1", user: "ada", nowMilliseconds: 100) == .unknown)
        try writer.performAndWait { _ in }
      }
      #expect(writer.waitingIDs("resp_1").isEmpty)
    }
  }

  @Test func theLastKeyCounts() throws {
    try withFolder { folder throws in
      let writer = try Writer(path: "\(folder)/appliance.db")
      let ids = try OwnedIDs(writer)
      for stored in [false, true] {
        ids.remember(owned("a", "ada", key: "k1"))
        if stored { try writer.performAndWait { _ in } }
        ids.remember(owned("a", "ada", key: "k2"))
        let found = try ids.find("a", user: "ada", nowMilliseconds: 1)
        #expect(found == .own(owned("a", "ada", key: "k2")))
      }
    }
  }

  @Test func surviveARestartAndArePurged() throws {
    try withFolder { folder throws in
      let path = "\(folder)/appliance.db"
      let writer = try Writer(path: path)
      for number in 0..<10 {
        writer.remember(owned("\(number)", "ada", expires: Int64(number)))
      }
      writer.close()
      let next = try Writer(path: path)
      let ids = try OwnedIDs(next)
      let found = try ids.find("9", user: "ada", nowMilliseconds: 0)
      #expect(found == .own(owned("9", "ada", expires: 9)))
      let purged = try next.performAndWait { database throws(StoreError) in
        try [
          OwnedIDs.purge(expiredBefore: 8, rowsMax: 5, in: database),
          OwnedIDs.purge(expiredBefore: 8, rowsMax: 5, in: database),
          OwnedIDs.purge(expiredBefore: 8, rowsMax: 5, in: database),
        ]
      }
      #expect(purged == [5, 3, 0])
    }
  }

  @Test func anIDWithoutEndIsNotKept() throws {
    try withFolder { folder throws in
      let writer = try Writer(path: "\(folder)/appliance.db")
      let ids = try OwnedIDs(writer)
      let long = String(repeating: "x", count: 10_000)
      ids.remember(owned(long, "ada"))
      #expect(try ids.find(long, user: "ada", nowMilliseconds: 1) == .unknown)
      #expect(writer.health.waitingRows == 0)
    }
  }
}
