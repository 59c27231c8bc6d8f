import Gateway
import Testing

@testable import Store

@Suite("What a loop writes to the journal")
struct JournalProducerTests {
  /// The entries of a ring, as the kinds and the ids of their receipts.
  func entries(_ ring: JournalRing) throws -> [String] {
    var texts: [String] = []
    var cursor = JournalCursor()
    while let entry = ring.view.entry(at: cursor) {
      cursor = entry.next
      guard let kind = entry.kind, kind != .link else { continue }
      var body = entry.body
      var ids = ""
      if kind == .endWithIDs {
        let (named, rest) = try #require(OwnedIDCoding.read(body))
        ids = named.map { " " + $0.id.prefix(8) }.joined()
        body = rest
      }
      if kind == .end || kind == .endWithIDs {
        body = UnsafeRawBufferPointer(rebasing: body[8...])
      }
      let receipt = try #require(ReceiptCoding.decode(Array(body)))
      texts.append("\(kind) \(receipt.requestID)\(ids)")
    }
    return texts
  }

  func withRing<Result>(_ body: (JournalRing) throws -> Result) throws -> Result {
    try withFolder { folder throws in
      let path = try JournalFile.make(in: folder, JournalFileTests.geometry)
      return try body(try JournalRing(path: path) { _ in nil })
    }
  }

  @Test func writesInOrder() throws {
    try withRing { ring throws in
      let producer = JournalProducer(ring)
      let ticket = try #require(producer.admit(receipt("a")))
      #expect(ticket.position == 0)
      producer.end(receipt("b"), nil)
      producer.end(receipt("a"), ticket)
      producer.amend(receipt("a"))
      #expect(try entries(ring) == ["admission a", "refusal b", "end a", "amendment a"])
      #expect(ring.lostRows == 0)
    }
  }

  /// An entry has a longest body: an account that is longer goes in its brief form.
  @Test func whatIsTooLongIsWrittenInBrief() throws {
    try withRing { ring throws in
      let producer = JournalProducer(ring)
      var row = receipt("a")
      for number in 0..<Receipt.trailMax {
        row.append(
          ReceiptAttempt(
            provider: "\(number)" + String(repeating: "p", count: 500),
            model: "\(number)" + String(repeating: "m", count: 500), key: "k", level: 1,
            waitMilliseconds: 0))
      }
      let ticket = try #require(producer.admit(row))
      producer.end(row, ticket)
      producer.end(row, nil)
      #expect(try entries(ring) == ["admission a", "end a", "refusal a"])
      #expect(ring.lostRows == 0)
    }
  }

  func owned(_ id: String) -> OwnedID {
    OwnedID(id: id, user: "u", provider: "p", key: "k", expiresAtMilliseconds: 1)
  }

  @Test func idsGoWithTheEndOfWhatWasAdmitted() throws {
    try withRing { ring throws in
      let producer = JournalProducer(ring)
      var row = receipt("a")
      let ticket = try #require(producer.admit(&row))
      #expect(producer.end(&row, ticket, ids: [owned("x"), owned("y")]).isEmpty)
      // Nobody is charged for what was never admitted: its ids have no end to go with.
      #expect(producer.end(&row, nil, ids: [owned("z")]).map(\.id) == ["z"])
      #expect(try entries(ring) == ["admission a", "endWithIDs a x y", "refusal a"])
      #expect(ring.lostRows == 0)
    }
  }

  /// A long account goes in brief beside them; ids beyond what an entry takes are left.
  @Test func idsHaveTheirRoom() throws {
    try withRing { ring throws in
      let producer = JournalProducer(ring)
      var row = receipt("a")
      for number in 0..<Receipt.trailMax {
        row.append(
          ReceiptAttempt(
            provider: "\(number)" + String(repeating: "p", count: 500),
            model: "\(number)" + String(repeating: "m", count: 500), key: "k", level: 1,
            waitMilliseconds: 0))
      }
      let many = (0..<60).map { owned("\($0)" + String(repeating: "x", count: 500)) }
      let ticket = try #require(producer.admit(&row))
      let left = producer.end(&row, ticket, ids: many)
      #expect((15..<30).contains(left.count))
      #expect(Array(left) == Array(many.suffix(left.count)))
      let wanted = many.dropLast(left.count).map { " " + $0.id.prefix(8) }.joined()
      #expect(try entries(ring) == ["admission a", "endWithIDs a" + wanted])
    }
  }

  /// The room that is kept free for an end has the first id too, by which its user is charged; the
  /// others go another way.
  @Test func whereThereIsNoRoomTheFirstIDHasSome() throws {
    try withRing { ring throws in
      let producer = JournalProducer(ring)
      var tickets: [JournalProducer.Ticket] = []
      var row = receipt("a")
      while let ticket = producer.admit(&row) { tickets.append(ticket) }
      let ids = (0..<12).map { owned("\($0)" + String(repeating: "x", count: 500)) }
      var left = 0
      for ticket in tickets { left += producer.end(&row, ticket, ids: ids).count }
      #expect(left > 0)
      #expect(ring.lostRows == 0)
      let ends = try entries(ring).filter { $0.hasPrefix("end") }
      #expect(ends.count == tickets.count)
      #expect(ends.allSatisfy { $0.hasPrefix("endWithIDs a 0xxx") })
      let kept = ends.reduce(0) { $0 + $1.count { $0 == " " } - 1 }
      #expect(kept + left == tickets.count * 12)
    }
  }

  /// Across slots nothing is lost, and another mapping finds the same.
  @Test func fillsOneSlotAfterTheOther() throws {
    try withRing { ring throws in
      let producer = JournalProducer(ring)
      var wanted: [String] = []
      while ring.percentUsed < 60 {
        let id = "\(wanted.count)"
        var row = receipt(id)
        row.model = String(repeating: "m", count: wanted.count % 500)
        producer.end(row, nil)
        wanted.append("refusal \(id)")
      }
      #expect(ring.lostRows == 0)
      #expect(try entries(ring) == wanted)
      let again = try JournalRing(path: ring.path) { _ in nil }
      #expect(again.freeSlots == ring.freeSlots)
      let next = JournalProducer(again)
      next.end(receipt("last"), nil)
      #expect(try entries(ring) == wanted + ["refusal last"])
    }
  }

  /// An end has its room from the admission on, however long it has become.
  @Test func whatIsAdmittedHasRoomForItsEnd() throws {
    try withRing { ring throws in
      let producer = JournalProducer(ring)
      var tickets: [JournalProducer.Ticket] = []
      while let ticket = producer.admit(receipt("\(tickets.count)")) { tickets.append(ticket) }
      #expect(tickets.count > 150)
      #expect(ring.isFull)
      // What is not admitted takes none of it.
      for _ in 0..<100 where ring.lostRows == 0 { producer.end(receipt("refused"), nil) }
      #expect(ring.lostRows == 1)
      for (number, ticket) in tickets.enumerated() {
        var row = receipt("\(number)")
        row.anomalies = [String](repeating: String(repeating: "x", count: 500), count: 40)
        row.model = String(repeating: "m", count: 100_000)
        producer.end(row, ticket)
      }
      #expect(ring.lostRows == 1)
      let ends = try entries(ring).filter { $0.hasPrefix("end") }
      #expect(ends == tickets.indices.map { "end \($0)" })
      while producer.admit(receipt("more")) != nil {}
      #expect(ring.isFull)
      for slot in 0..<4 { ring.release(slot) }
      ring.noteEmpty()
      #expect(producer.admit(receipt("more")) != nil)
      #expect(!ring.isFull)
    }
  }

  @Test func aReceiptOfAnySizeHasItsEntry() throws {
    try withRing { ring throws in
      let producer = JournalProducer(ring)
      var row = receipt("a")
      row.anomalies = [String](repeating: String(repeating: "é", count: 5_000), count: 10_000)
      producer.end(row, nil)
      let ticket = try #require(producer.admit(row))
      producer.end(row, ticket)
      #expect(try entries(ring) == ["refusal a", "admission a", "end a"])
    }
  }
}
