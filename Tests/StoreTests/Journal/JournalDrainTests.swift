import Foundation
import Gateway
import Testing

@testable import Store

@Suite("From the journal to the ledger")
struct JournalDrainTests {
  /// One run of the appliance after another on one data folder; each may die at any moment.
  final class Runs {
    let folder: String
    let database: Database
    private(set) var drain: JournalDrain
    private(set) var producers: [JournalProducer] = []
    private(set) var lost = 0

    init(_ folder: String) throws {
      self.folder = folder
      database = try Database(path: "\(folder)/appliance.db", .owner)
      try Migration.apply(to: database)
      drain = try JournalDrain(
        folder: "\(folder)/journal", database, try Ledger(database), try OwnedIDTable(database))
    }

    /// Dies, starts again and books what is open.
    func start(rings: Int = 1, bytes: Int = 1 << 20) throws {
      producers = []
      drain = try JournalDrain(
        folder: "\(folder)/journal", database, try Ledger(database), try OwnedIDTable(database))
      drain.settleCrashed { $0.costNanoUSD = 7 }
      producers = try drain.openForWriting(count: rings, bytes: bytes).map { JournalProducer($0) }
    }

    func step(_ entriesMax: Int = 1_000) throws {
      lost += try drain.step(entriesMax: entriesMax).lost
    }

    func rows() throws -> [String: Receipt] {
      var rows: [String: Receipt] = [:]
      try LedgerReader(database).newest(limit: 1_000_000) {
        rows[$0.requestID] = $0
        return true
      }
      return rows
    }

    func ids() throws -> Set<String> {
      let select = try database.prepare("SELECT id FROM owned_id")
      var ids: Set<String> = []
      while try select.step() { ids.insert(select.text(0)) }
      return ids
    }

    var files: [String] {
      get throws {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/journal").sorted()
      }
    }
  }

  @Test func everyEndHasItsRow() throws {
    try withFolder { folder throws in
      let runs = try Runs(folder)
      try runs.start()
      let producer = runs.producers[0]
      let a = try #require(producer.admit(receipt("a")))
      let b = try #require(producer.admit(receipt("b")))
      producer.end(receipt("a"), a)
      producer.end(receipt("c"), nil)
      try runs.step()
      #expect(try runs.rows().keys.sorted() == ["a", "c"])
      #expect(try runs.database.integer("SELECT count(*) FROM open_admission") == 1)
      var left = receipt("b")
      producer.end(left, b)
      left.outcome = .abandoned
      left.anomalies = ["client_left"]
      producer.amend(left)
      try runs.step()
      let rows = try runs.rows()
      #expect(rows.keys.sorted() == ["a", "b", "c"])
      #expect(rows["b"]?.outcome == .abandoned)
      #expect(rows["b"]?.anomalies == ["client_left"])
      #expect(rows["a"] == receipt("a"))
      #expect(try runs.database.integer("SELECT count(*) FROM open_admission") == 0)
      #expect(runs.lost == 0)
    }
  }

  /// Whether the writer had come to see the admission or not.
  @Test(arguments: [true, false])
  func whatACrashLeavesOpenIsBookedOnce(_ isDrained: Bool) throws {
    try withFolder { folder throws in
      let runs = try Runs(folder)
      try runs.start()
      var row = receipt("a")
      row.outcome = .refused
      _ = runs.producers[0].admit(row)
      runs.producers[0].end(receipt("b"), nil)
      if isDrained { try runs.step() }
      for _ in 0..<3 {
        try runs.start()
        // What the new run is about does not wait for it, nor is it taken for the old one's.
        let ticket = try #require(runs.producers[0].admit(receipt("of this run")))
        try runs.step()
        try runs.step()
        #expect(try runs.rows()["of this run"] == nil)
        runs.producers[0].end(receipt("of this run"), ticket)
        try runs.step()
        let rows = try runs.rows()
        #expect(rows.keys.sorted() == ["a", "b", "of this run"])
        #expect(rows["a"]?.outcome == .crashed)
        #expect(rows["a"]?.anomalies == ["crashed"])
        #expect(rows["a"]?.costNanoUSD == 7)
        #expect(rows["a"]?.usage == row.usage)
        #expect(rows["of this run"]?.outcome == .served)
        try runs.database.execute("DELETE FROM request WHERE request_id = 'of this run'")
      }
    }
  }

  /// What an earlier run has left is behind until a step has stored it.
  @Test func saysWhetherItIsBehind() throws {
    try withFolder { folder throws in
      let runs = try Runs(folder)
      try runs.start()
      #expect(!runs.drain.isBehind)
      runs.producers[0].end(receipt("a"), nil)
      try runs.start()
      #expect(runs.drain.isBehind)
      try runs.database.execute("PRAGMA query_only = 1")
      #expect(throws: StoreError.self) { try runs.step() }
      #expect(runs.drain.isBehind)
      try runs.database.execute("PRAGMA query_only = 0")
      try runs.step()
      #expect(!runs.drain.isBehind)
      #expect(try runs.rows().keys.sorted() == ["a"])
    }
  }

  /// An id is stored with the end that it came with: where a death has cost the one, it has cost the
  /// other, and what a later step stores again is the same.
  @Test func idsAreStoredWithTheirEnd() throws {
    try withFolder { folder throws in
      let runs = try Runs(folder)
      try runs.start()
      var (a, b) = (receipt("a"), receipt("b"))
      let ticket = try #require(runs.producers[0].admit(&a))
      #expect(runs.producers[0].admit(&b) != nil)
      let ids = [OwnedIDCodingTests.owned("x", debt: .settled), OwnedIDCodingTests.owned("y")]
      #expect(runs.producers[0].end(&a, ticket, ids: ids).isEmpty)
      // Dies here; nothing of this run is in the database yet.
      #expect(try runs.ids().isEmpty)
      try runs.start()
      var step = try runs.drain.step(entriesMax: 1_000)
      #expect(step.ids == ids && step.lost == 0)
      step = try runs.drain.step(entriesMax: 1_000)
      #expect(step.ids.isEmpty)
      #expect(try runs.ids() == ["x", "y"])
      #expect(try runs.rows().mapValues(\.outcome) == ["a": .served, "b": .crashed])
      #expect(try runs.database.integer("SELECT usage_debt FROM owned_id WHERE id = 'x'") == 2)
    }
  }

  @Test func anotherNumberOrSizeOfRingsLosesNothing() throws {
    try withFolder { folder throws in
      let runs = try Runs(folder)
      var wanted: [String] = []
      for (start, shape) in [(4, 4 << 20), (1, 4 << 20), (2, 1 << 20), (4, 4 << 20)].enumerated() {
        try runs.start(rings: shape.0, bytes: shape.1)
        for (number, producer) in runs.producers.enumerated() {
          producer.end(receipt("\(start) \(number)"), nil)
          wanted.append("\(start) \(number)")
        }
        if start == 1 { try runs.step() }
      }
      try runs.step()
      #expect(try runs.rows().keys.sorted() == wanted)
      #expect(try runs.files.count == 4, "those that are not used any more are gone")
      #expect(try runs.database.integer("SELECT count(*) FROM journal_place") == 4)
    }
  }

  /// A start that served nobody leaves the rings as they are for the next.
  @Test func aRingThatWasNeverUsedIsUsedAgain() throws {
    try withFolder { folder throws in
      let runs = try Runs(folder)
      try runs.start(rings: 2)
      try runs.step()
      let files = try runs.files
      try runs.start(rings: 2)
      try runs.step()
      #expect(try runs.files == files)
    }
  }

  @Test func aFileThatIsNoJournalIsSetAside() throws {
    try withFolder { folder throws in
      let runs = try Runs(folder)
      try runs.start()
      runs.producers[0].end(receipt("a"), nil)
      let path = "\(folder)/journal/1.ring"
      try Data("noise".utf8).write(to: URL(fileURLWithPath: path))
      try runs.start()
      try runs.step()
      #expect(try runs.rows().keys.sorted() == ["a"])
      #expect(runs.drain.setAside == [path + ".damaged"])
      #expect(try runs.files.contains("1.ring.damaged"))
    }
  }

  /// Rings whose files are gone leave the admissions that were stored.
  @Test func whatWasOpenInALostRingIsBooked() throws {
    try withFolder { folder throws in
      let runs = try Runs(folder)
      try runs.start()
      _ = runs.producers[0].admit(receipt("a"))
      try runs.step()
      try FileManager.default.removeItem(atPath: "\(folder)/journal")
      try runs.start()
      try runs.step()
      #expect(try runs.rows()["a"]?.outcome == .crashed)
    }
  }

  @Test func anEntryThatIsNoReceiptIsCountedAndPassed() throws {
    try withFolder { folder throws in
      let runs = try Runs(folder)
      try runs.start()
      let path = "\(folder)/journal/\(try runs.files[0])"
      let ring = try JournalRing(path: path) { _ in nil }
      var cursor = JournalCursor()
      for (kind, body) in [
        (JournalLayout.Kind.end, [1, 2]), (.refusal, [9]), (.amendment, []), (.admission, [0]),
        (.endWithIDs, [9]), (.endWithIDs, [0, 0, 0, 0, 0, 0, 0, 0, 1]),
      ] as [(JournalLayout.Kind, [UInt8])] {
        body.withUnsafeBytes { ring.view.write(kind, $0, at: cursor) }
        cursor.position += Int64(JournalLayout.entryBytes(body: body.count))
      }
      try runs.step()
      try runs.start()
      try runs.step()
      #expect(runs.lost == 6)
      #expect(try runs.rows().isEmpty)
    }
  }

  /// Random traffic and random deaths, on rings so small that they go round: every end that was
  /// written down has one row, every admission without one is booked, and there is nothing else.
  @Test func neverLosesNorDoubles() throws {
    let seed = UInt64.random(in: 0 ... .max)
    print("JournalDrain: seed \(seed)")
    var random = Seeded(state: seed)
    try withFolder { folder throws in
      let runs = try Runs(folder)
      try runs.start()
      var wanted: [String: Receipt.Outcome] = [:]
      var wantedIDs: Set<String> = []
      var open: [(ring: Int, id: String, ticket: JournalProducer.Ticket)] = []
      var lastEnds: [Int: String] = [:]
      for number in 0..<12_000 {
        let ring = Int.random(in: 0..<runs.producers.count, using: &random)
        let producer = runs.producers[ring]
        switch Int.random(in: 0..<1_000, using: &random) {
        case ..<400:
          var row = receipt("\(number)")
          row.model = String(repeating: "m", count: Int.random(in: 0...500, using: &random))
          if let ticket = producer.admit(row) { open.append((ring, "\(number)", ticket)) }
        case ..<820:
          guard let index = open.indices.randomElement(using: &random) else { continue }
          let (ring, id, ticket) = open.remove(at: index)
          var row = receipt(id)
          let ids = number.isMultiple(of: 3) ? [OwnedIDCodingTests.owned("of \(id)")] : []
          if runs.producers[ring].end(&row, ticket, ids: ids).isEmpty {
            wantedIDs.formUnion(ids.map(\.id))
          }
          wanted[id] = .served
          lastEnds[ring] = id
        case ..<900:
          producer.end(receipt("\(number)"), nil)
          wanted["\(number)"] = .served
        case ..<950:
          guard let id = lastEnds[ring] else { continue }
          var left = receipt(id)
          left.outcome = .abandoned
          producer.amend(left)
          wanted[id] = .abandoned
        case ..<985:
          try runs.step(Int.random(in: 1...400, using: &random))
        case ..<993:
          // A step that the database refuses: as if it had not been.
          let pages = try runs.database.integer("PRAGMA page_count")
          _ = try runs.database.integer("PRAGMA max_page_count = \(pages)")
          _ = try? runs.step()
          _ = try runs.database.integer("PRAGMA max_page_count = 1000000")
        default:
          for (_, id, _) in open { wanted[id] = .crashed }
          open = []
          lastEnds = [:]
          let rings = Int.random(in: 1...3, using: &random)
          try runs.start(rings: rings, bytes: rings << 20)
        }
        // Never so full that a refusal has no room.
        if number.isMultiple(of: 300) { for _ in 0..<4 { try runs.step() } }
      }
      for (_, id, _) in open { wanted[id] = .crashed }
      try runs.start()
      for _ in 0..<20 { try runs.step() }
      let rows = try runs.rows().mapValues(\.outcome)
      #expect(rows == wanted, "seed \(seed)")
      #expect(try runs.ids() == wantedIDs, "seed \(seed)")
      #expect(wantedIDs.count > 500)
      #expect(runs.lost == 0)
      #expect(try runs.database.integer("SELECT count(*) FROM open_admission") == 0)
      #expect(try runs.database.integrityProblems() == [])
    }
  }
}

private struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return JournalLayout.commitWord(secret: state, position: 1)
  }
}

extension JournalDrainTests {
  /// Roll-ups that wait are there after a crash, after an error, and with a job; never twice.
  @Test func theRollUpsFollowTheirRows() throws {
    try withFolder { folder throws in
      let runs = try Runs(folder)
      try runs.start()
      func keep() throws { _ = try runs.drain.step(entriesMax: 2, keepsUsage: true) }
      func sums() throws -> [Int64] {
        try ["usage_hour", "usage_day"].map {
          try runs.database.integer("SELECT coalesce(sum(requests), 0) FROM \($0)")
        }
      }
      func total() throws -> Int64 {
        try runs.database.integer("SELECT value FROM meta WHERE name = 'requests_total'")
      }
      for id in ["a", "b", "c"] { runs.producers[0].end(receipt(id), nil) }
      try keep()
      try keep()
      #expect(try runs.rows().count == 3)
      #expect(try sums() == [0, 0])
      #expect(try total() == 3)

      // It dies, and the next run has rows of its own before it adds those up.
      try runs.start()
      runs.producers[0].end(receipt("d"), nil)
      try keep()
      #expect(try sums() == [0, 0])
      try runs.step()
      #expect(try sums() == [4, 4])
      #expect(try total() == 4)
      try runs.step()
      #expect(try sums() == [4, 4])

      // A step that fails takes its share back, and keeps what waits.
      runs.producers[0].end(receipt("e"), nil)
      try keep()
      runs.producers[0].end(receipt("f"), nil)
      try runs.database.execute("ALTER TABLE spend_cell RENAME TO elsewhere")
      try runs.database.execute("ALTER TABLE usage_day RENAME TO missing")
      #expect(throws: StoreError.self) { try runs.step() }
      try runs.database.execute("ALTER TABLE missing RENAME TO usage_day")
      try runs.database.execute("ALTER TABLE elsewhere RENAME TO spend_cell")
      try runs.step()
      #expect(try sums() == [6, 6])
      #expect(try total() == 6)

      // What is changed later is changed in the roll-ups with it.
      runs.producers[0].end(receipt("g"), nil)
      try keep()
      var left = receipt("g")
      left.outcome = .abandoned
      runs.producers[0].amend(left)
      try keep()
      try runs.start()
      try runs.step()
      #expect(try sums() == [7, 7])
      let served = try runs.database.integer("SELECT sum(served) FROM usage_hour")
      #expect(try served == Int64(runs.rows().values.count { $0.outcome == .served }))

      // Numbers of rows are given again once the newest are gone.
      try runs.database.transaction { () throws(StoreError) in
        _ = try Ledger.purge(finishedBefore: .max, rowsMax: 100, in: runs.database)
      }
      #expect(try runs.rows().isEmpty)
      runs.producers[0].end(receipt("h"), nil)
      try keep()
      try runs.start()
      try runs.step()
      #expect(try sums() == [8, 8])
    }
  }
}
