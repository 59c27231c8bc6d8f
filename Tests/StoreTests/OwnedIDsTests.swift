import Testing

@testable import Store

@Suite("Ids that live on one key")
struct OwnedIDsTests {
  func owned(
    _ id: String, _ user: String, key: String = "k1", expires: Int64 = 100,
    debt: UsageDebt = .unknown, model: String? = nil
  ) -> OwnedID {
    OwnedID(
      id: id, user: user, provider: "p1", key: key, expiresAtMilliseconds: expires, debt: debt,
      owed: OwedModels(model: model, upstreamModel: model.map { "up/" + $0 }))
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

  // MARK: what a response owes

  @Test(arguments: [false, true])
  func aDebtIsClaimedOnceAndByItsUser(isStored: Bool) throws {
    try withFolder { folder throws in
      let writer = try Writer(path: "\(folder)/appliance.db")
      let ids = try OwnedIDs(writer)
      func claim(_ id: String, _ user: String, at now: Int64 = 1) throws -> Bool {
        try ids.claimAndStore(id, user: user, nowMilliseconds: now) != nil
      }
      ids.remember(owned("resp_1", "ada", debt: .owed))
      ids.remember(owned("resp_2", "ada"))
      if isStored { try writer.performAndWait { _ in } }
      #expect(try claim("resp_1", "bob") == false)
      #expect(try claim("resp_2", "ada") == false)
      #expect(try claim("resp_3", "ada") == false)
      #expect(try claim("resp_1", "ada", at: 100) == false)
      #expect(try claim("resp_1", "ada"))
      for _ in 1...2 {
        #expect(try claim("resp_1", "ada") == false)
        try writer.performAndWait { _ in }
      }
      #expect(writer.waitingIDs("resp_1").isEmpty)
    }
  }

  @Test func ofManyWhoClaimAtOnceOneIsTheFirst() throws {
    try withFolder { folder throws in
      let writer = try Writer(path: "\(folder)/appliance.db")
      let ids = try OwnedIDs(writer)
      let (threads, debts) = (4, 200)
      for number in 0..<debts { ids.remember(owned("\(number)", "ada", debt: .owed)) }
      let claims = Monitor(0)
      let ended = Monitor(0)
      for _ in 0..<threads {
        try startThread(name: "test") {
          for number in 0..<debts {
            let owed = try? ids.claimAndStore("\(number)", user: "ada", nowMilliseconds: 1)
            if owed != nil { claims.withLock { $0 += 1 } }
          }
          ended.withLock { $0 += 1 }
          ended.wake()
        }
      }
      ended.wait { $0 == threads ? .done(()) : .again(atMilliseconds: nil) }
      #expect(claims.withLock { $0 } == debts)
    }
  }

  /// Whoever names an id later, and does not know of the debt or thinks that it is owed still.
  @Test(
    arguments: [
      (.owed, .unknown, 0), (.owed, .unknown, 1), (.owed, .unknown, 2), (.settled, .unknown, 0),
      (.settled, .unknown, 1), (.settled, .unknown, 2), (.settled, .owed, 0), (.settled, .owed, 1),
    ] as [(UsageDebt, UsageDebt, Int)])
  func namingAnIDAgainKeepsItsDebt(
    _ debt: UsageDebt, again: UsageDebt, storedAfter: Int
  ) throws {
    try withFolder { folder throws in
      let writer = try Writer(path: "\(folder)/appliance.db")
      let ids = try OwnedIDs(writer)
      ids.remember(owned("a", "ada", debt: debt))
      if storedAfter == 1 { try writer.performAndWait { _ in } }
      ids.remember(owned("a", "ada", key: "k2", debt: again))
      if storedAfter == 2 { try writer.performAndWait { _ in } }
      for _ in 1...2 {
        let found = try ids.find("a", user: "ada", nowMilliseconds: 1)
        #expect(found == .own(owned("a", "ada", key: "k2", debt: debt)))
        try writer.performAndWait { _ in }
      }
    }
  }

  @Test func aDebtAndItsClaimSurviveARestart() throws {
    try withFolder { folder throws in
      let path = "\(folder)/appliance.db"
      do {
        let writer = try Writer(path: path)
        let ids = try OwnedIDs(writer)
        ids.remember(owned("a", "ada", debt: .owed))
        ids.remember(owned("b", "ada", debt: .owed))
        #expect(try ids.claimAndStore("a", user: "ada", nowMilliseconds: 1) != nil)
        writer.close()
        // What cannot be stored is not claimed.
        #expect(try ids.claimAndStore("b", user: "ada", nowMilliseconds: 1) == nil)
      }
      let ids = try OwnedIDs(try Writer(path: path))
      #expect(try ids.claimAndStore("a", user: "ada", nowMilliseconds: 1) == nil)
      #expect(try ids.claimAndStore("b", user: "ada", nowMilliseconds: 1) != nil)
    }
  }

  /// What was noted is known to this run alone until the end of its request is written down.
  @Test func aClaimWhoseRequestHasNoEndIsNoneForTheNextRun() throws {
    try withFolder { folder throws in
      let path = "\(folder)/appliance.db"
      do {
        let writer = try Writer(path: path)
        let ids = try OwnedIDs(writer)
        ids.remember(owned("a", "ada", debt: .owed))
        #expect(try ids.claimUsage(of: "a", user: "ada", nowMilliseconds: 1) != nil)
        #expect(try ids.claimUsage(of: "a", user: "ada", nowMilliseconds: 1) == nil)
        #expect(writer.close() == 0)
      }
      let ids = try OwnedIDs(try Writer(path: path))
      #expect(try ids.claimUsage(of: "a", user: "ada", nowMilliseconds: 1) != nil)
    }
  }

  /// The claim and the end that it came with are stored together, and it is under way no longer.
  @Test func aClaimIsStoredWithTheEndOfItsRequest() throws {
    try withFolder { folder throws in
      let journaled = try Journaled(folder)
      let ids = try OwnedIDs(journaled.writer)
      ids.remember(owned("a", "ada", debt: .owed))
      let claimed = try #require(try ids.claimUsage(of: "a", user: "ada", nowMilliseconds: 1))
      var end = receipt("r")
      let ticket = try #require(journaled.producer.admit(&end))
      #expect(journaled.producer.end(&end, ticket, ids: [claimed]).isEmpty)
      try journaled.writer.performAndWait { _ in }
      #expect(journaled.writer.waitingIDs("a").isEmpty)
      #expect(journaled.writer.health == Writer.Health(waitingRows: 0, lostRows: 0, problem: nil))
      let (debt, rows) = try journaled.writer.performAndWait { database throws(StoreError) in
        (
          try database.integer("SELECT usage_debt FROM owned_id WHERE id = 'a'"),
          try database.integer("SELECT count(*) FROM request")
        )
      }
      #expect(debt == UsageDebt.settled.rawValue && rows == 1)
    }
  }

  /// However it is stored and named again by who does not know of it.
  @Test(arguments: 0...2)
  func aDebtRemembersItsModel(storedAfter: Int) throws {
    try withFolder { folder throws in
      let writer = try Writer(path: "\(folder)/appliance.db")
      let ids = try OwnedIDs(writer)
      ids.remember(owned("a", "ada", debt: .owed, model: "m"))
      if storedAfter == 1 { try writer.performAndWait { _ in } }
      ids.remember(owned("a", "ada"))
      if storedAfter == 2 { try writer.performAndWait { _ in } }
      let owed = try ids.claimAndStore("a", user: "ada", nowMilliseconds: 1)
      #expect(owed?.owed == OwedModels(model: "m", upstreamModel: "up/m"))
      #expect(try ids.claimAndStore("a", user: "ada", nowMilliseconds: 1) == nil)
    }
  }

  @Test func aModelWithoutEndIsNotKept() {
    let bound = String(repeating: "x", count: Ledger.textBytesMax)
    let owed = OwedModels(model: bound, upstreamModel: bound + "x")
    #expect(owed.model == bound && owed.upstreamModel == nil)
  }

  @Test func idsOfAnEarlierVersionOweNothing() throws {
    try withFolder { folder throws in
      let path = "\(folder)/appliance.db"
      do {
        let database = try Database(path: path, .owner)
        let earlier = Migration.all.prefix { $0.name != "owned_id_debt" }
        try #require(earlier.count < Migration.all.count)
        try Migration.apply(to: database, steps: Array(earlier))
        try database.execute(
          """
          INSERT INTO owned_id (id, user, provider, key, expires_at)
          VALUES ('a', 'ada', 'p1', 'k1', 100)
          """)
      }
      let ids = try OwnedIDs(try Writer(path: path))
      #expect(try ids.find("a", user: "ada", nowMilliseconds: 1) == .own(owned("a", "ada")))
      #expect(try ids.claimAndStore("a", user: "ada", nowMilliseconds: 1) == nil)
      ids.remember(owned("a", "ada", debt: .owed))
      #expect(try ids.claimAndStore("a", user: "ada", nowMilliseconds: 1) != nil)
    }
  }

  @Test func anIDWithoutEndIsNotKept() throws {
    try withFolder { folder throws in
      let writer = try Writer(path: "\(folder)/appliance.db")
      let ids = try OwnedIDs(writer)
      let long = String(repeating: "x", count: 10_000)
      ids.remember(owned(long, "ada"))
      #expect(try ids.find(long, user: "ada", nowMilliseconds: 1) == .unknown)
      #expect(try ids.claimAndStore(long, user: "ada", nowMilliseconds: 1) == nil)
      #expect(writer.health.waitingRows == 0)
    }
  }
}

extension OwnedIDs {
  /// As for a request whose end finds no room in the journal.
  @discardableResult
  func remember(_ owned: OwnedID) -> Bool {
    guard note(owned) else { return false }
    store([owned])
    return true
  }

  func claimAndStore(_ id: String, user: String, nowMilliseconds: Int64) throws -> OwnedID? {
    let claimed = try claimUsage(of: id, user: user, nowMilliseconds: nowMilliseconds)
    if let claimed { store([claimed]) }
    return claimed
  }
}

extension Writer {
  @discardableResult
  func remember(_ owned: OwnedID) -> Bool {
    guard note(owned) else { return false }
    store(owned)
    return true
  }
}
